import { type Fault, failed, ok, type Quantity, type Result, type Series, type UnixMs } from '../../domain/index.ts';
import { type Point, seriesOf } from './evenSteps.ts';
import { listOf, mapOf, number, objectWith, oneOf, optional, pairOf, shaped, text } from './shape.ts';

export interface PrometheusQuery {
  /** The feed's name; begins every message and id. */
  readonly feed: string;
  /** PromQL. */
  readonly query: string;
  readonly quantity: Quantity;
  /** From the unit of the query's values to that of the quantity, such as 1000 from seconds to milliseconds. */
  readonly scale: number;
  readonly stepMs: number;
}

/** Prometheus refuses more values of one series in an answer. */
const MOST_POINTS = 11_000;
const MOST_SERIES = 100;

/** Path and parameters of a range query, https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries, at multiples of the step. */
export function prometheusPath({ query, stepMs }: PrometheusQuery, since: UnixMs, until: UnixMs): string {
  const end = Math.floor(until / stepMs) * stepMs;
  const start = Math.max(Math.ceil(since / stepMs) * stepMs, end - (MOST_POINTS - 1) * stepMs);
  const parameters = new URLSearchParams({
    query,
    start: String(start / 1000),
    end: String(Math.max(start, end) / 1000),
    step: String(stepMs / 1000),
  });
  return `/api/v1/query_range?${parameters}`;
}

const failure = objectWith({ status: oneOf('error'), errorType: text, error: optional(text) });
/** A sample is Unix seconds and the value as text. */
const success = objectWith({
  status: oneOf('success'),
  data: objectWith({
    resultType: oneOf('matrix'),
    result: listOf(objectWith({ metric: mapOf(text), values: optional(listOf(pairOf(number, text))) })),
  }),
});

/**
 * The series of a range query's answer. What is said of a moment looks back from there, so it is of the step that ends then. NaN and
 * infinite values are gaps, and so are steps that are not there (a series that was stale). Native histograms have no values and are left out.
 */
export function readPrometheus(answer: unknown, options: PrometheusQuery): Result<readonly Series[]> {
  const { feed, quantity, scale, stepMs } = options;
  const refusal = prometheusRefusal(feed, answer);
  if (refusal) return { ok: false, fault: refusal };
  const read = shaped(success, answer);
  if ('problem' in read) return failed('fetch-failed', 'later', `${feed}: this is no answer of Prometheus: ${read.problem}.`);
  const { result } = read.value.data;
  if (result.length > MOST_SERIES)
    return failed(
      'fetch-failed',
      'never',
      `${feed}: the query gives ${result.length} series, of at most ${MOST_SERIES}. Sum them up in “query”.`,
    );
  return ok(
    result.flatMap(({ metric, values }) => {
      if (values === undefined) return [];
      const points = values.map(([at, value]): Point => ({ at: Math.round(at * 1000) - stepMs, value: numberOf(value) * scale }));
      const series = seriesOf(points, { id: `prometheus:${feed}/${nameOf(metric)}`, quantity, stepMs, combine: 'last' });
      return series.values.length > 0 ? [series] : [];
    }),
  );
}

/** What an answer says that is a refusal. A query that can't be read stays so; the rest may pass by itself. */
export function prometheusRefusal(feed: string, answer: unknown): Fault | undefined {
  const read = shaped(failure, answer);
  if ('problem' in read) return undefined;
  const said = `${read.value.errorType}: ${(read.value.error ?? '').slice(0, 300)}`;
  return read.value.errorType === 'bad_data'
    ? failed('fetch-failed', 'never', `${feed}: Prometheus can’t take the query (${said}). Mend “query”.`).fault
    : failed('fetch-failed', 'later', `${feed}: Prometheus did not answer the query (${said}).`).fault;
}

const numberOf = (value: string): number => (/^[+-]?inf$/i.test(value) ? Number.NaN : Number(value === '' ? Number.NaN : value));

/** As Prometheus writes it, with labels in order. */
function nameOf({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${JSON.stringify(labels[key])}`);
  return pairs.length === 0 ? name || 'value' : `${name}{${pairs.join(',')}}`;
}
