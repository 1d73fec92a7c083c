/** A metric as a test writes it. */
export interface WrittenMetric {
  readonly name: string;
  readonly unit?: string;
  readonly type: 'gauge' | 'sum' | 'histogram';
  readonly temporality?: 'delta' | 'cumulative';
  readonly monotonic?: boolean;
  readonly bounds?: readonly number[];
  readonly points: readonly WrittenPoint[];
}

export interface WrittenPoint {
  readonly at: number;
  readonly startAt?: number;
  readonly value?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly counts?: readonly number[];
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** On the minute. */
export const AT = 1_700_000_040_000;
const nanos = (ms: number): string => String(BigInt(ms) * 1_000_000n);

/** The JSON mapping of OTLP: lowerCamelCase, 64-bit integers as text. */
export function metricsRequest(...metrics: readonly WrittenMetric[]): object {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'test' }, metrics: metrics.map(metricJson) }] }] };
}

function metricJson({ name, unit = '', type, temporality, monotonic, bounds, points }: WrittenMetric): object {
  const aggregationTemporality = temporality === undefined ? 0 : temporality === 'delta' ? 1 : 2;
  const dataPoints = points.map((point) => ({
    attributes: Object.entries(point.attributes ?? {}).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    })),
    startTimeUnixNano: nanos(point.startAt ?? AT - 3_600_000),
    timeUnixNano: nanos(point.at),
    ...(type === 'histogram'
      ? { count: String(point.count), sum: point.sum, bucketCounts: point.counts?.map(String), explicitBounds: bounds }
      : Number.isInteger(point.value)
        ? { asInt: String(point.value) }
        : { asDouble: point.value }),
  }));
  const data = {
    ...(type === 'gauge' ? {} : { aggregationTemporality }),
    ...(type === 'sum' ? { isMonotonic: monotonic === true } : {}),
    dataPoints,
  };
  return { name, unit, [type]: data };
}
