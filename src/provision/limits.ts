import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { type Allowance, ok, type Resource, type Result } from '../domain/index.ts';
import { isPodman, limitPodman } from './engine/podman.ts';
import { LABEL, ours } from './ownership.ts';
import type { Context } from './provider.ts';

const PERIOD_US = 100_000;
/** The engine refuses less. */
const LEAST_MEMORY_BYTES = 6 * 2 ** 20;

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
    const seen = limitsIn((await container.inspect()).HostConfig as Partial<Limits>);
    const changes = !isEmpty(allowance) || !isEmpty(resource.tuning?.limits ?? {});
    const { declared, written } = await declaredOf(Id, seen, changes, context);
    const podman = await isPodman(docker);
    // Podman goes on telling what the container was made with, so there it is said again each time.
    const now = podman && written ? SAID_AGAIN : seen;
    const change = {
      ...cpuChange(now, declared, resource.tuning?.limits?.cpuCores, allowance.cpuCores),
      ...(await memoryChange(docker, now, declared, resource.tuning?.limits?.memoryBytes, allowance.memoryBytes)),
    };
    if (Object.keys(change).length === 0) continue;
    await (podman ? limitPodman(docker, Id, asQuota(change)) : container.update(change));
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

const SAID_AGAIN: Limits = { NanoCpus: 1, CpuQuota: 1, CpuPeriod: 0, Memory: 1, MemorySwap: 0 };

/** Podman is told of quotas alone. */
const asQuota = ({ NanoCpus, ...change }: Partial<Limits>): Partial<Limits> =>
  NanoCpus === undefined ? change : { ...change, CpuPeriod: PERIOD_US, CpuQuota: Math.round((NanoCpus / 1e9) * PERIOD_US) };

const folderOf = (context: Context): string => join(context.storage, 'limits');

/** Written before the first limit of ours is set, by whichever window comes first; never written anew. */
async function declaredOf(id: string, now: Limits, changes: boolean, context: Context): Promise<Declared> {
  const file = join(folderOf(context), `${id}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return { declared: recorded(JSON.parse(known), now), written: true };
  if (!changes) return { declared: now, written: false };
  await mkdir(folderOf(context), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, JSON.stringify(now), { flag: 'wx', mode: 0o600 });
    return { declared: now, written: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { declared: recorded(JSON.parse(await readFile(file, 'utf8')), now), written: true };
  }
}

interface Declared {
  readonly declared: Limits;
  /** A limit of ours was set. */
  readonly written: boolean;
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
