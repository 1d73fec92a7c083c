import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { failed, type Observation, ok, type Resource, type Result, type Rung, rungIndex } from '../domain/index.ts';
import { createFrom } from './containers/createFrom.ts';
import { cancelled, connectEngine, faultOf, ifThere, isLost, tolerate, unreachable } from './containers/engine.ts';
import { type Found, found, type Labels, type Reached, reached } from './containers/found.ts';
import { pull } from './containers/pull.ts';
import { quietMoment } from './containers/quietMoment.ts';
import { reachOf } from './containers/reachOf.ts';
import { watchEngine } from './containers/watchEngine.ts';
import { isElsewhere } from './engine/endpoint.ts';
import { createEngineLink, type EngineLink } from './engine/link.ts';
import { hasPodman } from './engine/podman.ts';
import { execInside } from './execInside.ts';
import { isAbandoned, renewLeases } from './leases.ts';
import { LABEL, OWNER, specHash } from './ownership.ts';
import type { Context, EngineEvent, Executed, Orphan } from './provider.ts';
import { attempt, untilReady } from './readiness.ts';
import { createSnapshots, DEFAULT_SNAPSHOT_BYTES, type Declaration, type Prepared } from './snapshots/snapshots.ts';

/** Ten seconds: an engine makes a container in less, however busy it is. */
const [MOST_TRIES, TRY_AGAIN_MS] = [100, 100];

export const CONTAINER_RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'paused', 'running', 'ready'];

/** How one kind of resource becomes a container; all else is the same for every container. */
export interface Recipe extends Declaration {
  /** Labels by which a container that the developer made for the same thing is known. */
  readonly developerLabels: Readonly<Record<string, string>> | undefined;
  /** Gets the image (pull or build). */
  fetch(context: Context): Promise<Result<void>>;
  /** By the declaration's own tool, where nothing of ours goes into it. */
  create(context: Context): Promise<Result<void>>;
}

export interface ContainerOptions {
  /** The way to the engine, where others use it too (default: one of its own). */
  readonly engine?: EngineLink;
  /** Without `engine`: an endpoint other than the environment's, such as `tcp://127.0.0.1:2375`. */
  readonly host?: string;
  /** Disk that all snapshots and copies may take, bytes (default 10 GiB); 0: nothing is baked. */
  readonly snapshotBytes?: number;
  /** A pull is given up when nothing has come for so long (default: a minute). */
  readonly stallMs?: number;
  /** An engine that does not answer a question for so long is unreachable (default: half a minute; four times that for a change). */
  readonly answersWithinMs?: number;
}

/** Containers of a Docker Engine (API 1.41+), or of Podman under the same API. */
export function createContainers({
  host,
  engine = createEngineLink(host ? { host } : {}),
  snapshotBytes = DEFAULT_SNAPSHOT_BYTES,
  stallMs = 60_000,
  answersWithinMs = 30_000,
}: ContainerOptions = {}) {
  const docker = connectEngine(engine, answersWithinMs);
  const snapshots = createSnapshots(docker, snapshotBytes);

  async function find(resource: Resource, recipe: Recipe, context: Context): Promise<Reached | undefined> {
    const client = await docker();
    const list = (label: readonly string[]) => client.listContainers({ all: true, filters: { label: [...label] } });
    const own = await list([`${LABEL.workspace}=${context.workspace}`, `${LABEL.resource}=${resource.id}`]);
    const ours = own.filter((c) => c.Labels[LABEL.variant] === resource.variant);
    // What the developer starts is never a variant.
    const theirs =
      recipe.developerLabels && resource.variant === undefined
        ? (await list(Object.entries(recipe.developerLabels).map(([k, v]) => `${k}=${v}`))).filter((c) => c.Labels[LABEL.owner] !== OWNER)
        : [];
    const all = [...theirs.map((c) => found(c, 'developer')), ...ours.map((c) => found(c, 'prewarm'))];
    const it = all.find((c) => c.state === 'running') ?? all.find((c) => c.state === 'paused') ?? all[0];
    return it && reached(it, engine);
  }

  async function hasImage(image: string): Promise<boolean> {
    return (await ifThere(async () => (await docker()).getImage(image).inspect())) !== undefined;
  }

  async function observe(resource: Resource, recipe: Recipe, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [], owner: 'none' } as const;
    try {
      const it = await find(resource, recipe, context);
      if (!it) return { ...base, rung: (await hasImage(recipe.image)) ? 'fetched' : 'absent' };
      const seen = { ...base, backends: it.backends, owner: it.owner };
      if (it.state === 'paused') return { ...seen, rung: 'paused' };
      if (it.state !== 'running') return { ...seen, rung: 'created', ...(await endOf(resource, it)) };
      const problem = await attempt(resource.probe, reachOf(resource, it, docker));
      return problem === undefined ? { ...seen, rung: 'ready' } : { ...seen, rung: 'running', detail: problem };
    } catch (error) {
      return { ...base, rung: 'unknown', detail: faultOf(error, resource).message };
    }
  }

  /** Why it does not run. That it was asked to end (0, or 143 for SIGTERM) is not worth a word. */
  async function endOf(resource: Resource, it: Reached): Promise<{ detail?: string }> {
    const end = it.state === 'exited' ? await reachOf(resource, it, docker).dead() : undefined;
    return end === undefined || /^exit code (0|143)\b/.test(end) ? {} : { detail: `it ended with ${end}` };
  }

  async function reach(resource: Resource, rung: Rung, recipe: Recipe, context: Context): Promise<Result<Observation>> {
    try {
      const moved = await moveTo(resource, rung, recipe, context);
      if (!moved.ok) return moved;
      // Its probe has passed a moment ago; to try it again would only make who waits wait longer.
      const it = rung === 'ready' ? await find(resource, recipe, context) : undefined;
      if (it?.state !== 'running') return ok(await observe(resource, recipe, context));
      return ok({ id: resource.id, at: context.now(), rung: 'ready', backends: it.backends, owner: it.owner });
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
    if (
      it &&
      rungIndex(rung) > rungIndex('created') &&
      !ALIVE.has(it.state) &&
      (await snapshots.outdated(resource, it.labels, recipe, context))
    ) {
      context.progress('its seed was baked anew: making it from that');
      await remove(it);
      it = undefined;
    }
    const apart = rungIndex(rung) > rungIndex('fetched') ? await outOfReach(resource) : undefined;
    if (apart) return apart;
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

  /** Ours are published on loopback, and it stays so: what could not be reached from here is not made. */
  async function outOfReach(resource: Resource): Promise<ReturnType<typeof failed> | undefined> {
    const { endpoint } = await engine.chosen();
    if (endpoint.by !== 'tcp' || !isElsewhere(endpoint) || !resource.ports.some((p) => p.protocol === 'tcp')) return undefined;
    return failed(
      'unsupported',
      'never',
      `${resource.id} is not warmed: Docker runs on ${endpoint.host}, Prewarm publishes ports on loopback only, and TCP leads to no loopback port there. Reach that engine by ssh (\`ssh://user@${endpoint.host}\`).`,
    );
  }

  /** Two checkouts with one compose project name want the same container; the other's is taken over once its lease has ended. */
  async function freeFromOthers(resource: Resource, recipe: Recipe, context: Context): Promise<Result<void>> {
    if (!recipe.developerLabels || resource.variant !== undefined) return ok(undefined);
    const label = [...Object.entries(recipe.developerLabels), [LABEL.owner, OWNER]].map(([k, v]) => `${k}=${v}`);
    for (const info of await (await docker()).listContainers({ all: true, filters: { label } })) {
      const owner = info.Labels[LABEL.workspace] ?? '';
      if (owner === context.workspace) continue;
      if (!(await isAbandoned(info.Labels, context))) {
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

  async function make(resource: Resource, rung: Rung, recipe: Recipe, context: Context): Promise<Result<void>> {
    if (!(await hasImage(recipe.image))) {
      const fetched = await recipe.fetch(context);
      if (!fetched.ok) return fetched;
    }
    if (rung === 'fetched') return ok(undefined);
    if (context.signal.aborted) return cancelled(resource);
    const prepared = await snapshots.prepare(resource, recipe, context);
    if (!prepared.ok) return prepared;
    if (context.signal.aborted) return cancelled(resource);
    context.progress('creating');
    const asDeclared = resource.variant === undefined && resource.tuning?.environment === undefined;
    const ours = prepared.value ?? (asDeclared ? undefined : NOTHING_OF_OURS);
    for (let tries = 1; ; tries++) {
      const created = ours ? await createFrom(docker, resource, recipe, ours, context) : await recipe.create(context);
      // Somebody else (another window) may have won the race for the name: then it is adopted.
      if (await find(resource, recipe, context)) return ok(undefined);
      if (!created.ok) return created;
      // The name is taken and nothing is listed: whoever is making it was killed, or is not done. Either way the engine ends it soon.
      if (tries === MOST_TRIES)
        return failed('start-failed', 'later', `${resource.id}: its name is taken in the engine by what is not there.`);
      await sleep(TRY_AGAIN_MS, undefined, { signal: context.signal }).catch(() => undefined);
      if (context.signal.aborted) return cancelled(resource);
    }
  }

  async function adjust(resource: Resource, rung: Rung, it: Reached, context: Context): Promise<Result<void>> {
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
    if (rung === 'paused' && it.state !== 'paused') {
      await quietMoment(container, context.signal);
      if (context.signal.aborted) return cancelled(resource);
      await tolerate(() => container.pause());
    }
    return rung === 'ready' ? becomeReady(resource, it, context) : ok(undefined);
  }

  async function becomeReady(resource: Resource, it: Reached, context: Context): Promise<Result<void>> {
    context.progress('waiting until it is ready');
    const running = await (await docker()).listContainers({ all: true, filters: { id: [it.id] } });
    const now = running[0] ? await reached(found(running[0], it.owner), engine) : it;
    return untilReady(resource, reachOf(resource, now, docker), context.signal, context.now);
  }

  async function settleForTheirs(resource: Resource, it: Reached, context: Context): Promise<Result<void>> {
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

  async function execute(resource: Resource, recipe: Recipe, command: readonly string[], input: string | Readable, context: Context) {
    try {
      const it = await find(resource, recipe, context);
      if (it?.owner === 'developer')
        return failed('unsupported', 'never', `${resource.id} was started by you, so nothing is run inside it.`);
      if (it?.state !== 'running') return failed('not-ready', 'later', `${resource.id} is not running, so nothing can be run inside it.`);
      return ok(await execInside((await docker()).getContainer(it.id), command, input, context.signal)) satisfies Result<Executed>;
    } catch (error) {
      return context.signal.aborted ? cancelled(resource) : ({ ok: false, fault: faultOf(error, resource) } as const);
    }
  }

  return {
    docker,
    /** What the docker command and its like need in their environment to reach the same engine. */
    tools: (): Promise<Readonly<Record<string, string>>> =>
      engine.chosen().then(
        ({ tools }) => tools,
        () => ({}),
      ),
    /** Where the engine is another machine's, its address: folders of this one can't be mounted there. */
    async elsewhere(): Promise<string | undefined> {
      const { endpoint } = await engine.chosen();
      return endpoint.by !== 'socket' && isElsewhere(endpoint) ? endpoint.host : undefined;
    },
    close: (): void => engine.close(),
    hasImage,
    observe,
    reach,
    execute,
    snapshots: snapshots.provided,
    async check(signal: AbortSignal): Promise<Result<{ version: string }>> {
      const ask = async (): Promise<Result<{ version: string }>> => {
        const client = await docker();
        const version = await within(Math.min(CHECKED_WITHIN_MS, answersWithinMs), signal, client.version());
        return ok({ version: `${hasPodman(version) ? 'Podman ' : ''}${version.Version} (API ${version.ApiVersion})` });
      };
      try {
        return await ask().catch((error) => (isLost(error) ? ask() : Promise.reject(error)));
      } catch (error) {
        return { ok: false, fault: unreachable(error) };
      }
    },
    pull: (image: string, resource: Resource, context: Context) => pull(docker, image, resource, { ...context, stallMs }),
    async sweep(context: Context): Promise<Result<readonly Orphan[]>> {
      try {
        const client = await docker();
        const all = await client.listContainers({ filters: { label: [`${LABEL.owner}=${OWNER}`] } });
        const orphans = await Promise.all(
          all.map(async (info): Promise<readonly Orphan[]> => {
            const workspace = info.Labels[LABEL.workspace] ?? '';
            const resource = info.Labels[LABEL.resource] ?? '';
            // Somebody may work in a dev container: its own adapter looks before it stops one.
            if (resource.startsWith('devcontainer:') || !(await isAbandoned(info.Labels, context))) return [];
            const container = client.getContainer(info.Id);
            if (info.State === 'paused') await tolerate(() => container.unpause());
            await tolerate(() => container.stop({ t: 10 }));
            return [{ resource, workspace, what: `container ${info.Names[0]?.slice(1) ?? info.Id.slice(0, 12)}` }];
          }),
        );
        return ok(orphans.flat());
      } catch (error) {
        return { ok: false, fault: unreachable(error) };
      }
    },
    watch: (
      fits: (labels: Labels) => boolean,
      idOf: (labels: Labels) => string | undefined,
      listener: (event: EngineEvent) => void,
    ): (() => void) => watchEngine(docker, fits, idOf, listener),
    renew: (resources: readonly Resource[], context: Context): Promise<void> =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
  };
}

/** A busy machine may keep it waiting; one that is not there says so at once. */
const CHECKED_WITHIN_MS = 10_000;
const ALIVE = new Set(['running', 'paused']);
const NOTHING_OF_OURS: Prepared = { paths: [], mounts: [], key: undefined };

export type Containers = ReturnType<typeof createContainers>;

/** An engine that hangs is as one that is not there. The signal lives as long as the app, so nothing may stay hanging on it. */
function within<T>(ms: number, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('did not answer before it was cancelled'));
    const timer = setTimeout(() => reject(new Error('did not answer in time')), ms);
    timer.unref();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });
}
