import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { failed, type Resource, type ResourceId, type Usage } from '../domain/index.ts';
import { limitContainers } from './limits.ts';
import { LABEL, ours } from './ownership.ts';
import type { Context, Provider } from './provider.ts';

/** Two samples nearer than this say little: the system's clock of processor time ticks every 10 ms. */
const LEAST_BETWEEN_MS = 200;

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
