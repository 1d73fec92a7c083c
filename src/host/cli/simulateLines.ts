import { ms, number, percent } from '../../show/threeDigits.ts';
import type { Difference } from '../../simulate/result/compareResults.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';

/** Two rehearsals side by side; `*` where their intervals do not touch. */
export function comparisonLines(
  [a, b]: readonly [string, string],
  [ra, rb]: readonly [RehearsalResult, RehearsalResult],
  differences: readonly Difference[],
): readonly string[] {
  const name = (d: Difference): string => (d.of === undefined ? d.figure : `${d.of} ${d.figure}`);
  const width = Math.max(...differences.map((d) => name(d).length), 10);
  const line = (d: Difference): string =>
    `${name(d).padEnd(width)}  ${value(d, d.a).padStart(12)} ${value(d, d.b).padStart(12)}  ${d.change === null ? '' : signed(d.change).padStart(9)}${d.clear ? ' *' : ''}`;
  return [
    `a ${a}: ${ra.rehearsal.personas?.join(', ')}, scale ${ra.rehearsal.scale}, seed ${ra.rehearsal.seed}${injected(ra)}`,
    `b ${b}: ${rb.rehearsal.personas?.join(', ')}, scale ${rb.rehearsal.scale}, seed ${rb.rehearsal.seed}${injected(rb)}`,
    '',
    `${''.padEnd(width)}  ${'a'.padStart(12)} ${'b'.padStart(12)}  ${'change'.padStart(9)}   (* beyond chance: the 95 % intervals do not touch)`,
    ...differences.map(line),
  ];
}

const injected = (r: RehearsalResult): string => (r.rehearsal.injected?.length ? `, injected: ${r.rehearsal.injected.join(', ')}` : '');

function value(d: Difference, v: number | null): string {
  if (v === null) return '–';
  if (d.unit === 'ms') return ms(v);
  if (d.unit === 'share') return percent(v);
  if (d.unit === 'bytes') return `${number(v / 2 ** 30)} GB`;
  return d.unit === '1' ? number(v) : `${number(v)} ${d.unit}`;
}

/** One row a resource and one for all, as CSV (RFC 4180). */
export function resultTable(r: RehearsalResult): string {
  const cell = (v: string | number | null): string => {
    const text = v === null ? '' : String(v);
    // A spreadsheet would run what begins like a formula.
    const safe = typeof v === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows: (string | number | null)[][] = [
    [
      'resource',
      'utilization',
      'waiting',
      'wait_ms',
      'own_ms',
      'per_second',
      'error_rate',
      'p50_ms',
      'p95_ms',
      'p99_ms',
      'memory_bytes',
      'cost_per_hour',
    ],
    [
      '',
      null,
      null,
      null,
      null,
      r.throughput,
      r.errorRate,
      r.latencyMs.p50,
      r.latencyMs.p95,
      r.latencyMs.p99,
      r.memoryBytes,
      r.costPerHour,
    ],
    ...r.resources.map((x) => [
      x.id,
      x.utilization.value,
      x.queue.value,
      x.waitMs.mean.value,
      x.ownMs.value,
      x.visitsPerSecond.value,
      x.ownErrorRate.value,
      null,
      null,
      null,
      x.memoryBytes,
      x.costPerHour,
    ]),
  ];
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

const signed = (share: number): string => `${share > 0 ? '+' : ''}${number(100 * share)} %`;
