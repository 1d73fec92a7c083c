import { existsSync } from 'node:fs';
import { failed, type Observation, ok, type Resource, type Result, type Rung, rungIndex, type Usage } from '../../domain/index.ts';
import type { ContainerOptions } from '../containers.ts';
import { readDetached, stopDetached } from '../detached.ts';
import { createCli } from '../devcontainers/cli.ts';
import { type DevcontainerConfig, readConfig } from '../devcontainers/config.ts';
import { createDevContainers, type DevContainer } from '../devcontainers/containers.ts';
import { follow } from '../devcontainers/follow.ts';
import { nextStep, type Step } from '../devcontainers/nextStep.ts';
import { type DevcontainerRecord, readRecord } from '../devcontainers/record.ts';
import { createRuns } from '../devcontainers/runs.ts';
import { inTurn } from '../inTurn.ts';
import { renewLeases } from '../leases.ts';
import { LABEL } from '../ownership.ts';
import type { Context, Orphan, Provider } from '../provider.ts';

/** Not `paused`: the official tool (0.89) and the editor fail on a paused container instead of waking it. */
const RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'running', 'ready'];
/** Build, replace, prepare and what another window may do between; more means that somebody works against us. */
const MOST_STEPS = 12;

export interface DevcontainerOptions extends ContainerOptions {
  /** Folder for what is fetched once for all workspaces. */
  readonly cache: string;
  /** The `devcontainer` command line that the developer names. */
  readonly path?: string;
  /** Where to look for it else (default: the environment's `PATH`). */
  readonly search?: string;
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * A dev container, made ahead of time by the official command line exactly as the editor's extension would make it, so that
 * “Reopen in Container” finds it. Ready: it runs, and its lifecycle hooks up to `waitFor` have finished.
 */
export function createDevcontainerProvider(options: DevcontainerOptions): Provider {
  const { environment = process.env } = options;
  const cli = createCli(options);
  const containers = createDevContainers(options);
  const runs = createRuns({ cli, containers });

  async function observe(resource: Resource, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [], owner: 'none' } as const;
    try {
      const [it, record, config] = await Promise.all([containers.find(resource), readRecord(resource, context), readConfig(resource)]);
      if (!it) {
        const rung = config.ok && (await isFetched(config.value, record)) ? 'fetched' : 'absent';
        return { ...base, rung, ...(config.ok ? {} : { detail: config.fault.message }) };
      }
      const seen = { ...base, owner: it.owner, backends: it.backends };
      if (it.state === 'paused') return { ...seen, rung: 'paused', detail: 'the editor cannot open it while it is paused' };
      if (it.state !== 'running') return { ...seen, rung: 'created', ...outdatedDetail(it, config) };
      const problem = await hooksProblem(resource, it, record, config, context);
      if (problem) return { ...seen, rung: 'running', detail: problem };
      // While somebody's editor is in it, it is theirs: nobody plans to take it away.
      if (await containers.hasEditor(it)) return { ...seen, rung: 'ready', owner: 'developer', detail: 'an editor is connected to it' };
      return { ...seen, rung: 'ready', ...outdatedDetail(it, config) };
    } catch (error) {
      return { ...base, rung: 'unknown', detail: (await containers.fault(error, resource, context.signal)).message };
    }
  }

  /** Undefined: the hooks up to `waitFor` have finished in it. The developer's own was prepared by their own editor. */
  async function hooksProblem(
    resource: Resource,
    it: DevContainer,
    record: DevcontainerRecord,
    config: Result<DevcontainerConfig>,
    context: Context,
  ): Promise<string | undefined> {
    if (it.owner === 'developer') return undefined;
    if (await readDetached(resource, context)) return 'it is being prepared';
    if (record.making) return 'its preparation was interrupted';
    if (record.ready?.container !== it.id) return 'its lifecycle hooks have not run';
    const perStart = config.ok && config.value.json.waitFor === 'postStartCommand';
    return perStart && record.ready.startedAt !== (await containers.startedAt(it))
      ? 'its postStartCommand has not run since it was started'
      : undefined;
  }

  async function isFetched(config: DevcontainerConfig, record: DevcontainerRecord): Promise<boolean> {
    if (!config.builds) return containers.hasImage(config.image as string);
    return record.image?.inputs === config.digest && containers.hasImage(record.image.name);
  }

  /** An engine that does not answer measures nothing. */
  async function usage(resource: Resource): Promise<Usage | undefined> {
    try {
      const it = await containers.find(resource);
      return it && (await containers.usage(it));
    } catch {
      return undefined;
    }
  }

  async function reach(resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>> {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (context.signal.aborted) return cancelled(resource);
      if (rung === 'absent' || rung === 'fetched') await stopDetached(resource, context);
      const taken = await take(resource, rung, context);
      if (!taken.ok) return taken;
      if (taken.value === 'arrived') return ok(await observe(resource, context));
      if (taken.value === 'stepped') continue;
      const ended = await follow(resource, context);
      if (ended === 'cancelled' && taken.value === 'begun') await stopDetached(resource, context);
      if (ended === 'cancelled' && taken.value === 'joined') return cancelled(resource);
      const concluded = await runs.conclude(resource, context);
      if (context.signal.aborted) return cancelled(resource);
      if (!concluded.ok) return concluded;
    }
    return failed(
      'start-failed',
      'later',
      `${resource.id} did not come to rest: something else changes it at the same time. Close the other window, or wait.`,
    );
  }

  /** The workspace's folder is mounted into it, and on another machine there is none. */
  async function elsewhereProblem(): Promise<ReturnType<typeof failed> | undefined> {
    const host = await containers.elsewhere();
    if (host === undefined) return undefined;
    const why = 'where the folders of this machine are not, so dev containers are left alone';
    return failed('unsupported', 'never', `Docker runs on ${host}, ${why}. Open the folder there (Remote-SSH) to warm them.`);
  }

  /** One step: looks, and does or begins what is next. */
  async function take(resource: Resource, rung: Rung, context: Context): Promise<Result<'arrived' | 'stepped' | 'begun' | 'joined'>> {
    if (await readDetached(resource, context)) return ok('joined');
    // What a window left that is gone now; whatever became of it, this climb begins where things stand.
    await runs.conclude(resource, context);
    const it = await containers.find(resource);
    if (it?.owner === 'developer') return theirs(resource, rung, it);
    const config = await readConfig(resource);
    const step = await decide(resource, rung, it, config, context);
    if (step === 'arrived') return ok('arrived');
    if (it && step !== 'build' && step !== 'create' && step !== 'prepare' && step !== 'replace') return change(resource, step, it);
    if (!config.ok) return config;
    return make(resource, step as 'build' | 'create' | 'prepare' | 'replace', config.value, context);
  }

  async function decide(
    resource: Resource,
    rung: Rung,
    it: DevContainer | undefined,
    config: Result<DevcontainerConfig>,
    context: Context,
  ): Promise<Step> {
    const record = await readRecord(resource, context);
    const problem = it?.state === 'running' ? await hooksProblem(resource, it, record, config, context) : 'it does not run';
    return nextStep(rung, {
      state: it?.state,
      hooksDone: problem === undefined,
      outdated: it !== undefined && isOutdated(it, config),
      occupied: it !== undefined && (await containers.isOccupied(it)),
      imageThere: config.ok && (await isFetched(config.value, record)),
    });
  }

  async function change(resource: Resource, step: Step, it: DevContainer): Promise<Result<'stepped'>> {
    if (step === 'refuse') {
      return failed(
        'in-use',
        'later',
        `${resource.id} is in use: an editor or a program runs inside it. Close that window or terminal first.`,
      );
    }
    if (step === 'unpause') await containers.unpause(it);
    if (step === 'stop') await containers.stop(it);
    if (step === 'remove') await containers.remove(it);
    return ok('stepped');
  }

  async function make(
    resource: Resource,
    run: 'build' | 'create' | 'prepare' | 'replace',
    config: DevcontainerConfig,
    context: Context,
  ): Promise<Result<'begun' | 'stepped'>> {
    const { image } = await readRecord(resource, context);
    if (run === 'build' && (!config.builds || image?.inputs === config.digest)) {
      // Nothing to build (any more), so it is only not on this machine.
      const pulled = await containers.pull(config.image ?? image?.name ?? '', resource, context);
      return pulled.ok ? ok('stepped') : pulled;
    }
    context.progress(run === 'build' ? 'building its image' : 'preparing it');
    const begun = await runs.begin(run, resource, config, context);
    return begun.ok ? ok('begun') : begun;
  }

  return inTurn({
    name: 'devcontainer',
    rungs: RUNGS,
    supports: (resource) => resource.spec.type === 'devcontainer',
    async check(signal) {
      const inside = insideProblem(environment);
      if (inside) return inside;
      const engine = await containers.check(signal);
      if (!engine.ok)
        return options.host === undefined && options.engine === undefined && existsSync('/.dockerenv') ? NO_ENGINE_INSIDE : engine;
      const apart = await elsewhereProblem();
      if (apart) return apart;
      const tool = await cli.check();
      return tool.ok ? ok({ version: `devcontainer ${tool.value.version}, engine ${engine.value.version}` }) : tool;
    },
    observe: (resources, context) => Promise.all(resources.map((r) => observe(r, context))),
    async reach(resource, rung, context) {
      if (!RUNGS.includes(rung)) return failed('unsupported', 'never', `${resource.id}: a dev container cannot be ${rung}.`);
      const inside = insideProblem(environment);
      if (inside) return inside;
      try {
        const apart = rungIndex(rung) > rungIndex('fetched') ? await elsewhereProblem() : undefined;
        return apart ?? (await reach(resource, rung, context));
      } catch (error) {
        return { ok: false, fault: await containers.fault(error, resource, context.signal) };
      }
    },
    renew: (resources, context) =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
    async measure(resources) {
      const each = await Promise.all(resources.map(async (r) => [r.id, await usage(r)] as const));
      return new Map(each.flatMap(([id, taken]) => (taken ? [[id, taken] as const] : [])));
    },
    async sweep(context) {
      const orphans: Orphan[] = [];
      try {
        for (const it of await containers.abandoned(context)) {
          if (await containers.isOccupied(it)) continue;
          await containers.stop(it);
          orphans.push({
            resource: it.labels[LABEL.resource] ?? '',
            workspace: it.labels[LABEL.workspace] ?? '',
            what: `dev container ${it.id.slice(0, 12)}`,
          });
        }
        return ok(orphans);
      } catch {
        const engine = await containers.check(context.signal);
        return engine.ok ? ok(orphans) : engine;
      }
    },
    close: async () => containers.close(),
  });
}

function theirs(resource: Resource, rung: Rung, it: DevContainer): Result<'arrived'> {
  if (rungIndex(rung) <= rungIndex('created') || it.state === 'running') return ok('arrived');
  return failed(
    'start-failed',
    'never',
    `${resource.id} is a dev container that you made yourself and that is ${it.state}. Open it, or remove it so that Prewarm can make its own.`,
  );
}

const isOutdated = (it: DevContainer, config: Result<DevcontainerConfig>): boolean =>
  it.owner === 'prewarm' && config.ok && it.labels[LABEL.spec] !== config.value.digest;

const outdatedDetail = (it: DevContainer, config: Result<DevcontainerConfig>): { detail?: string } =>
  isOutdated(it, config) ? { detail: 'its declaration has changed since it was made' } : {};

/** The container in which Prewarm itself runs is not its to make, and paths in here are not the engine's. */
function insideProblem(environment: Readonly<Record<string, string | undefined>>) {
  if (environment.REMOTE_CONTAINERS !== 'true' && environment.CODESPACES !== 'true') return undefined;
  return failed(
    'unsupported',
    'never',
    'Prewarm runs inside a dev container here, so dev containers are left alone. Open the folder on its own machine to warm them.',
  );
}

const NO_ENGINE_INSIDE = failed(
  'unsupported',
  'never',
  'Prewarm runs inside a container without a Docker Engine, so dev containers are left alone.',
);
const cancelled = (resource: Resource) => failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
