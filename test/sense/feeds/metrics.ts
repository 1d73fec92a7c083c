import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

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

/** The same in protobuf, by the field numbers of opentelemetry-proto v1. */
export function binaryMetricsRequest(...metrics: readonly WrittenMetric[]): Uint8Array {
  const resource = message((w) => part(w, 1, pair('service.name', 'shop')));
  const scope = message((w) => {
    part(
      w,
      1,
      message((s) => s.tag(1, WireType.LengthDelimited).string('test')),
    );
    for (const metric of metrics) part(w, 2, metricBytes(metric));
  });
  return message((w) =>
    part(
      w,
      1,
      message((r) => part(part(r, 1, resource), 2, scope)),
    ),
  );
}

function metricBytes({ name, unit = '', type, temporality, monotonic, bounds = [], points }: WrittenMetric): Uint8Array {
  const data = message((w) => {
    for (const point of points) part(w, 1, type === 'histogram' ? histogramPoint(point, bounds) : numberPoint(point));
    if (temporality !== undefined) w.tag(2, WireType.Varint).int32(temporality === 'delta' ? 1 : 2);
    if (type === 'sum') w.tag(3, WireType.Varint).bool(monotonic === true);
  });
  return message((w) => {
    w.tag(1, WireType.LengthDelimited).string(name);
    w.tag(2, WireType.LengthDelimited).string('what it is');
    w.tag(3, WireType.LengthDelimited).string(unit);
    part(w, { gauge: 5, sum: 7, histogram: 9 }[type], data);
  });
}

function times(w: BinaryWriter, { at, startAt = AT - 3_600_000 }: WrittenPoint): void {
  w.tag(2, WireType.Bit64).fixed64(BigInt(startAt) * 1_000_000n);
  w.tag(3, WireType.Bit64).fixed64(BigInt(at) * 1_000_000n);
}

const numberPoint = (point: WrittenPoint): Uint8Array =>
  message((w) => {
    times(w, point);
    if (Number.isInteger(point.value)) w.tag(6, WireType.Bit64).sfixed64(BigInt(point.value as number));
    else w.tag(4, WireType.Bit64).double(point.value as number);
    for (const [key, value] of Object.entries(point.attributes ?? {})) part(w, 7, pair(key, value));
  });

const histogramPoint = (point: WrittenPoint, bounds: readonly number[]): Uint8Array =>
  message((w) => {
    times(w, point);
    w.tag(4, WireType.Bit64).fixed64(BigInt(point.count ?? 0));
    w.tag(5, WireType.Bit64).double(point.sum ?? 0);
    // Packed, as proto3 writes them.
    w.tag(6, WireType.LengthDelimited).fork();
    for (const count of point.counts ?? []) w.fixed64(BigInt(count));
    w.join();
    w.tag(7, WireType.LengthDelimited).fork();
    for (const bound of bounds) w.double(bound);
    w.join();
    for (const [key, value] of Object.entries(point.attributes ?? {})) part(w, 9, pair(key, value));
  });

function pair(key: string, value: string | number): Uint8Array {
  const any = message((w) =>
    typeof value === 'number' ? w.tag(3, WireType.Varint).int64(value) : w.tag(1, WireType.LengthDelimited).string(value),
  );
  return message((w) => part(w.tag(1, WireType.LengthDelimited).string(key), 2, any));
}

function message(write: (writer: BinaryWriter) => unknown): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

const part = (writer: BinaryWriter, field: number, bytes: Uint8Array): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);
