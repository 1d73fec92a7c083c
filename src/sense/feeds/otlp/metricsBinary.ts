import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ReadMetrics } from './metricPoint.ts';
import { readJsonMetrics } from './metricsJson.ts';

/**
 * An `ExportMetricsServiceRequest` in protobuf. It is read into the JSON mapping of the same message, so that both are understood in one
 * place; field numbers are those of opentelemetry-proto v1 (`metrics.proto`, `common.proto`), whose stable messages never change them.
 */
export function readBinaryMetrics(bytes: Uint8Array, most: number): ReadMetrics {
  try {
    return readJsonMetrics(read(new BinaryReader(bytes), bytes.length, REQUEST), most);
  } catch {
    // The library's sentences may hold bytes of the request.
    return { problem: 'the request is not an ExportMetricsServiceRequest in protobuf, or it is cut off' };
  }
}

type Scalar = 'text' | 'truth' | 'varint' | 'int64' | 'double' | 'fixed64' | 'sfixed64';
/** By field number: its name in JSON, what it is, and whether there may be many of it. */
interface Message {
  readonly [field: number]: readonly [string, Scalar | Message, 'many'?];
}

const SCALARS: Readonly<Record<Scalar, readonly [WireType, (reader: BinaryReader) => unknown]>> = {
  text: [WireType.LengthDelimited, (r) => r.string()],
  truth: [WireType.Varint, (r) => r.bool()],
  varint: [WireType.Varint, (r) => r.uint32()],
  int64: [WireType.Varint, (r) => Number(r.int64())],
  double: [WireType.Bit64, (r) => r.double()],
  fixed64: [WireType.Bit64, (r) => Number(r.fixed64())],
  sfixed64: [WireType.Bit64, (r) => Number(r.sfixed64())],
};

const VALUE: Message = { 1: ['stringValue', 'text'], 2: ['boolValue', 'truth'], 3: ['intValue', 'int64'], 4: ['doubleValue', 'double'] };
const PAIR: Message = { 1: ['key', 'text'], 2: ['value', VALUE] };
const TIMES: Message = { 2: ['startTimeUnixNano', 'fixed64'], 3: ['timeUnixNano', 'fixed64'] };
const NUMBER_POINT: Message = {
  ...TIMES,
  4: ['asDouble', 'double'],
  6: ['asInt', 'sfixed64'],
  7: ['attributes', PAIR, 'many'],
  8: ['flags', 'varint'],
};
const COUNTED: Message = { ...TIMES, 4: ['count', 'fixed64'], 5: ['sum', 'double'], 10: ['flags', 'varint'] };
const HISTOGRAM_POINT: Message = {
  ...COUNTED,
  6: ['bucketCounts', 'fixed64', 'many'],
  7: ['explicitBounds', 'double', 'many'],
  9: ['attributes', PAIR, 'many'],
};
const EXPONENTIAL_POINT: Message = { ...COUNTED, 1: ['attributes', PAIR, 'many'] };
const withPoints = (point: Message): Message => ({ 1: ['dataPoints', point, 'many'], 2: ['aggregationTemporality', 'varint'] });
const METRIC: Message = {
  1: ['name', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', withPoints(NUMBER_POINT)],
  7: ['sum', { ...withPoints(NUMBER_POINT), 3: ['isMonotonic', 'truth'] }],
  9: ['histogram', withPoints(HISTOGRAM_POINT)],
  10: ['exponentialHistogram', withPoints(EXPONENTIAL_POINT)],
};
const SCOPE: Message = { 2: ['metrics', METRIC, 'many'] };
const RESOURCE: Message = { 1: ['resource', { 1: ['attributes', PAIR, 'many'] }], 2: ['scopeMetrics', SCOPE, 'many'] };
const REQUEST: Message = { 1: ['resourceMetrics', RESOURCE, 'many'] };

/** What is not in the table, or is of another wire type than it should be, is skipped, as protobuf asks for. */
function read(reader: BinaryReader, end: number, message: Message): Readonly<Record<string, unknown>> {
  const into: Record<string, unknown> = {};
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = message[number];
    const values = field && valuesOf(reader, wire, field);
    if (!values) reader.skip(wire, number);
    else if (field[2] === 'many') {
      into[field[0]] ??= [];
      for (const value of values) (into[field[0]] as unknown[]).push(value);
    } else into[field[0]] = values.at(-1);
  }
  if (reader.pos !== end) throw new RangeError('a field reaches beyond its message');
  return into;
}

/** Numbers of which there are many may be packed together. Undefined: of another wire type. */
function valuesOf(reader: BinaryReader, wire: WireType, [, kind, many]: Message[number]): readonly unknown[] | undefined {
  if (typeof kind === 'object') return wire === WireType.LengthDelimited ? [read(reader, ended(reader), kind)] : undefined;
  const [own, one] = SCALARS[kind];
  if (wire === own) return [one(reader)];
  if (wire !== WireType.LengthDelimited || many === undefined) return undefined;
  const values: unknown[] = [];
  const end = ended(reader);
  while (reader.pos < end) values.push(one(reader));
  if (reader.pos !== end) throw new RangeError('numbers reach beyond their field');
  return values;
}

function ended(reader: BinaryReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}
