import type { Estimate } from './estimate.ts';
import type { RehearsalResult } from './result.ts';

/** One figure of two rehearsals, side by side. */
export interface Difference {
  readonly figure: string;
  /** A resource; absent: end to end. */
  readonly of?: string;
  readonly unit: string;
  readonly a: number | null;
  readonly b: number | null;
  /** b over a, less 1; null where that cannot be said. */
  readonly change: number | null;
  /** The 95 % intervals do not touch; undefined where there is none. */
  readonly clear?: boolean;
}

/** The figures of two saved rehearsals side by side, end to end first, then by resource. A resource that only one has is null in the other. */
export function compareResults(a: RehearsalResult, b: RehearsalResult): readonly Difference[] {
  const latency = (p: keyof RehearsalResult['latencyMs']): Difference =>
    row(`latency ${p}`, 'ms', a.latencyMs[p], b.latencyMs[p], intervalOf(a.intervals?.latencyMs, p), intervalOf(b.intervals?.latencyMs, p));
  const ids = [...new Set([...Object.keys(a.utilization), ...Object.keys(b.utilization)])];
  return [
    row('throughput', '1/s', a.throughput, b.throughput, a.intervals?.throughput, b.intervals?.throughput),
    ...(['mean', 'p50', 'p95', 'p99'] as const).map(latency),
    row('error rate', 'share', a.errorRate, b.errorRate, a.intervals?.errorRate, b.intervals?.errorRate),
    row('memory', 'bytes', a.memoryBytes, b.memoryBytes),
    row('cost', '$/h', a.costPerHour, b.costPerHour),
    ...ids.flatMap((of) => ofResource(of, a, b)),
  ];
}

function ofResource(of: string, a: RehearsalResult, b: RehearsalResult): readonly Difference[] {
  const [one, other] = [a, b].map((result) => result.resources?.find((r) => r.id === of));
  const both = (figure: string, unit: string, pick: (r: RehearsalResult['resources'][number]) => Estimate): Difference => {
    const [x, y] = [one && pick(one), other && pick(other)];
    return { ...row(figure, unit, x?.value ?? null, y?.value ?? null, x && [x.low, x.high], y && [y.low, y.high]), of };
  };
  return [
    both('utilization', 'share', (r) => r.utilization),
    both('queue', '1', (r) => r.queue),
    both('wait', 'ms', (r) => r.waitMs.mean),
    both('own work', 'ms', (r) => r.ownMs),
  ];
}

type Interval = readonly [number | null, number | null] | undefined;

function row(
  figure: string,
  unit: string,
  a: number | null | undefined,
  b: number | null | undefined,
  ia?: Interval,
  ib?: Interval,
): Difference {
  const [x, y] = [a ?? null, b ?? null];
  const change = x !== null && y !== null && x !== 0 ? y / x - 1 : null;
  const [la, ha, lb, hb] = [ia?.[0], ia?.[1], ib?.[0], ib?.[1]].map((v) => v ?? undefined);
  const clear = la === undefined || ha === undefined || lb === undefined || hb === undefined ? undefined : la > hb || lb > ha;
  return { figure, unit, a: x, b: y, change, ...(clear === undefined ? {} : { clear }) };
}

const intervalOf = (intervals: object | undefined, name: string): Interval => (intervals as Record<string, Interval> | undefined)?.[name];
