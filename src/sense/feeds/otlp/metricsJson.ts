import {
  identityOf,
  type Labels,
  type MetricPoint,
  pointProblem,
  type Reading,
  type ReadMetrics,
  TEMPORALITIES,
  type Temporality,
} from './metricPoint.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * An `ExportMetricsServiceRequest` in the JSON mapping of OTLP (opentelemetry-proto 1.x): gauges, sums and histograms, of exponential ones
 * count and sum. Summaries are left out. At most `most` points are read.
 */
export function readJsonMetrics(request: unknown, most: number): ReadMetrics {
  if (!isObject(request)) return { problem: 'a request must be a JSON object' };
  const points: MetricPoint[] = [];
  const rejected: string[] = [];
  let seen = 0;
  for (const resource of listOf(request.resourceMetrics)) {
    const labels = labelsOf(member(member(resource, 'resource'), 'attributes'));
    for (const scope of listOf(member(resource, 'scopeMetrics')))
      for (const metric of listOf(member(scope, 'metrics')))
        for (const read of readers(metric)) {
          if (++seen > most) continue;
          const point = pointOf(metric as Json, labels, read);
          const problem = typeof point === 'string' ? point : pointProblem(point);
          if (typeof point !== 'string' && problem === undefined) points.push(point);
          else if (problem !== NO_VALUE) rejected.push(problem as string);
        }
  }
  return { points, rejected, surplus: Math.max(0, seen - most) };
}

interface RawPoint {
  readonly raw: Json;
  readonly reading: Reading;
}

const NO_VALUE = 'a point that says that there is none';

/** The points of whichever kind of metric it is. */
function readers(metric: unknown): readonly (RawPoint | string)[] {
  const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const;
  const kind = kinds.find((name) => isObject(member(metric, name)));
  if (kind === undefined) return [];
  const data = member(metric, kind) as Json;
  const temporality = temporalityOf(data.aggregationTemporality);
  return listOf(data.dataPoints).map((raw) => {
    if (!isObject(raw)) return 'a point must be a JSON object';
    // FLAG_NO_RECORDED_VALUE.
    if ((numberOf(raw.flags) & 1) === 1) return NO_VALUE;
    if (kind === 'gauge') return { raw, reading: { type: 'gauge', value: valueOfPoint(raw) } };
    if (kind === 'sum')
      return { raw, reading: { type: 'sum', value: valueOfPoint(raw), temporality, monotonic: data.isMonotonic === true } };
    const explicit = kind === 'histogram';
    return {
      raw,
      reading: {
        type: 'histogram',
        temporality,
        histogram: {
          count: numberOf(raw.count),
          sum: numberOf(raw.sum),
          bounds: explicit ? listOf(raw.explicitBounds).map(numberOf) : [],
          counts: explicit ? listOf(raw.bucketCounts).map(numberOf) : [],
        },
      },
    };
  });
}

function pointOf(metric: Json, resource: Labels, read: RawPoint | string): MetricPoint | string {
  if (typeof read === 'string') return read;
  const name = typeof metric.name === 'string' ? metric.name : '';
  return {
    ...identityOf(name, resource, labelsOf(read.raw.attributes)),
    metric: name,
    unit: typeof metric.unit === 'string' ? metric.unit : '',
    startAt: Math.floor((numberOf(read.raw.startTimeUnixNano) || 0) / 1e6),
    at: Math.floor(numberOf(read.raw.timeUnixNano) / 1e6),
    reading: read.reading,
  };
}

const valueOfPoint = (raw: Json): number => numberOf(raw.asDouble ?? raw.asInt);

function labelsOf(raw: unknown): Labels {
  const labels: Record<string, string> = {};
  for (const pair of listOf(raw)) {
    const [key, value] = [member(pair, 'key'), member(pair, 'value')];
    if (typeof key === 'string' && key !== '__proto__' && isObject(value)) labels[key] = written(Object.values(value)[0]);
  }
  return labels;
}

const written = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 500);

/** By number, as the mapping asks for, or by name, as some programs write it. */
function temporalityOf(raw: unknown): Temporality {
  const name = typeof raw === 'string' ? raw.replace('AGGREGATION_TEMPORALITY_', '').toLowerCase() : TEMPORALITIES[numberOf(raw)];
  return TEMPORALITIES.find((t) => t === name) ?? 'unspecified';
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** 64-bit integers are text. NaN for what is no finite number. */
function numberOf(value: unknown): number {
  const number =
    typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,20}(?:\.\d{1,20})?$/.test(value)) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
}
