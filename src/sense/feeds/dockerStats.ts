import { failed, ok, type Quantity, type Result, type Series, type UnixMs } from '../../domain/index.ts';
import { seriesOf } from './evenSteps.ts';
import { listOf, mapOf, number, objectWith, optional, shaped, text } from './shape.ts';

/** What one answer of `GET /containers/{id}/stats?stream=false` tells; counters are those since the container began. */
export interface DockerSample {
  readonly at: UnixMs;
  /** Undefined where the engine took no sample before this one. */
  readonly cpuCores: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly networkBytes: number | undefined;
  /** Operations; undefined where only bytes are counted (cgroup v2). */
  readonly diskOperations: number | undefined;
  readonly diskBytes: number | undefined;
}

const cpu = objectWith({
  cpu_usage: optional(objectWith({ total_usage: optional(number) })),
  system_cpu_usage: optional(number),
  online_cpus: optional(number),
});
const transfers = optional(listOf(objectWith({ op: text, value: number })));
const stats = objectWith({
  read: text,
  preread: optional(text),
  cpu_stats: cpu,
  precpu_stats: optional(cpu),
  memory_stats: objectWith({ usage: optional(number), privateworkingset: optional(number), stats: optional(mapOf(number)) }),
  networks: optional(mapOf(objectWith({ rx_bytes: number, tx_bytes: number }))),
  blkio_stats: optional(objectWith({ io_service_bytes_recursive: transfers, io_serviced_recursive: transfers })),
});
type Stats = ReturnType<typeof stats>;

export function readDockerStats(feed: string, answer: unknown): Result<DockerSample> {
  const read = shaped(stats, answer);
  if ('problem' in read) return failed('fetch-failed', 'later', `${feed}: these are no statistics of Docker: ${read.problem}.`);
  const at = Date.parse(read.value.read);
  // The engine answers for a container that does not run with the zero of its clock.
  if (!(at > 0)) return failed('fetch-failed', 'later', `${feed}: the container does not run. Start it, or remove the feed.`);
  return ok({
    at,
    cpuCores: coresOf(read.value),
    memoryBytes: memoryOf(read.value),
    networkBytes: networkOf(read.value),
    diskOperations: transfersOf(read.value.blkio_stats?.io_serviced_recursive),
    diskBytes: transfersOf(read.value.blkio_stats?.io_service_bytes_recursive),
  });
}

/** As `docker stats` reckons it: the share of the machine's processor time between the engine's two samples, times its processors. */
function coresOf({ cpu_stats: now, precpu_stats: before }: Stats): number | undefined {
  const [used, usedBefore] = [now.cpu_usage?.total_usage, before?.cpu_usage?.total_usage];
  const [system, systemBefore] = [now.system_cpu_usage, before?.system_cpu_usage];
  if (used === undefined || usedBefore === undefined || system === undefined || !systemBefore || system <= systemBefore) return undefined;
  return (Math.max(0, used - usedBefore) / (system - systemBefore)) * (now.online_cpus || 1);
}

/** Without the pages of files that can be dropped (cgroup v1: total_inactive_file, v2: inactive_file). */
function memoryOf({ memory_stats: { usage, privateworkingset, stats: detail = {} } }: Stats): number | undefined {
  if (usage === undefined) return privateworkingset;
  const droppable = detail.total_inactive_file ?? detail.inactive_file ?? 0;
  return droppable < usage ? usage - droppable : usage;
}

function networkOf({ networks }: Stats): number | undefined {
  return networks && Object.values(networks).reduce((sum, n) => sum + n.rx_bytes + n.tx_bytes, 0);
}

/** Reads and writes; cgroup v1 writes them `Read` and `Write`, beside `Total`. */
function transfersOf(all: readonly { readonly op: string; readonly value: number }[] | undefined): number | undefined {
  return all?.filter(({ op }) => /^(?:read|write)$/i.test(op)).reduce((sum, { value }) => sum + value, 0);
}

/** The series of one sample, a step each; what is counted needs the sample before, and starts anew where a counter fell. */
export function dockerSeries(feed: string, sample: DockerSample, before: DockerSample | undefined, stepMs: number): readonly Series[] {
  const seconds = before ? (sample.at - before.at) / 1000 : 0;
  const rateOf = (key: 'networkBytes' | 'diskOperations' | 'diskBytes'): number | undefined => {
    const [now, then] = [sample[key], before?.[key]];
    return now === undefined || then === undefined || now < then || seconds <= 0 ? undefined : (now - then) / seconds;
  };
  const one = (name: string, quantity: Quantity, value: number | undefined): readonly Series[] =>
    value === undefined ? [] : [seriesOf([{ at: sample.at, value }], { id: `docker:${feed}/${name}`, quantity, stepMs, combine: 'last' })];
  const network = rateOf('networkBytes');
  return [
    ...one('cpu', 'cpu', sample.cpuCores),
    ...one('memory', 'memory', sample.memoryBytes),
    ...one('network', 'network', network === undefined ? undefined : network * 8),
    ...one('disk_io', 'disk_io', rateOf('diskOperations')),
    ...one('disk_bytes', 'other', rateOf('diskBytes')),
  ];
}
