import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type Allowance, failed, ok, type Resource, type ResourceId, type Result, type Usage } from '../domain/index.ts';
import { LABEL, OWNER } from './ownership.ts';
import type { Context, Provider } from './provider.ts';

/** Two samples nearer than this say little: the system's clock of processor time ticks every 10 ms. */
const LEAST_BETWEEN_MS = 200;
const PERIOD_US = 100_000;
/** The engine refuses less. */
const LEAST_MEMORY_BYTES = 6 * 2 ** 20;

/** What containers of ours take and may take, by the Docker Engine API: `measure` and `limit` of both container providers. */
export function containerUsage(docker: () => Promise<Docker>): Required<Pick<Provider, 'measure' | 'limit'>> {
  const samples: Samples = new Map();
  return {
    measure: async (resources, context) => {
      try {
        return await measureContainers(await docker(), resources, context, samples);
      } catch {
        // Away: what it takes is unknown, and `observe` says so.
        return new Map();
      }
    },
    limit: async (resource, allowance, context) => {
      try {
        return await limitContainers(await docker(), resource, allowance, context);
      } catch (error) {
        const text = String((error as Error).message ?? error);
        return failed('unsupported', 'later', `What ${resource.id} may take was not changed: ${text.slice(0, 300)}`, text);
      }
    },
  };
}

interface Sample {
  readonly usedNs: number;
  readonly systemNs: number;
  readonly takenAt: number;
}

/** The last sample of each container, by the engine's id. */
export type Samples = Map<string, Sample>;

/** Of each running container of ours, by resource; several copies of one resource count together. */
export async function measureContainers(
  docker: Docker,
  resources: readonly Resource[],
  context: Context,
  samples: Samples,
): Promise<ReadonlyMap<ResourceId, Usage>> {
  const wanted = new Set(resources.map((r) => r.id));
  const all = await docker.listContainers({ filters: { label: ours(context), status: ['running', 'paused'] } });
  const running = all.filter((c) => wanted.has(c.Labels[LABEL.resource] ?? ''));
  for (const id of samples.keys()) if (!all.some((c) => c.Id === id)) samples.delete(id);
  const usages = new Map<ResourceId, Usage>();
  const measured = await Promise.all(
    running.map(async (c) => [c.Labels[LABEL.resource] ?? '', await usageOf(docker, c.Id, samples)] as const),
  );
  for (const [id, usage] of measured) {
    const sum = usages.get(id);
    if (usage) usages.set(id, sum ? { memoryBytes: sum.memoryBytes + usage.memoryBytes, cpuCores: sum.cpuCores + usage.cpuCores } : usage);
  }
  return usages;
}

const ours = (context: Context): string[] => [`${LABEL.owner}=${OWNER}`, `${LABEL.workspace}=${context.workspace}`];

/** Since the last time it was measured; the first time, over a fifth of a second. Undefined: it ended meanwhile. */
async function usageOf(docker: Docker, id: string, samples: Samples): Promise<Usage | undefined> {
  try {
    const before = samples.get(id) ?? sampleOf(await oneShot(docker, id));
    await sleep(Math.max(0, LEAST_BETWEEN_MS - (Date.now() - before.takenAt)));
    const stats = await oneShot(docker, id);
    const after = sampleOf(stats);
    samples.set(id, after);
    return { memoryBytes: memoryOf(stats), cpuCores: coresBetween(before, after, stats.cpu_stats.online_cpus || 1) };
  } catch (error) {
    const status = (error as { statusCode?: number }).statusCode;
    if (status === 404 || status === 409) return undefined;
    throw error;
  }
}

/** What is read of the engine's statistics (GET /containers/{id}/stats). */
export interface RawStats {
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number };
    readonly system_cpu_usage?: number;
    readonly online_cpus?: number;
  };
  readonly memory_stats: {
    readonly usage?: number;
    readonly privateworkingset?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
}

/** `one-shot` (API 1.41): without it the engine takes two samples, a second apart. Engine 20.10 still takes up to a second for one, so nobody should wait. */
async function oneShot(docker: Docker, id: string): Promise<RawStats> {
  return (await docker.getContainer(id).stats({ stream: false, 'one-shot': true })) as unknown as RawStats;
}

/** Windows containers tell processor time in 100 ns and no time of the system: there the clock stands in. */
function sampleOf({ cpu_stats: { cpu_usage, system_cpu_usage } }: RawStats): Sample {
  const takenAt = Date.now();
  return { usedNs: cpu_usage.total_usage, systemNs: system_cpu_usage ?? takenAt * 1e6, takenAt };
}

function coresBetween(before: Sample, after: Sample, processors: number): number {
  const [used, system] = [after.usedNs - before.usedNs, after.systemNs - before.systemNs];
  return used > 0 && system > 0 ? (used / system) * processors : 0;
}

/** As `docker stats` shows it: without the pages of files that can be dropped (cgroup v1: total_inactive_file, v2: inactive_file). */
export function memoryOf({ memory_stats: { usage, privateworkingset, stats = {} } }: RawStats): number {
  if (usage === undefined) return privateworkingset ?? 0;
  const droppable = stats.total_inactive_file ?? stats.inactive_file ?? 0;
  return droppable < usage ? usage - droppable : usage;
}

/**
 * Sets what our containers of this resource may take. A limit that stood there when we first came is the developer's
 * (`mem_limit`, `cpus`, `deploy.resources`): only a remedy that a person agreed to changes it (`tuning.limits`), and without that it stands as
 * before, exactly. What stood there is kept in a file per container, since the container itself can no longer tell.
 */
export async function limitContainers(docker: Docker, resource: Resource, allowance: Allowance, context: Context): Promise<Result<void>> {
  const all = await docker.listContainers({ all: true, filters: { label: ours(context) } });
  for (const { Id, Labels } of all) {
    if (Labels[LABEL.resource] !== resource.id) continue;
    const container = docker.getContainer(Id);
    const now = limitsIn((await container.inspect()).HostConfig as Partial<Limits>);
    const changes = !isEmpty(allowance) || !isEmpty(resource.tuning?.limits ?? {});
    const declared = await declaredOf(Id, now, changes, context);
    const change = {
      ...cpuChange(now, declared, resource.tuning?.limits?.cpuCores, allowance.cpuCores),
      ...(await memoryChange(docker, now, declared, resource.tuning?.limits?.memoryBytes, allowance.memoryBytes)),
    };
    if (Object.keys(change).length > 0) await container.update(change);
  }
  await forgetOthers(
    all.map((c) => c.Id),
    context,
  );
  return ok(undefined);
}

const isEmpty = ({ cpuCores, memoryBytes }: Allowance): boolean => cpuCores === undefined && memoryBytes === undefined;

/** As the engine has them; 0 is none. */
interface Limits {
  readonly NanoCpus: number;
  readonly CpuQuota: number;
  readonly CpuPeriod: number;
  readonly Memory: number;
  readonly MemorySwap: number;
}

const limitsIn = (h: Partial<Limits>): Limits => ({
  NanoCpus: h.NanoCpus ?? 0,
  CpuQuota: h.CpuQuota ?? 0,
  CpuPeriod: h.CpuPeriod ?? 0,
  Memory: h.Memory ?? 0,
  MemorySwap: h.MemorySwap ?? 0,
});

const folderOf = (context: Context): string => join(context.storage, 'limits');

/** Written before the first limit of ours is set, by whichever window comes first; never written anew. */
async function declaredOf(id: string, now: Limits, changes: boolean, context: Context): Promise<Limits> {
  const file = join(folderOf(context), `${id}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return recorded(JSON.parse(known), now);
  if (!changes) return now;
  await mkdir(folderOf(context), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, JSON.stringify(now), { flag: 'wx', mode: 0o600 });
    return now;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return recorded(JSON.parse(await readFile(file, 'utf8')), now);
  }
}

/** Earlier versions kept only whether there were limits; theirs were never changed then. */
function recorded(known: Limits | { readonly cpu: boolean; readonly memory: boolean }, now: Limits): Limits {
  if (!('cpu' in known)) return known;
  return {
    ...(known.cpu ? now : { NanoCpus: 0, CpuQuota: 0, CpuPeriod: 0 }),
    ...(known.memory ? { Memory: now.Memory, MemorySwap: now.MemorySwap } : { Memory: 0, MemorySwap: 0 }),
  } as Limits;
}

async function forgetOthers(living: readonly string[], context: Context): Promise<void> {
  const names = await readdir(folderOf(context)).catch(() => [] as string[]);
  const gone = names.filter((name) => !living.includes(name.replace(/\.json$/, '')));
  await Promise.all(gone.map((name) => rm(join(folderOf(context), name), { force: true })));
}

/**
 * A quota where nothing was declared, since the engine knows no way back from `NanoCpus`; else in the manner of the declaration. What a
 * developer declared is not lowered while it is idle.
 */
function cpuChange(now: Limits, declared: Limits, tuned: number | undefined, idle: number | undefined): Partial<Limits> {
  if (declared.NanoCpus > 0) {
    const nano = tuned === undefined ? declared.NanoCpus : Math.round(tuned * 1e9);
    return nano === now.NanoCpus ? {} : { NanoCpus: nano };
  }
  const isDeclared = declared.CpuQuota > 0;
  const period = isDeclared && declared.CpuPeriod > 0 ? declared.CpuPeriod : PERIOD_US;
  const cores = isDeclared || idle === undefined ? tuned : Math.min(idle, tuned ?? idle);
  const quota = cores === undefined ? (isDeclared ? declared.CpuQuota : -1) : Math.max(1000, Math.round(cores * period));
  if (quota === now.CpuQuota || (quota < 0 && now.CpuQuota <= 0)) return {};
  return { CpuPeriod: period, CpuQuota: quota };
}

/**
 * Memory and swap go together, since cgroup v1 refuses a memory limit above that of both. The engine has no way back to
 * “no limit” either (it takes −1 for too little): all of the machine's memory is as good.
 */
async function memoryChange(
  docker: Docker,
  now: Limits,
  declared: Limits,
  tuned: number | undefined,
  idle: number | undefined,
): Promise<Partial<Limits>> {
  if (declared.Memory > 0) {
    const wanted = tuned === undefined ? declared : { Memory: tuned, MemorySwap: 2 * tuned };
    return wanted.Memory === now.Memory ? {} : { Memory: wanted.Memory, MemorySwap: wanted.MemorySwap };
  }
  const wanted = idle === undefined ? tuned : Math.min(idle, tuned ?? idle);
  if (wanted === undefined && now.Memory === 0) return {};
  const bytes = Math.max(LEAST_MEMORY_BYTES, wanted ?? ((await docker.info()) as { MemTotal: number }).MemTotal);
  return bytes === now.Memory ? {} : { Memory: bytes, MemorySwap: 2 * bytes };
}
