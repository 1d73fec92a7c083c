import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, type Observation, ok, type Resource, type Result, type Rung, rungIndex } from '../../domain/index.ts';
import { type Detached, readDetached, startDetached, stopDetached } from '../detached.ts';
import type { ServedState, ServerOptions } from '../embedded/server.ts';
import { inTurn } from '../inTurn.ts';
import { renewLeases } from '../leases.ts';
import { fetchPackages, isFetched, type NpmPackages, runNpm } from '../npmPackages.ts';
import { LABEL, labelsFor, stableName } from '../ownership.ts';
import { processUsage } from '../processUsage.ts';
import type { Context, Provider } from '../provider.ts';
import { portProblem, type Reach, untilReady } from '../readiness.ts';
import { sweepDetached, tail } from './process.ts';

/** Pinned: what was tried is what is fetched. npm checks the registry's digest of each. */
const PACKAGES = { '@electric-sql/pglite': '0.5.14', '@electric-sql/pglite-socket': '0.2.17' } as const;
const RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'running', 'ready'];
const READY_WITHIN_MS = 120_000;

export interface EmbeddedOptions {
  /** Where PGlite is kept once fetched, shared by all workspaces. */
  readonly cache: string;
  /** The bundle of `embedded/server.ts`. */
  readonly program: string;
}

/**
 * PostgreSQL without Docker: PGlite (PostgreSQL in WebAssembly) behind a TCP port, in a process of its own. Stands in for
 * any resource whose image is a PostgreSQL, with the same init files.
 */
export function createEmbeddedProvider({ cache, program }: EmbeddedOptions): Provider {
  const packages: NpmPackages = {
    folder: join(cache, `pglite-${PACKAGES['@electric-sql/pglite']}`),
    versions: PACKAGES,
    title: 'Embedded PostgreSQL (PGlite)',
    size: '10 MB',
    instead: 'start Docker',
  };

  async function observe(resource: Resource, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [] };
    const it = await readDetached(resource, context);
    if (it) {
      const served = await servedState(resource, context);
      const containerPort = resource.ports[0]?.container ?? 5432;
      if (!served) return { ...base, rung: 'running', owner: 'prewarm', detail: 'loading its seed files' };
      return { ...base, rung: 'ready', owner: 'prewarm', backends: [{ host: '127.0.0.1', port: served.port, containerPort }] };
    }
    if (await exists(dataFolder(resource, context))) return { ...base, rung: 'created', owner: 'prewarm' };
    return { ...base, rung: (await isFetched(packages)) ? 'fetched' : 'absent', owner: 'none' };
  }

  async function climb(resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>> {
    const fetched = await fetchPackages(packages, context);
    if (!fetched.ok) return fetched;
    if (rung === 'created') await mkdir(dataFolder(resource, context), { recursive: true, mode: 0o700 });
    if (rungIndex(rung) < rungIndex('running')) return ok(await observe(resource, context));
    const running = await readDetached(resource, context);
    const key = await seedKey(resource);
    if (!key.ok) return key;
    if (running && running.labels[LABEL.spec] !== labelsFor(resource, context)[LABEL.spec]) await stopDetached(resource, context);
    const it = (await readDetached(resource, context)) ?? (await start(resource, key.value, context));
    if ('problem' in it) return failed('start-failed', 'later', `Embedded PostgreSQL for ${resource.id} was not started: ${it.problem}.`);
    if (rung === 'ready') {
      const patient: Resource = { ...resource, probe: { type: 'port', port: 0, timeoutMs: READY_WITHIN_MS } };
      const ready = await untilReady(patient, reachOf(resource, it, context), context.signal, context.now);
      if (!ready.ok) return ready;
    }
    return ok(await observe(resource, context));
  }

  async function start(resource: Resource, key: string, context: Context): Promise<Detached | { problem: string }> {
    context.progress('starting PostgreSQL (PGlite)');
    const data = dataFolder(resource, context);
    const mark = await readFile(`${data}.seeded`, 'utf8').catch(() => undefined);
    if (mark !== key && (await exists(join(data, 'PG_VERSION')))) await setAside(data);
    await mkdir(data, { recursive: true, mode: 0o700 });
    await rm(stateFile(resource, context), { force: true });
    await renewLeases([resource.id], context);
    const options: ServerOptions = {
      packages: packages.folder,
      dataFolder: data,
      stateFile: stateFile(resource, context),
      leases: context.leases,
      workspace: context.workspace,
      labels: labelsFor(resource, context),
      ...postgresOf(resource),
      seedKey: key,
    };
    return startDetached(
      resource,
      [process.execPath, program, JSON.stringify(options)],
      { cwd: context.storage, env: { ELECTRON_RUN_AS_NODE: '1' } },
      context,
    );
  }

  function reachOf(resource: Resource, it: Detached, context: Context): Reach {
    const served = async (): Promise<string | undefined> => {
      const state = await servedState(resource, context);
      return state ? portProblem(state.port) : 'is still loading its seed files';
    };
    const dead = async (): Promise<string | undefined> =>
      (await readDetached(resource, context)) ? undefined : `${(await tail(it.log)).trim().slice(-400)}.`;
    return { port: async () => (await servedState(resource, context))?.port, run: served, logs: () => tail(it.log), health: served, dead };
  }

  return inTurn({
    name: 'embedded',
    rungs: RUNGS,
    supports: isPostgres,
    async check() {
      if (await isFetched(packages)) return ok({ version: `PGlite ${PACKAGES['@electric-sql/pglite']}` });
      const npm = await runNpm(['--version']);
      if (npm.code === 0) return ok({ version: `PGlite ${PACKAGES['@electric-sql/pglite']}, fetched on first use` });
      return failed(
        'tool-missing',
        'never',
        'Embedded PostgreSQL is fetched with npm on first use, and npm is not installed. Install Node.js with npm, or start Docker.',
      );
    },
    observe: (resources, context) => Promise.all(resources.map((r) => observe(r, context))),
    async reach(resource, rung, context) {
      if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
      const at = await observe(resource, context);
      if (at.rung !== 'unknown' && rungIndex(rung) >= rungIndex('running')) return climb(resource, rung, context);
      await stopDetached(resource, context);
      if (rung === 'absent' || rung === 'fetched') await setAside(dataFolder(resource, context));
      if (rung === 'fetched' || rung === 'created') return climb(resource, rung, context);
      return ok(await observe(resource, context));
    },
    renew: (resources, context) =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
    sweep: (context) => sweepDetached(context),
    ...processUsage(),
    close: async () => {},
  });
}

function isPostgres({ spec, kind }: Resource): boolean {
  if (spec.type === 'embedded') return true;
  if (spec.type !== 'compose' && spec.type !== 'docker') return false;
  return kind === 'database' && /(^|\/)(postgres|postgis|pgvector|timescaledb)[^/]*$/.test((spec.image ?? '').replace(/[:@].*$/, ''));
}

function postgresOf({ spec }: Resource): Pick<ServerOptions, 'user' | 'database' | 'seedFiles'> {
  if (spec.type === 'embedded') return { user: spec.user, database: spec.database, seedFiles: spec.seedFiles };
  const environment = spec.type === 'compose' || spec.type === 'docker' ? spec.environment : {};
  const user = environment.POSTGRES_USER ?? 'postgres';
  return {
    user,
    database: environment.POSTGRES_DB ?? user,
    seedFiles: spec.type === 'compose' ? spec.seedFiles.filter((f) => f.endsWith('.sql')) : [],
  };
}

/** The digest of what goes in; a seed file that can't be read is named. */
async function seedKey(resource: Resource): Promise<Result<string>> {
  const hash = createHash('sha256');
  for (const file of postgresOf(resource).seedFiles) {
    try {
      hash.update(file).update(await readFile(file));
    } catch (error) {
      return failed(
        'bad-file',
        'never',
        `${resource.id}: its seed file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Restore it, or take it out of ${resource.declaredIn}.`,
      );
    }
  }
  return ok(hash.digest('hex'));
}

const dataFolder = (resource: Resource, context: Context): string => join(context.storage, 'embedded', stableName(resource, context));
const stateFile = (resource: Resource, context: Context): string => `${dataFolder(resource, context)}.state.json`;

async function servedState(resource: Resource, context: Context): Promise<ServedState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(resource, context), 'utf8')) as ServedState;
  } catch {
    return undefined;
  }
}

/** Data is never deleted unasked: what no longer fits its seed files is moved aside, one generation deep. */
async function setAside(folder: string): Promise<void> {
  if (!(await exists(join(folder, 'PG_VERSION')))) return rm(folder, { recursive: true, force: true });
  await rm(`${folder}.previous`, { recursive: true, force: true });
  await rename(folder, `${folder}.previous`);
  await rm(`${folder}.seeded`, { force: true });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
