import type { Readings } from '../../../plan/readings.ts';
import type { Machine } from './machine.ts';

type Memory = NonNullable<Readings['memory']>;

/** Node's `freemem` counts neither caches nor what is inactive on Linux and macOS, where nearly nothing would ever seem free. */
export async function readMemory(machine: Machine): Promise<Memory | undefined> {
  if (machine.platform === 'darwin') {
    const text = await machine.output('vm_stat', []);
    const availableBytes = text === undefined ? undefined : parseVmStat(text);
    return availableBytes === undefined ? undefined : { totalBytes: machine.memory().totalBytes, availableBytes };
  }
  if (machine.platform !== 'linux') return machine.memory();
  const host = parseMeminfo((await machine.file('/proc/meminfo')) ?? '');
  const group = await groupMemory(machine);
  if (!host || !group) return host;
  return {
    totalBytes: Math.min(host.totalBytes, group.totalBytes),
    availableBytes: Math.min(host.availableBytes, group.availableBytes),
  };
}

/** MemAvailable of proc_meminfo(5), in kB. */
export function parseMeminfo(text: string): Memory | undefined {
  const kilobytes = (name: string): number => Number(text.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? Number.NaN);
  const [total, available] = [kilobytes('MemTotal'), kilobytes('MemAvailable')];
  return Number.isFinite(total + available) ? { totalBytes: total * 1024, availableBytes: available * 1024 } : undefined;
}

/** Available as psutil counts it on macOS: free and speculative, and inactive. vm_stat(1) leaves the speculative out of the free. */
export function parseVmStat(text: string): number | undefined {
  const pageBytes = Number(text.match(/page size of (\d+) bytes/)?.[1]);
  const pages = (name: string): number => Number(text.match(new RegExp(`^${name}:\\s+(\\d+)\\.`, 'm'))?.[1]);
  const bytes = (pages('Pages free') + pages('Pages speculative') + pages('Pages inactive')) * pageBytes;
  return Number.isFinite(bytes) ? bytes : undefined;
}

/**
 * A dev container or CI job may be given less than the machine has. Inside it, its own cgroup is mounted at the root (v2 first,
 * then v1). Containers of an engine outside do not count there, so this is on the safe side.
 */
async function groupMemory({ file }: Machine): Promise<Memory | undefined> {
  const root = '/sys/fs/cgroup';
  const v2 = await Promise.all([file(`${root}/memory.max`), file(`${root}/memory.current`), file(`${root}/memory.stat`)]);
  if (v2[0] !== undefined) return parseGroupMemory(...v2);
  const folder = `${root}/memory`;
  return parseGroupMemory(
    ...(await Promise.all([
      file(`${folder}/memory.limit_in_bytes`),
      file(`${folder}/memory.usage_in_bytes`),
      file(`${folder}/memory.stat`),
    ])),
  );
}

/** `max`, or in v1 a number near 2^63, is no limit. Pages of files that can be dropped count as available; v1 tells those of groups below as a total. */
export function parseGroupMemory(limit = '', usage = '', stat = ''): Memory | undefined {
  const [totalBytes, usedBytes] = [Number.parseInt(limit, 10), Number.parseInt(usage, 10)];
  if (!Number.isFinite(totalBytes + usedBytes) || totalBytes > 2 ** 60) return undefined;
  const droppable = Number((stat.match(/^total_inactive_file (\d+)$/m) ?? stat.match(/^inactive_file (\d+)$/m))?.[1] ?? 0);
  return { totalBytes, availableBytes: Math.max(0, totalBytes - usedBytes + droppable) };
}

/** Pressure stall information (Linux 4.20+, where it is switched on): the share of the last ten seconds. */
export async function readMemoryStall({ platform, file }: Machine): Promise<number | undefined> {
  return platform === 'linux' ? parseStall((await file('/proc/pressure/memory')) ?? '') : undefined;
}

export function parseStall(text: string): number | undefined {
  const percent = text.match(/^some avg10=([\d.]+)/m)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}
