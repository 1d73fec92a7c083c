import type { UnixMs } from '../../../domain/index.ts';

/** As `AggregationTemporality` of opentelemetry-proto numbers them: since the last point, or since the start. */
export const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'] as const;
export type Temporality = (typeof TEMPORALITIES)[number];

/** One data point of OpenTelemetry, whichever encoding it came in. */
export interface MetricPoint {
  /** `service.name` of what sent it; empty where it is not told. */
  readonly service: string;
  readonly metric: string;
  /** UCUM, such as `s`, `By`, `{request}`. */
  readonly unit: string;
  /** Tells apart all that is counted by itself: every attribute of resource and point. Kept in memory alone. */
  readonly stream: string;
  readonly failed: boolean;
  /** 0 where it is not told. */
  readonly startAt: UnixMs;
  readonly at: UnixMs;
  readonly reading: Reading;
}

export type Reading =
  | { readonly type: 'gauge'; readonly value: number }
  | { readonly type: 'sum'; readonly value: number; readonly temporality: Temporality; readonly monotonic: boolean }
  | { readonly type: 'histogram'; readonly temporality: Temporality; readonly histogram: Buckets };

export interface Buckets {
  readonly count: number;
  /** NaN where it is not told. */
  readonly sum: number;
  /** Upper bounds, ascending; the last bucket has none. Both lists are empty where the buckets are not explicit. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

export interface MetricRequest {
  readonly points: readonly MetricPoint[];
  /** Points beyond the limit that was given: counted, not read. */
  readonly surplus: number;
  /** One sentence for each point that is none. */
  readonly rejected: readonly string[];
}

export type ReadMetrics = MetricRequest | { readonly problem: string };

/** Attributes of resource and point together, by name. */
export type Labels = Readonly<Record<string, string>>;

export const LONGEST_STREAM = 4096;

/** What is the same in all encodings: who sent it, what it is counted by, and whether it counts what failed. */
export function identityOf(metric: string, resource: Labels, own: Labels): Pick<MetricPoint, 'service' | 'stream' | 'failed'> {
  const pairs = (labels: Labels): readonly string[] =>
    Object.keys(labels)
      .sort()
      .map((key) => `${key}=${labels[key]}`);
  const service = resource['service.name'] ?? '';
  return {
    service: /^[\w.-]{1,60}$/.test(service) && !service.startsWith('unknown_service') ? service : '',
    stream: JSON.stringify([metric, pairs(resource), pairs(own)]),
    failed: isFailure(own),
  };
}

/** By the semantic conventions of HTTP and RPC, those of today and those before. */
function isFailure(own: Labels): boolean {
  const status = Number(own['http.response.status_code'] ?? own['http.status_code'] ?? Number.NaN);
  if (!Number.isNaN(status)) return status >= 500;
  return own['error.type'] !== undefined;
}

/** Why a point can't be used; undefined where it can. */
export function pointProblem({ at, stream, metric, reading }: MetricPoint): string | undefined {
  if (!(at > 0 && at < 8.64e15)) return 'a point has no valid timeUnixNano';
  if (metric === '' || metric.length > 255) return 'a metric has no name of 1 to 255 characters';
  if (stream.length > LONGEST_STREAM) return `the attributes of a point are longer than ${LONGEST_STREAM} characters`;
  if (reading.type === 'histogram') return histogramProblem(reading.histogram);
  return Number.isFinite(reading.value) ? undefined : 'a point has no value';
}

function histogramProblem({ count, bounds, counts }: Buckets): string | undefined {
  if (!(count >= 0)) return 'a histogram has no count';
  if (counts.length > 0 && counts.length !== bounds.length + 1) return 'a histogram has not one bucket more than bounds';
  if (counts.some((n) => !(n >= 0)) || bounds.some((bound, i) => !(bound > (bounds[i - 1] ?? Number.NEGATIVE_INFINITY))))
    return 'a histogram has buckets that are no counts between ascending bounds';
  return undefined;
}
