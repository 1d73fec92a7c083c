import { type DatasetFormat, failed, type Observation, ok, type Resource, type Result, type Rung, rungIndex } from '../../domain/index.ts';
import { connectEngine } from '../containers/engine.ts';
import { createDatasetCache, keyOf } from '../datasets/cache.ts';
import type { Content, Step } from '../datasets/content.ts';
import { dropContent, fetchContent, forgetSource, heldContent, specOf } from '../datasets/fetchContent.ts';
import { holdOf, letGo, sweepHolds, takeHold } from '../datasets/hold.ts';
import type { Environment } from '../datasets/httpSource.ts';
import { holds, load } from '../datasets/load.ts';
import { loadVolume, volumeHolds } from '../datasets/loadVolume.ts';
import type { RunInside } from '../datasets/psql.ts';
import { createEngineLink, type EngineLink } from '../engine/link.ts';
import { inTurn } from '../inTurn.ts';
import { renewLeases } from '../leases.ts';
import { withLock } from '../lock.ts';
import type { Context, Provider } from '../provider.ts';

export interface DatasetOptions {
  /** Absolute path of the folder in which content is kept, shared by all workspaces. */
  readonly cache: string;
  /** Where `${NAME}` of a URL and the keys of stores come from; never written anywhere. */
  readonly environment: Environment;
  /** Runs a program inside the running database. */
  readonly execute: NonNullable<Provider['execute']>;
  /** The way to the container engine whose volumes are filled (default: the environment's). */
  readonly engine?: EngineLink;
  /** Absolute path of the bundled program of the thread that reads Parquet (`datasets/parquetThread.ts`). */
  readonly parquetProgram: string;
  /** A piece of a Parquet file that takes longer is damaged (default: a minute). */
  readonly parquetMs?: number;
  /** A download is given up when nothing has come for so long (default: half a minute). */
  readonly stallMs?: number;
  /** Waited before a broken download is resumed (default: a second; doubled each time). */
  readonly pauseMs?: number;
}

/** Where a dataset goes. */
interface Target {
  holds(content: Content): Promise<Result<boolean>>;
  load(content: Content, declared: DatasetFormat | undefined, step: Step): Promise<Result<void>>;
}

const RUNGS: readonly Rung[] = ['absent', 'fetched', 'ready'];

/**
 * Declared data: fetched into a cache by content, then loaded into its database or volume. Coming down, Prewarm lets go of it and takes nothing
 * away: what was loaded is the developer's, and what was fetched serves the next climb.
 */
export function createDatasetProvider(options: DatasetOptions): Provider {
  const {
    cache: folder,
    environment,
    execute,
    parquetProgram,
    engine = createEngineLink(),
    parquetMs = 60_000,
    stallMs = 30_000,
    pauseMs = 1000,
  } = options;
  const parquet = { program: parquetProgram, withinMs: parquetMs };
  const cache = createDatasetCache(folder);
  const docker = connectEngine(engine, 30_000);
  const fetching = { cache, environment, stallMs, pauseMs };

  function targetOf(resource: Resource, context: Context): Target | undefined {
    const { into } = specOf(resource);
    const dataset = resource.name;
    if (!into) return undefined;
    if ('volume' in into) {
      const how = { docker, dataset, target: into };
      return {
        holds: (content) => volumeHolds(how, content),
        // Every workspace that names the volume shares it.
        load: (content, _, step) =>
          withLock(`dataset-volume-${keyOf(into.volume)}`, context, (signal) => loadVolume(how, content, { ...step, signal })),
      };
    }
    const run: RunInside = (command, input) => execute(into.server, command, input, context);
    const how = { dataset, target: into, parquet, run };
    return {
      holds: ({ digest }) => holds(how, digest),
      load: (content, declared, step) => load(how, content, declared, step),
    };
  }

  async function observe(resource: Resource, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [], owner: 'none' } as const;
    const content = await heldContent(resource, cache);
    if (!content) return { ...base, rung: 'absent' };
    if (!(await holdOf(resource, context))) return { ...base, rung: 'fetched' };
    const target = targetOf(resource, context);
    if (!target) return { ...base, rung: 'ready', owner: 'prewarm' };
    const there = await target.holds(content);
    if (there.ok) return there.value ? { ...base, rung: 'ready', owner: 'prewarm' } : { ...base, rung: 'fetched' };
    const rung = there.fault.code === 'engine-unreachable' ? 'unknown' : 'fetched';
    return { ...base, rung, detail: there.fault.message };
  }

  /** Two windows that want the same content fetch it once. */
  const fetchOnce = (resource: Resource, context: Context): Promise<Result<Content>> =>
    withLock(`dataset-${keyOf(JSON.stringify(specOf(resource).from))}`, context, (signal) =>
      fetchContent(resource, fetching, { signal, progress: context.progress }),
    );

  async function climb(resource: Resource, rung: Rung, context: Context, mend: 'once' | 'no' = 'once'): Promise<Result<void>> {
    const content = await fetchOnce(resource, context);
    if (!content.ok) return content;
    if (rung !== 'ready') return letGo(resource, context).then(() => ok(undefined));
    const target = targetOf(resource, context);
    const loaded = target ? await target.load(content.value, specOf(resource).format, context) : ok(undefined);
    if (context.signal.aborted) return cancelled(resource);
    if (!loaded.ok) {
      if (mend === 'no' || loaded.fault.retry !== 'now') return loaded;
      await dropContent(resource, content.value, cache);
      return climb(resource, rung, context, 'no');
    }
    await takeHold(resource, context);
    return ok(undefined);
  }

  /** What was downloaded stays; of a file that lies here only its digest was known. */
  async function release(resource: Resource, context: Context): Promise<Result<void>> {
    await letGo(resource, context);
    if (specOf(resource).from.type === 'path') await forgetSource(resource, cache);
    return ok(undefined);
  }

  return inTurn({
    name: 'dataset',
    rungs: RUNGS,
    supports: (resource) => resource.spec.type === 'dataset',
    check: async () => ok({ version: `Node ${process.versions.node}` }),
    observe: (resources, context) => Promise.all(resources.map((r) => observe(r, context))),
    async reach(resource, rung, given) {
      const context = { ...given, progress: onlyNews(given.progress) };
      try {
        const moved = rungIndex(rung) >= rungIndex('fetched') ? await climb(resource, rung, context) : await release(resource, context);
        return moved.ok ? ok(await observe(resource, context)) : moved;
      } catch (error) {
        if (context.signal.aborted) return cancelled(resource);
        return onDisk(error, resource);
      }
    },
    renew: (resources, context) =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
    sweep: sweepHolds,
    close: async () => {},
  });
}

const cancelled = (resource: Resource) => failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);

/** What the file system refuses is a fault of the world; all else is a bug. */
function onDisk(error: unknown, resource: Resource): Result<never> {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const advice = full ? 'The disk is full: free some space' : 'Check the permissions of its files and of the cache';
  return failed('storage-failed', 'later', `${resource.id}: a file could not be read or written (${code}). ${advice}.`, String(error));
}

/** Streams tell every chunk; people read what changed. */
function onlyNews(tell: (text: string) => void): (text: string) => void {
  let last = '';
  return (text) => {
    if (text === last) return;
    last = text;
    tell(text);
  };
}
