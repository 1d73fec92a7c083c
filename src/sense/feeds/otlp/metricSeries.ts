import type { Quantity, Series, UnixMs } from '../../../domain/index.ts';
import { seriesOf } from '../evenSteps.ts';
import { type Meaning, meaningOf } from './meaning.ts';
import type { Buckets, MetricPoint } from './metricPoint.ts';

export interface MetricSeriesOptions {
  readonly stepMs: number;
  readonly mostStreams: number;
  readonly mostMetrics: number;
  /** How much of the past is kept. */
  readonly steps: number;
}

/** A day of minutes: some 30 MB where all of it is full, which a program of a developer is far from. */
export const DEFAULT_OPTIONS: MetricSeriesOptions = { stepMs: 60_000, mostStreams: 1000, mostMetrics: 100, steps: 1440 };

/** What one program counts under one name. */
interface Metric {
  readonly id: string;
  readonly meaning: Meaning;
  readonly kind: 'level' | 'balance' | 'flow' | 'histogram';
  readonly steps: Map<number, Step>;
  /** Of the newest steps, the last value of each stream; streams do not come in step with each other. */
  readonly open: Map<number, OpenStep>;
}

interface OpenStep {
  total: number;
  readonly levels: Map<string, number>;
}

const OPEN_STEPS = 3;

interface Step {
  /** Counted in the step: of a histogram, how many. */
  amount: number;
  failed: number;
  sum: number;
  bounds: readonly number[];
  counts: number[];
  /** Of all streams together; NaN where it is none. */
  level: number;
}

interface Stream {
  startAt: UnixMs;
  at: UnixMs;
  value: number;
  histogram: Buckets;
}

const NOTHING: Buckets = { count: 0, sum: 0, bounds: [], counts: [] };

/**
 * Points of OpenTelemetry as they come in, as series: gauges and up-down counters as they stand, counters as rates, histograms as volume,
 * mean and 95th percentile, with the share of errors where it is told. What is cumulative is taken apart into what came in between; the
 * first point of a stream says nothing yet, and a counter that starts anew counts from its start (OpenTelemetry metrics data model, resets).
 */
export function createMetricSeries(options: Partial<MetricSeriesOptions> = {}) {
  const { stepMs, mostStreams, mostMetrics, steps } = { ...DEFAULT_OPTIONS, ...options };
  const streams = new Map<string, Stream>();
  const metrics = new Map<string, Metric>();

  /** Undefined: there is no room for another. */
  function metricOf({ service, metric, unit, reading }: MetricPoint): Metric | undefined {
    const kind = kindOf(reading);
    const id = `otlp:${service === '' ? '' : `${service}/`}${metric}`;
    const key = `${id} ${kind} ${unit}`;
    const known = metrics.get(key);
    if (known || metrics.size >= mostMetrics) return known;
    const made: Metric = { id, kind, meaning: meaningOf(metric, unit, kind === 'flow'), steps: new Map(), open: new Map() };
    metrics.set(key, made);
    return made;
  }

  function stepOf(metric: Metric, step: number): Step {
    const known = metric.steps.get(step) ?? { amount: 0, failed: 0, sum: 0, bounds: [], counts: [], level: Number.NaN };
    metric.steps.set(step, known);
    for (const old of metric.steps.keys()) {
      if (metric.steps.size <= steps) break;
      metric.steps.delete(old);
    }
    return known;
  }

  /** Undefined: the stream is new, and there is no room for it. */
  function streamOf(point: MetricPoint): { readonly stream: Stream; readonly isNew: boolean } | undefined {
    const known = streams.get(point.stream);
    if (known) return { stream: known, isNew: false };
    if (streams.size >= mostStreams) return undefined;
    const stream: Stream = { startAt: point.startAt, at: point.at, value: 0, histogram: NOTHING };
    streams.set(point.stream, stream);
    return { stream, isNew: true };
  }

  function hear(point: MetricPoint): boolean {
    const metric = metricOf(point);
    const found = metric && streamOf(point);
    if (!found) return false;
    const { stream, isNew } = found;
    // What comes twice or late is known already.
    if (!isNew && point.at <= stream.at) return true;
    const { reading } = point;
    if (reading.type === 'gauge') hearLevel(metric, point, reading.value);
    else if (reading.type === 'sum' && !reading.monotonic) {
      stream.value = reading.temporality === 'delta' ? stream.value + reading.value : reading.value;
      hearLevel(metric, point, stream.value);
    } else hearFlow(metric, point, stream, isNew);
    stream.at = point.at;
    stream.startAt = point.startAt;
    return true;
  }

  function hearLevel(metric: Metric, { stream, at }: MetricPoint, value: number): void {
    const { open, kind, meaning } = metric;
    const step = Math.floor(at / stepMs);
    const known = open.get(step) ?? { total: 0, levels: new Map<string, number>() };
    if (!open.has(step)) {
      const oldest = Math.min(...open.keys());
      if (open.size >= OPEN_STEPS && step < oldest) return;
      if (open.size >= OPEN_STEPS) open.delete(oldest);
      open.set(step, known);
    }
    known.total += value * meaning.scale - (known.levels.get(stream) ?? 0);
    known.levels.set(stream, value * meaning.scale);
    stepOf(metric, step).level = kind === 'level' ? known.total / known.levels.size : known.total;
  }

  function hearFlow(metric: Metric, point: MetricPoint, stream: Stream, isNew: boolean): void {
    const { reading } = point;
    if (reading.type === 'gauge') return;
    const now = reading.type === 'sum' ? { ...NOTHING, count: reading.value } : reading.histogram;
    const isDelta = reading.temporality === 'delta';
    const restarted = !isNew && (now.count < stream.histogram.count || point.startAt > stream.at);
    const since = isDelta || restarted ? point.startAt : stream.at;
    const flow = isDelta || restarted ? now : difference(now, stream.histogram);
    if (!isDelta) stream.histogram = now;
    if (isNew && !isDelta) return;
    spread(metric, since > 0 && since < point.at ? since : point.at - 1, point, flow);
  }

  /** Over the steps that it came in, as if evenly. */
  function spread(metric: Metric, since: UnixMs, { at, failed }: MetricPoint, flow: Buckets): void {
    const from = Math.max(since, at - steps * stepMs);
    for (let step = Math.floor(from / stepMs); step * stepMs < at; step++) {
      const share = (Math.min(at, (step + 1) * stepMs) - Math.max(from, step * stepMs)) / (at - from);
      const into = stepOf(metric, step);
      into.amount += flow.count * share;
      if (failed) into.failed += flow.count * share;
      into.sum += flow.sum * share;
      if (into.counts.length === 0) {
        into.bounds = flow.bounds;
        into.counts = flow.counts.map(() => 0);
      }
      if (isSame(into.bounds, flow.bounds)) flow.counts.forEach((n, i) => void (into.counts[i] = (into.counts[i] as number) + n * share));
    }
  }

  return {
    /** False: it was not taken, since as many streams as are kept are known already. */
    hear,
    /** Of steps that are over. */
    series(now: UnixMs): readonly Series[] {
      const end = Math.floor(now / stepMs);
      return [...metrics.values()].flatMap((metric) => drawn(metric, stepMs, end));
    },
  };
}

export type MetricSeries = ReturnType<typeof createMetricSeries>;

function kindOf(reading: MetricPoint['reading']): Metric['kind'] {
  if (reading.type === 'gauge') return 'level';
  if (reading.type === 'histogram') return 'histogram';
  return reading.monotonic ? 'flow' : 'balance';
}

function difference(now: Buckets, before: Buckets): Buckets {
  const same = isSame(now.bounds, before.bounds);
  return {
    count: now.count - before.count,
    sum: now.sum - before.sum,
    bounds: same ? now.bounds : [],
    counts: same ? now.counts.map((n, i) => Math.max(0, n - (before.counts[i] ?? 0))) : [],
  };
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((bound, i) => bound === b[i]);

function drawn({ id, kind, meaning, steps }: Metric, stepMs: number, end: number): readonly Series[] {
  const over = [...steps].filter(([step]) => step < end);
  const one = (name: string, quantity: Quantity, measured: (step: Step) => number): readonly Series[] => {
    const points = over.map(([step, cell]) => ({ at: step * stepMs, value: measured(cell) }));
    const series = seriesOf(points, { id: name, quantity, stepMs, combine: 'last' });
    return series.values.length > 0 ? [series] : [];
  };
  const { quantity, scale } = meaning;
  if (kind === 'level' || kind === 'balance') return one(id, quantity, ({ level }) => level);
  if (kind === 'flow') return one(id, quantity, ({ amount }) => (amount / (stepMs / 1000)) * scale);
  return [
    ...one(`${id}/count`, 'volume', ({ amount }) => amount),
    ...one(`${id}/mean`, quantity, ({ sum, amount }) => (sum / amount) * scale),
    ...one(`${id}/p95`, quantity, ({ bounds, counts }) => quantileOf(bounds, counts, 0.95) * scale),
    ...(quantity === 'response_time' ? one(`${id}/errors`, 'error_rate', ({ failed, amount }) => failed / amount) : []),
  ];
}

/** As if values lay evenly within a bucket; in the last, which has no end, at its begin (as Prometheus' `histogram_quantile`). */
export function quantileOf(bounds: readonly number[], counts: readonly number[], q: number): number {
  const all = counts.reduce((a, b) => a + b, 0);
  if (all <= 0 || bounds.length === 0) return Number.NaN;
  let left = q * all;
  for (const [i, count] of counts.entries()) {
    const upper = bounds[i];
    if (upper === undefined) return bounds.at(-1) as number;
    const lower = bounds[i - 1] ?? Math.min(0, upper);
    if (left <= count) return count === 0 ? lower : lower + (upper - lower) * (left / count);
    left -= count;
  }
  return bounds.at(-1) as number;
}
