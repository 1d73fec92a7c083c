import type { RehearsalResult } from '../../simulate/result/result.ts';

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
