import { failed, ok, type Result } from '../../domain/index.ts';
import type { Advice, Advised } from '../advice/advise.ts';
import type { Cause } from '../practice/causes.ts';
import type { Deviation } from '../practice/holdAgainst.ts';
import type { PracticeSet } from '../practice/practiceGraph.ts';
import { FAILURE_MS, PRICE, WAITING_HOUR } from '../scenario/defaults.ts';
import { Fields, shown } from '../scenario/fields.ts';
import type { Case } from '../scenario/usual.ts';
import type { Estimate } from './estimate.ts';
import type { Figures, Latency } from './figures.ts';

/** What a rehearsal gives, as it is printed, saved and compared: plain JSON, numbers to six digits, null where nothing came. */
export interface RehearsalResult {
  readonly version: 1;
  readonly rehearsal: Setting;
  /** Mean share of each resource's servers in use, 0–1. */
  readonly utilization: Readonly<Record<string, number>>;
  /** Of interactions that ended well, end to end. */
  readonly latencyMs: {
    readonly mean: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  /** Share of interactions that failed, 0–1. */
  readonly errorRate: number | null;
  /** Interactions that ended well, a second. */
  readonly throughput: number;
  /** The 95 % intervals of the four above. */
  readonly intervals: {
    readonly latencyMs: Readonly<Record<keyof Latency, Interval>>;
    readonly errorRate: Interval;
    readonly throughput: Interval;
  };
  readonly memoryBytes: number;
  /** US dollars, at the prices in `rehearsal.prices`. */
  readonly costPerHour: number;
  readonly resources: Figures['resources'];
  readonly calls: Figures['calls'];
  readonly patterns: Figures['patterns'];
  readonly assumed: readonly string[];
  readonly notes: readonly string[];
  readonly deviations: readonly {
    readonly practice: string;
    readonly title: string;
    readonly of: string;
    readonly figure: string;
    /** Null: there is no limit at all. */
    readonly value: number | null;
    readonly atMost?: number;
    readonly atLeast?: number;
  }[];
  readonly causes: readonly Cause[];
  readonly advice: readonly Advice[];
  /** Simulated time of each trial of an advice, ms, and how many there were. */
  readonly trials: { readonly durationMs: number; readonly count: number };
  readonly together?: Advised['together'];
  readonly practiceGraph: PracticeSet;
}

/** Who answered: the queueing model, or resources that were warmed for it. */
export type Engine = 'model' | 'live';

export type Interval = readonly [low: number | null, high: number | null];

export interface Setting {
  readonly personas: readonly string[];
  readonly durationMs: number;
  readonly measuredMs: number;
  readonly warmUpMs: number;
  readonly scale: number;
  /** Wall clock, `Mon 09:00` for a week without a date, `any time` for the mean rate of all. */
  readonly startAt: string;
  readonly seed: number;
  readonly replications: number;
  readonly requests: number;
  readonly end: string;
  /** Absent in results of before there were real requests: `model`. */
  readonly engine?: Engine;
  readonly injected: readonly string[];
}

export interface ResultParts {
  readonly setting: Pick<Setting, 'personas' | 'durationMs' | 'scale' | 'startAt' | 'seed' | 'injected' | 'engine'>;
  readonly now: Case;
  readonly assumed: readonly string[];
  /** Undefined: those that follow from a simulation. */
  readonly notes?: readonly string[];
  readonly found: readonly Deviation[];
  readonly causes: readonly Cause[];
  readonly advised: Advised;
  readonly practiceGraph: PracticeSet;
}

export function resultOf(parts: ResultParts): RehearsalResult {
  const { now, setting, advised } = parts;
  const { figures, replications, measuredMs, warmUpMs, requests, end } = now.rehearsed;
  const { total } = figures;
  const result: RehearsalResult = {
    version: 1,
    rehearsal: { ...setting, measuredMs, warmUpMs, replications, requests, end },
    utilization: Object.fromEntries(
      figures.resources.filter((r) => !Number.isNaN(r.utilization.value)).map((r) => [r.id, r.utilization.value]),
    ),
    latencyMs: each(total.latencyMs, (e) => e.value),
    errorRate: total.errorRate.value,
    throughput: total.throughput.value,
    intervals: { latencyMs: each(total.latencyMs, interval), errorRate: interval(total.errorRate), throughput: interval(total.throughput) },
    memoryBytes: figures.memoryBytes,
    costPerHour: figures.costPerHour,
    resources: figures.resources,
    calls: figures.calls,
    patterns: figures.patterns,
    assumed: [
      ...parts.assumed,
      `prices: ${PRICE.core} $ a core and hour, ${PRICE.gigabyte} $ a GB and hour; an hour of waiting is worth ${WAITING_HOUR} $; a failure costs as much as waiting ${FAILURE_MS / 1000} s`,
    ],
    notes: parts.notes ?? notesOf(parts),
    deviations: parts.found.map(({ practice, of, threshold: { figure, of: _, ...limit }, value }) => ({
      practice: practice.id,
      title: practice.title,
      of,
      figure,
      value,
      ...limit,
    })),
    causes: parts.causes,
    advice: advised.advice,
    trials: { durationMs: advised.trialMs, count: advised.tried },
    ...(advised.together ? { together: advised.together } : {}),
    practiceGraph: parts.practiceGraph,
  };
  return plain(result) as RehearsalResult;
}

const each = <T>(latency: Latency, tell: (e: Estimate) => T) => ({
  mean: tell(latency.mean),
  p50: tell(latency.p50),
  p95: tell(latency.p95),
  p99: tell(latency.p99),
});
const interval = (e: Estimate): Interval => [e.low, e.high];

/** Six digits, and null for what is no number, so that the same result has the same bytes. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? (Number.isInteger(value) ? value : Number(value.toPrecision(6))) : null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v)]));
}

/** Fewer say little about the slowest hundredth. */
export const FEW = 1000;

function notesOf({ now: { rehearsed }, setting }: ResultParts): readonly string[] {
  const { offered, requests, end, measuredMs, warmUpMs } = rehearsed;
  const above = [...offered.load].filter(([, load]) => load >= 1).sort((a, b) => b[1] - a[1]);
  const perSecond = rehearsed.figures.total.throughput.value;
  return [
    ...above.map(
      ([id, load]) =>
        `${id} is asked for ${Number(load.toPrecision(3))} times what it can do: its queue grows for as long as this goes on, and so do the latencies.`,
    ),
    ...(end === 'overloaded' ? ['More and more requests were inside, so the run was ended early: this load cannot be carried.'] : []),
    ...(end === 'bounded'
      ? ['The run was ended early after the largest number of events that is allowed; retries may multiply the load.']
      : []),
    ...(end === 'done' && measuredMs < setting.durationMs
      ? [
          `Only the first ${Math.round(measuredMs / 1000)} s were simulated, since the whole would take too long. A shorter time, or a smaller scale, is simulated whole.`,
        ]
      : []),
    ...(requests === 0
      ? ['No request came in the simulated time. Rehearse a longer time, a larger scale, or from when this persona works.']
      : requests < FEW
        ? [`Only ${requests} requests were simulated; percentiles of so few say little. Rehearse a longer time or a larger scale.`]
        : []),
    ...(warmUpMs > 0
      ? [`The first ${Number((warmUpMs / 1000).toPrecision(3))} s of each run are the warm-up (MSER-5) and not counted.`]
      : []),
    ...(requests > 0 && perSecond === 0 ? ['No request ended well.'] : []),
  ];
}

/** A saved result, checked as far as a comparison needs it. */
export function readResult(json: unknown, name: string): Result<RehearsalResult> {
  const problems: string[] = [];
  const f = new Fields(json, '', problems);
  if (f.raw('version') !== 1) problems.push(`"version" is ${shown(f.raw('version'))}, and only 1 is known`);
  for (const key of ['rehearsal', 'latencyMs', 'utilization'] as const) if (!f.object(key)) problems.push(`"${key}" is missing`);
  for (const key of ['throughput', 'costPerHour', 'memoryBytes'] as const)
    if (!f.has(key) || f.number(key, 0) === undefined) problems.push(`"${key}" is missing`);
  for (const r of f.objects('resources')) {
    if (r.text('id') === undefined) r.problem('id', 'is missing');
    for (const [key, e] of [
      ['utilization', r.object('utilization')],
      ['queue', r.object('queue')],
      ['ownMs', r.object('ownMs')],
      ['waitMs.mean', r.object('waitMs')?.object('mean')],
    ] as const) {
      if (!e) r.problem(key, 'is missing');
      for (const bound of ['value', 'low', 'high'])
        if (e && e.raw(bound) !== null && typeof e.raw(bound) !== 'number') e.problem(bound, 'must be a number or null');
    }
  }
  const utilization = f.object('utilization');
  for (const id of Object.keys((f.raw('utilization') as object | undefined) ?? {})) utilization?.number(id, 0);
  for (const [of, keys] of [
    [f.object('latencyMs'), ['mean', 'p50', 'p95', 'p99']],
    [f, ['errorRate']],
  ] as const)
    for (const key of keys)
      if (of && of.raw(key) !== null && (!of.has(key) || of.number(key, 0) === undefined)) of.problem(key, 'must be a number or null');
  const setting = f.object('rehearsal');
  for (const key of ['personas', 'injected'])
    if (setting?.list(key).some((x) => typeof x !== 'string')) setting.problem(key, 'must be a list of texts');
  if (problems.length === 0) return ok(json as RehearsalResult);
  return failed(
    'bad-file',
    'never',
    `${name} is no saved rehearsal: ${problems.slice(0, 3).join('; ')}. Make one with \`prewarm simulate … -o ${name}\`.`,
  );
}
