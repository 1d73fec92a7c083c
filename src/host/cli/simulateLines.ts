import type { Difference } from '../../simulate/compareResults.ts';
import type { RehearsalResult } from '../../simulate/result.ts';

/** A rehearsal for people: what came of it, where it went wrong, and what would help. */
export function resultLines(r: RehearsalResult): readonly string[] {
  const { rehearsal, latencyMs } = r;
  const width = Math.max(8, ...r.resources.map((x) => x.id.length));
  return [
    `${rehearsal.personas.join(', ')}: ${seconds(rehearsal.durationMs)} ${rehearsal.startAt === 'any time' ? 'at any time' : `from ${rehearsal.startAt}`}, scale ${rehearsal.scale}, seed ${rehearsal.seed}, ${rehearsal.replications} replications, ${rehearsal.requests} requests`,
    ...rehearsal.injected.map((what) => `injected: ${what}`),
    '',
    `throughput ${number(r.throughput)}/s   errors ${percent(r.errorRate)}   latency p50 ${ms(latencyMs.p50)}, p95 ${ms(latencyMs.p95)}, p99 ${ms(latencyMs.p99)}${margin(r)}`,
    `memory ${number(r.memoryBytes / 2 ** 30)} GB   cost ${number(r.costPerHour)} $ an hour`,
    '',
    `${'resource'.padEnd(width)}  ${['busy', 'waiting', 'wait', 'own work', 'visits/s'].map((h) => h.padStart(9)).join(' ')}`,
    ...r.resources.map((x) =>
      [
        x.id.padEnd(width),
        ...[
          percent(x.utilization.value),
          number(x.queue.value),
          ms(x.waitMs.mean.value),
          ms(x.ownMs.value),
          number(x.visitsPerSecond.value),
        ].map((c) => c.padStart(9)),
      ]
        .join(' ')
        .replace(' ', '  '),
    ),
    ...section(
      'What goes wrong, the worst first',
      r.causes.map((c) => `${c.law} of ${c.of}: ${c.because} (${ms(c.harmMs)} an interaction)`),
    ),
    ...section(
      `What would help, by what it is worth (${r.trials.count} trials of ${seconds(r.trials.durationMs)} with the same chance)`,
      r.advice.flatMap((a) => [
        `${a.text}: p95 ${ms(a.before.p95Ms)} → ${ms(a.after.p95Ms)}, errors ${percent(a.before.errorRate)} → ${percent(a.after.errorRate)}; gain ${number(a.gainPerHour)} $ an hour, cost ${number(a.costPerHour)} $`,
        ...(a.assumes ? [`  assumes that ${a.assumes}`] : []),
      ]),
    ),
    ...(r.together
      ? [
          '',
          `All of the best together: p95 ${ms(r.together.before.p95Ms)} → ${ms(r.together.after.p95Ms)}, errors ${percent(r.together.before.errorRate)} → ${percent(r.together.after.errorRate)}`,
        ]
      : []),
    ...section(
      'Practices that do not hold',
      r.deviations.map(
        (d) =>
          `${d.title}: ${d.figure} of ${d.of} is ${d.value === null ? 'without limit' : number(d.value)}, and should be ${d.atMost === undefined ? `at least ${d.atLeast}` : `at most ${d.atMost}`}`,
      ),
    ),
    ...section('Assumed, since the document does not say', r.assumed),
    ...section('Notes', r.notes),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((l) => `  ${l}`)];

function margin(r: RehearsalResult): string {
  const [low, high] = (r.intervals.latencyMs as Record<string, readonly (number | null)[]>).p95 ?? [];
  return low === null || high === null || low === undefined || high === undefined ? '' : ` (p95 between ${ms(low)} and ${ms(high)})`;
}

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

const number = (v: number | null): string => (v === null ? '–' : String(Number(v.toPrecision(3))));
const percent = (share: number | null): string => (share === null ? '–' : `${number(100 * share)} %`);
const signed = (share: number): string => `${share > 0 ? '+' : ''}${number(100 * share)} %`;

function ms(v: number | null): string {
  if (v === null) return '–';
  return v >= 10_000 ? `${number(v / 1000)} s` : `${number(v)} ms`;
}

function seconds(v: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const)
    if (v >= size && v % size === 0) return `${v / size} ${unit}`;
  return v >= 1000 ? `${number(v / 1000)} s` : `${v} ms`;
}
