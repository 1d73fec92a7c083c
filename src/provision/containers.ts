import type Docker from 'dockerode';
import {
  type Backend,
  type Fault,
  failed,
  type Observation,
  ok,
  type Resource,
  type Result,
  type Rung,
  rungIndex,
} from '../domain/index.ts';
import { readLeases, renewLeases } from './leases.ts';
import { LABEL, leaseEnded, OWNER, specHash } from './ownership.ts';
import type { Context, EngineEvent, Orphan } from './provider.ts';
import { attempt, portProblem, type Reach, untilReady } from './readiness.ts';

export const CONTAINER_RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'paused', 'running', 'ready'];

/** How one kind of resource becomes a container; all else is the same for every container. */
export interface Recipe {
  /** The image to look for, where one is named. */
  readonly image: string;
  /** Labels by which a container that the developer made for the same thing is known. */
  readonly developerLabels: Readonly<Record<string, string>> | undefined;
  /** Gets the image (pull or build). */
  fetch(context: Context): Promise<Result<void>>;
  create(context: Context): Promise<Result<void>>;
}

export interface ContainerOptions {
  /** A Docker endpoint other than the environment's, such as `tcp://127.0.0.1:2375`. */
  readonly host?: string;
}

interface Found {
  readonly id: string;
  readonly state: string;
  readonly owner: 'prewarm' | 'developer';
  readonly labels: Readonly<Record<string, string>>;
  readonly backends: readonly Backend[];
}

/** The Docker Engine (API 1.41+), reached by dockerode, which is loaded on first need. */
export function createContainers({ host }: ContainerOptions = {}) {
  let engine: Promise<Docker> | undefined;
  const docker = (): Promise<Docker> => {
    engine ??= import('dockerode').then(({ default: Client }) => new Client(endpoint(host)));
    return engine;
  };

  async function find(resource: Resource, recipe: Recipe, context: Context): Promise<Found | undefined> {
    const client = await docker();
    const list = (label: readonly string[]) => client.listContainers({ all: true, filters: { label: [...label] } });
    const ours = await list([`${LABEL.workspace}=${context.workspace}`, `${LABEL.resource}=${resource.id}`]);
    const theirs = recipe.developerLabels
      ? (await list(Object.entries(recipe.developerLabels).map(([k, v]) => `${k}=${v}`))).filter((c) => c.Labels[LABEL.owner] !== OWNER)
      : [];
    const all = [...theirs.map((c) => found(c, 'developer')), ...ours.map((c) => found(c, 'prewarm'))];
    return all.find((c) => c.state === 'running') ?? all.find((c) => c.state === 'paused') ?? all[0];
  }

  async function hasImage(image: string): Promise<boolean> {
    try {
      await (await docker()).getImage(image).inspect();
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  async function observe(resource: Resource, recipe: Recipe, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [], owner: 'none' } as const;
    try {
      const it = await find(resource, recipe, context);
      if (!it) return { ...base, rung: (await hasImage(recipe.image)) ? 'fetched' : 'absent' };
      const seen = { ...base, backends: it.backends, owner: it.owner };
      if (it.state === 'paused') return { ...seen, rung: 'paused' };
      if (it.state !== 'running') return { ...seen, rung: 'created' };
      const problem = await attempt(resource.probe, reachOf(resource, it));
      return problem === undefined ? { ...seen, rung: 'ready' } : { ...seen, rung: 'running', detail: problem };
    } catch (error) {
      return { ...base, rung: 'unknown', detail: faultOf(error, resource).message };
    }
  }

  async function reach(resource: Resource, rung: Rung, recipe: Recipe, context: Context): Promise<Result<Observation>> {
    try {
      const moved = await moveTo(resource, rung, recipe, context);
      return moved.ok ? ok(await observe(resource, recipe, context)) : moved;
    } catch (error) {
      return { ok: false, fault: faultOf(error, resource) };
    }
  }

  async function moveTo(resource: Resource, rung: Rung, recipe: Recipe, context: Context): Promise<Result<void>> {
    let it = await find(resource, recipe, context);
    if (it?.owner === 'developer') return rung === 'ready' ? settleForTheirs(resource, it, context) : ok(undefined);
    if (it && it.labels[LABEL.spec] !== specHash(resource)) {
      context.progress('its declaration changed: making it anew');
      await remove(it);
      it = undefined;
    }
    if (!it && rungIndex(rung) >= rungIndex('created')) {
      const free = await freeFromOthers(resource, recipe, context);
      if (!free.ok) return free;
    }
    if (!it && rungIndex(rung) >= rungIndex('fetched')) {
      const made = await make(resource, rung, recipe, context);
      if (!made.ok) return made;
      it = await find(resource, recipe, context);
    }
    return it ? adjust(resource, rung, it, context) : ok(undefined);
  }

  /** Two checkouts with one compose project name want the same container; the other's is taken over once its lease has ended. */
  async function freeFromOthers(resource: Resource, recipe: Recipe, context: Context): Promise<Result<void>> {
    if (!recipe.developerLabels) return ok(undefined);
    const label = [...Object.entries(recipe.developerLabels), [LABEL.owner, OWNER]].map(([k, v]) => `${k}=${v}`);
    for (const info of await (await docker()).listContainers({ all: true, filters: { label } })) {
      const owner = info.Labels[LABEL.workspace] ?? '';
      if (owner === context.workspace) continue;
      if (!(await leaseOver(info.Labels, context))) {
        return failed(
          'start-failed',
          'later',
          `${resource.id} is held by another checkout (${owner}) under the same compose project name. Cool it down there, or give this project its own “name:” in ${resource.declaredIn}.`,
        );
      }
      await remove(found(info, 'prewarm'));
    }
    return ok(undefined);
  }

  async function leaseOver(labels: Labels, context: Context): Promise<boolean> {
    const renewed = (await readLeases(context, labels[LABEL.workspace] ?? ''))[labels[LABEL.resource] ?? ''];
    return leaseEnded(labels[LABEL.lease], context.now()) && (renewed ?? 0) <= context.now();
  }

  async function make(resource: Resource, rung: Rung, recipe: Recipe, context: Context): Promise<Result<void>> {
    if (!(await hasImage(recipe.image))) {
      const fetched = await recipe.fetch(context);
      if (!fetched.ok) return fetched;
    }
    if (rung === 'fetched') return ok(undefined);
    if (context.signal.aborted) return cancelled(resource);
    context.progress('creating');
    const created = await recipe.create(context);
    // Somebody else (another window) may have won the race for the name: then it is adopted.
    if (!created.ok && !(await find(resource, recipe, context))) return created;
    return ok(undefined);
  }

  async function adjust(resource: Resource, rung: Rung, it: Found, context: Context): Promise<Result<void>> {
    if (context.signal.aborted) return cancelled(resource);
    const container = (await docker()).getContainer(it.id);
    if (rungIndex(rung) <= rungIndex('fetched')) {
      await remove(it);
      return ok(undefined);
    }
    if (rung === 'created') {
      if (it.state === 'paused') await tolerate(() => container.unpause());
      if (it.state === 'running' || it.state === 'paused') await tolerate(() => container.stop({ t: 10 }));
      return ok(undefined);
    }
    if (it.state === 'paused' && rung !== 'paused') await tolerate(() => container.unpause());
    if (it.state !== 'running' && it.state !== 'paused') {
      context.progress('starting');
      await tolerate(() => container.start());
      await renewLeases([resource.id], context);
    }
    if (rung === 'paused' && it.state !== 'paused') await tolerate(() => container.pause());
    return rung === 'ready' ? becomeReady(resource, it, context) : ok(undefined);
  }

  async function becomeReady(resource: Resource, it: Found, context: Context): Promise<Result<void>> {
    context.progress('waiting until it is ready');
    const running = await (await docker()).listContainers({ all: true, filters: { id: [it.id] } });
    const now = running[0] ? found(running[0], it.owner) : it;
    return untilReady(resource, reachOf(resource, now), context.signal, context.now);
  }

  async function settleForTheirs(resource: Resource, it: Found, context: Context): Promise<Result<void>> {
    if (it.state === 'running') return becomeReady(resource, it, context);
    return failed(
      'start-failed',
      'never',
      `${resource.id} is a container that you created yourself and that is ${it.state}. Start it, or remove it so that Prewarm can make its own.`,
    );
  }

  /** Volumes stay, anonymous ones too: `v` is never set. */
  async function remove(it: Found): Promise<void> {
    const container = (await docker()).getContainer(it.id);
    if (it.state === 'paused') await tolerate(() => container.unpause());
    await tolerate(() => container.stop({ t: 10 }));
    await tolerate(() => container.remove({ v: false }));
  }

  function reachOf(resource: Resource, it: Found): Reach {
    const published = async (port: number) => it.backends.find((b) => b.containerPort === port)?.port;
    const inside = async () => (await docker()).getContainer(it.id);
    return {
      port: published,
      run: async (command) => execProblem(await inside(), command),
      logs: async () => String(await (await inside()).logs({ stdout: true, stderr: true, tail: 1000 })),
      health: async () => {
        const problem = await healthProblem(await inside());
        const port = resource.ports.find((p) => p.protocol === 'tcp');
        // Database images run their health command against a private server while they still initialise; the published port is open only afterwards.
        return problem ?? (port ? portProblem(await published(port.container)) : undefined);
      },
      dead: async () => {
        const { State } = await (await inside()).inspect();
        if (State.Running) return undefined;
        const log = String(await (await inside()).logs({ stdout: true, stderr: true, tail: 5 }))
          .replace(/[^\x20-\x7e\n]+/g, ' ')
          .trim();
        return `exit code ${State.ExitCode}${log ? `; its last lines: ${log.slice(-400)}` : ''}.`;
      },
    };
  }

  return {
    docker,
    hasImage,
    observe,
    reach,
    async check(signal: AbortSignal): Promise<Result<{ version: string }>> {
      try {
        const client = await docker();
        const version = await Promise.race([client.version(), timeout(2000, signal)]);
        return ok({ version: `${version.Version} (API ${version.ApiVersion})` });
      } catch (error) {
        return { ok: false, fault: unreachable(error) };
      }
    },
    async pull(image: string, resource: Resource, context: Context): Promise<Result<void>> {
      try {
        const client = await docker();
        context.progress(`pulling ${image}`);
        const stream = await client.pull(image);
        const stop = (): void => void (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
        context.signal.addEventListener('abort', stop, { once: true });
        await new Promise<void>((resolve, reject) =>
          client.modem.followProgress(
            stream,
            (error) => (error ? reject(error) : resolve()),
            (event: { status?: string; progress?: string; id?: string }) =>
              context.progress(`pulling ${image}: ${[event.id, event.status, event.progress].filter(Boolean).join(' ')}`),
          ),
        );
        return ok(undefined);
      } catch (error) {
        if (context.signal.aborted) return cancelled(resource);
        if (isUnreachable(error)) return { ok: false, fault: unreachable(error) };
        return imageFault(image, resource, error);
      }
    },
    async sweep(context: Context): Promise<Result<readonly Orphan[]>> {
      try {
        const client = await docker();
        const orphans: Orphan[] = [];
        for (const info of await client.listContainers({ filters: { label: [`${LABEL.owner}=${OWNER}`] } })) {
          const workspace = info.Labels[LABEL.workspace] ?? '';
          const resource = info.Labels[LABEL.resource] ?? '';
          if (!(await leaseOver(info.Labels, context))) continue;
          const container = client.getContainer(info.Id);
          if (info.State === 'paused') await tolerate(() => container.unpause());
          await tolerate(() => container.stop({ t: 10 }));
          orphans.push({ resource, workspace, what: `container ${info.Names[0]?.slice(1) ?? info.Id.slice(0, 12)}` });
        }
        return ok(orphans);
      } catch (error) {
        return { ok: false, fault: unreachable(error) };
      }
    },
    /** Events of the containers for which `fits` holds; both container providers watch the same engine. */
    watch(
      fits: (labels: Labels) => boolean,
      idOf: (labels: Labels) => string | undefined,
      listener: (event: EngineEvent) => void,
    ): () => void {
      let stopped = false;
      let end = (): void => {};
      void docker()
        .then((client) =>
          client.getEvents({ filters: { type: ['container'], event: ['create', 'start', 'die', 'pause', 'unpause', 'destroy'] } }),
        )
        .then((stream) => {
          end = () => void (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
          if (stopped) return end();
          let rest = '';
          stream.on('error', () => {});
          stream.on('data', (chunk: Buffer) => {
            const lines = (rest + chunk.toString('utf8')).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) {
              if (!line) continue;
              const raw = JSON.parse(line) as RawEvent;
              if (fits(raw.Actor.Attributes)) listener(engineEvent(raw, idOf));
            }
          });
        })
        .catch(() => {});
      return () => {
        stopped = true;
        end();
      };
    },
    renew: (resources: readonly Resource[], context: Context): Promise<void> =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
  };
}

export type Containers = ReturnType<typeof createContainers>;

type Labels = Readonly<Record<string, string>>;

interface RawEvent {
  readonly Action: string;
  readonly timeNano?: number;
  readonly time: number;
  readonly Actor: { readonly Attributes: Labels };
}

function engineEvent(raw: RawEvent, idOf: (labels: Labels) => string | undefined): EngineEvent {
  const labels = raw.Actor.Attributes;
  const resource = labels[LABEL.resource] ?? idOf(labels);
  const owner = labels[LABEL.owner] === OWNER ? 'prewarm' : 'developer';
  return { at: raw.time * 1000, did: raw.Action, image: labels.image ?? '', owner, ...(resource ? { resource } : {}) };
}

function found(info: Docker.ContainerInfo, owner: Found['owner']): Found {
  const backends = info.Ports.filter((p) => p.PublicPort && p.Type === 'tcp' && !p.IP?.includes(':')).map(
    (p): Backend => ({ host: '127.0.0.1', port: p.PublicPort as number, containerPort: p.PrivatePort }),
  );
  return { id: info.Id, state: info.State, owner, labels: info.Labels, backends };
}

async function execProblem(container: Docker.Container, command: readonly string[]): Promise<string | undefined> {
  try {
    return await runInside(container, command);
  } catch (error) {
    // 409: it is not running (any more); whether it ended is for `dead` to say.
    if (statusOf(error) === 409) return 'is not running';
    throw error;
  }
}

async function runInside(container: Docker.Container, command: readonly string[]): Promise<string | undefined> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  let output = '';
  await new Promise<void>((resolve) => {
    stream.on('data', (data: Buffer) => {
      output += data.toString('latin1');
    });
    stream.on('end', resolve);
    stream.on('error', () => resolve());
  });
  const { ExitCode } = await exec.inspect();
  return ExitCode === 0
    ? undefined
    : `failed with exit code ${ExitCode}: ${output
        .replace(/[^\x20-\x7e]+/g, ' ')
        .trim()
        .slice(-200)}`;
}

/** The engine tries a health check only every `interval`, often 10 s or more; running its command here is as true and sooner. */
async function healthProblem(container: Docker.Container): Promise<string | undefined> {
  const { State, Config } = await container.inspect();
  if (State.Health?.Status === 'healthy') return undefined;
  const [type, ...words] = Config.Healthcheck?.Test ?? [];
  if (type === 'CMD') return execProblem(container, words);
  if (type === 'CMD-SHELL') return execProblem(container, ['/bin/sh', '-c', words[0] ?? 'false']);
  return undefined;
}

/** Already started, stopped, paused or gone: the state that was wanted, so no fault. */
async function tolerate(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const status = statusOf(error);
    if (status !== 304 && status !== 404 && !(status === 409 && /already|not paused|is not running|not running/.test(String(error))))
      throw error;
  }
}

export function imageFault(image: string, resource: Resource, error: unknown): { ok: false; fault: Fault } {
  const text = String((error as Error).message ?? error);
  const missing = /not found|manifest unknown|no such image|pull access denied|repository does not exist/i.test(text);
  const advice = missing
    ? `Check the image name in ${resource.declaredIn}.`
    : 'Check the network or the registry, or load the image by hand.';
  return failed(
    missing ? 'image-missing' : 'pull-failed',
    missing ? 'never' : 'later',
    `${resource.id}: the image ${image} could not be had${missing ? ': there is no such image' : ''}. ${advice}`,
    text,
  );
}

function faultOf(error: unknown, resource: Resource): Fault {
  if (isUnreachable(error)) return unreachable(error);
  const text = String((error as Error).message ?? error);
  if (/port is already allocated|address already in use/.test(text)) {
    return failed(
      'port-taken',
      'later',
      `${resource.id} was not started because a port that it publishes is taken. Free the port or change it in ${resource.declaredIn}.`,
      text,
    ).fault;
  }
  return failed('start-failed', 'later', `${resource.id} could not be started: ${text.slice(0, 300)}`, text).fault;
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EPERM']);

function isUnreachable(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && UNREACHABLE.has(code)) || /socket hang up|did not answer/.test(message ?? '');
}

function unreachable(error: unknown): Fault {
  return failed(
    'engine-unreachable',
    'later',
    'Docker cannot be reached. Start Docker, or set `prewarm.docker.host` if it listens elsewhere.',
    String((error as Error).message ?? error),
  ).fault;
}

const cancelled = (resource: Resource) => failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

function timeout(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('did not answer in time')), ms);
    timer.unref();
    signal.addEventListener('abort', () => reject(new Error('did not answer before it was cancelled')), { once: true });
  });
}

function endpoint(host: string | undefined): Docker.DockerOptions {
  if (!host) return {};
  if (!host.includes('://')) return { socketPath: host };
  const url = new URL(host);
  if (url.protocol === 'unix:' || url.protocol === 'npipe:') return { socketPath: decodeURIComponent(url.pathname) };
  return { host: url.hostname, port: Number(url.port || 2375), protocol: url.protocol === 'https:' ? 'https' : 'http' };
}
