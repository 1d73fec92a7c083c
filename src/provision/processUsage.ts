import { readdir, readFile } from 'node:fs/promises';
import type { Resource, ResourceId, Usage } from '../domain/index.ts';
import { readDetached } from './detached.ts';
import type { Context, Provider } from './provider.ts';
import { spawned } from './spawned.ts';

/** One process as the system tells of it. `group` is what belongs together: on Windows, which has no groups, the parent. */
export interface ProcessSample {
  readonly pid: number;
  readonly group: number;
  readonly memoryBytes: number;
  /** Processor time since it began. */
  readonly cpuMs: number;
}

/** Asking starts a PowerShell on Windows, and no program elsewhere, or a light one. */
const KEPT_MS = process.platform === 'win32' ? 60_000 : 0;

/** What detached processes of ours take, each with the children in its group: `measure` of the providers that run processes. */
export function processUsage(): Required<Pick<Provider, 'measure'>> {
  const before = new Map<number, { readonly at: number; readonly cpuMs: number; readonly cpuCores: number }>();
  let sampled: { readonly at: number; readonly samples: Promise<readonly ProcessSample[]> } | undefined;
  const sample = () => {
    if (!sampled || Date.now() - sampled.at >= KEPT_MS) sampled = { at: Date.now(), samples: sampleAll() };
    return sampled;
  };
  return {
    async measure(resources, context) {
      const pids = await pidsOf(resources, context);
      if (pids.size === 0) return new Map();
      const { at, samples: taking } = sample();
      const samples = await taking;
      const usages = new Map<ResourceId, Usage>();
      for (const [id, pid] of pids) {
        const own = withDescendants(pid, samples);
        if (own.length === 0) continue;
        const cpuMs = own.reduce((sum, p) => sum + p.cpuMs, 0);
        const last = before.get(pid);
        const cpuCores = last && at > last.at ? Math.max(0, cpuMs - last.cpuMs) / (at - last.at) : (last?.cpuCores ?? 0);
        before.set(pid, { at, cpuMs, cpuCores });
        usages.set(id, { memoryBytes: own.reduce((sum, p) => sum + p.memoryBytes, 0), cpuCores });
      }
      return usages;
    },
  };
}

async function pidsOf(resources: readonly Resource[], context: Context): Promise<ReadonlyMap<ResourceId, number>> {
  const found = await Promise.all(resources.map(async (r) => [r.id, (await readDetached(r, context))?.pid] as const));
  return new Map(found.flatMap(([id, pid]) => (pid === undefined ? [] : [[id, pid] as const])));
}

/** The process itself, what is in its group, and on Windows what it and its children started. */
export function withDescendants(pid: number, samples: readonly ProcessSample[]): readonly ProcessSample[] {
  const found = new Set<number>([pid]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const sample of samples) if (found.has(sample.group)) found.add(sample.pid);
  }
  return samples.filter((s) => found.has(s.pid));
}

async function sampleAll(): Promise<readonly ProcessSample[]> {
  switch (process.platform) {
    case 'linux':
      return fromProc();
    case 'win32':
      return parseCim((await spawned('powershell.exe', CIM, { timeoutMs: 10_000 })).stdout);
    default:
      return parsePs((await spawned('ps', ['-A', '-o', 'pid=,pgid=,rss=,time='], { timeoutMs: 5000 })).stdout);
  }
}

async function fromProc(): Promise<readonly ProcessSample[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.flatMap((line) => parseProcStat(line) ?? []);
}

/** Fields 1, 5, 14, 15 and 24 of proc_pid_stat(5). Nearly every Linux counts 100 ticks a second and pages of 4 kB; where not, figures are off by that factor. */
export function parseProcStat(line: string): ProcessSample | undefined {
  const name = line.lastIndexOf(')');
  if (name < 0) return undefined;
  const fields = line.slice(name + 2).split(' ');
  const [group, user, system, pages] = [fields[2], fields[11], fields[12], fields[21]].map(Number);
  if (group === undefined || user === undefined || system === undefined || pages === undefined) return undefined;
  return { pid: Number.parseInt(line, 10), group, memoryBytes: pages * 4096, cpuMs: (user + system) * 10 };
}

/** `ps -o pid=,pgid=,rss=,time=`: kB, and `[[days-]hours:]minutes:seconds[.hundredths]`. */
export function parsePs(text: string): readonly ProcessSample[] {
  return text.split('\n').flatMap((line) => {
    const [pid, group, kilobytes, time] = line.trim().split(/\s+/);
    if (!pid || !group || !kilobytes || !time) return [];
    return [{ pid: Number(pid), group: Number(group), memoryBytes: Number(kilobytes) * 1024, cpuMs: timeMs(time) }];
  });
}

function timeMs(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time];
  const seconds = (clock ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
}

const CIM = [
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  "Get-CimInstance Win32_Process | ForEach-Object { '{0} {1} {2} {3}' -f $_.ProcessId, $_.ParentProcessId, $_.WorkingSetSize, ($_.KernelModeTime + $_.UserModeTime) }",
];

/** Lines of `pid parent bytes time`, the time in 100 ns. */
export function parseCim(text: string): readonly ProcessSample[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [pid, group, memoryBytes, ticks] = line.trim().split(' ').map(Number);
    if (!pid || group === undefined || memoryBytes === undefined || ticks === undefined || !Number.isFinite(ticks)) return [];
    return [{ pid, group, memoryBytes, cpuMs: Math.round(ticks / 10_000) }];
  });
}
