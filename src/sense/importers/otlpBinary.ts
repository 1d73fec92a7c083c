import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Attributes, isWanted, type ReadRequest, SPAN_KINDS, type Span, STATUSES, spanProblem } from './otlpSpan.ts';

/**
 * An `ExportTraceServiceRequest` in protobuf. The wire format is the library's; the field numbers are those of opentelemetry-proto
 * v1 (`trace.proto`, `common.proto`), whose stable messages never change them. At most `most` spans are read.
 */
export function readBinaryRequest(bytes: Uint8Array, most: number): ReadRequest {
  const request: Request = { spans: [], rejected: [], surplus: 0, most };
  try {
    read(new BinaryReader(bytes), bytes.length, REQUEST, request);
  } catch {
    // The library's sentences may hold bytes of the request.
    return { problem: 'the request is not an ExportTraceServiceRequest in protobuf, or it is cut off' };
  }
  return request;
}

/** An `ExportTraceServiceResponse` that tells of rejected spans; one that tells of none is empty. */
export function writeBinaryResponse(rejectedSpans: number, errorMessage: string): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int64(rejectedSpans);
  writer.tag(2, WireType.LengthDelimited).string(errorMessage);
  return writer.join().finish();
}

/** A `google.rpc.Status` with a message only, as OTLP/HTTP asks for with every refusal. */
export function writeBinaryStatus(message: string): Uint8Array {
  return new BinaryWriter().tag(2, WireType.LengthDelimited).string(message).finish();
}

interface Request {
  readonly spans: Span[];
  readonly rejected: string[];
  surplus: number;
  readonly most: number;
}

interface Draft {
  kind: Span['kind'];
  startNanos: number;
  endNanos: number;
  status: Span['status'];
  readonly attributes: Attributes;
}

interface Pair {
  key: string | undefined;
  value: string | number | boolean | undefined;
}

/** By field number: the wire type that it must have, and what is done with it. */
type Message<T> = Readonly<Record<number, readonly [WireType, (reader: BinaryReader, into: T) => void]>>;

/** What is not in the table, or is of another wire type than it should be, is skipped, as protobuf asks for. */
function read<T>(reader: BinaryReader, end: number, message: Message<T>, into: T): void {
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = message[number];
    if (field && field[0] === wire) field[1](reader, into);
    else reader.skip(wire, number);
  }
  if (reader.pos !== end) throw new RangeError('a field reaches beyond its message');
}

/** A message inside a message. */
const inner = <T>(reader: BinaryReader, message: Message<T>, into: T): void => {
  const length = reader.uint32();
  read(reader, reader.pos + length, message, into);
};

const { Varint, Bit64, LengthDelimited } = WireType;

const VALUE: Message<Pair> = {
  1: [LengthDelimited, (r, pair) => (pair.value = r.string())],
  2: [Varint, (r, pair) => (pair.value = r.bool())],
  3: [Varint, (r, pair) => (pair.value = Number(r.int64()))],
  4: [Bit64, (r, pair) => (pair.value = r.double())],
};

/** The key comes first in what every program writes; then the values of keys that nobody asks for stay bytes. */
const PAIR: Message<Pair> = {
  1: [LengthDelimited, (r, pair) => (pair.key = r.string())],
  2: [LengthDelimited, (r, pair) => (pair.key === undefined || isWanted(pair.key) ? inner(r, VALUE, pair) : r.skip(LengthDelimited))],
};

const STATUS: Message<Draft> = { 3: [Varint, (r, span) => (span.status = STATUSES[r.int32()] ?? 'unset')] };

const SPAN: Message<Draft> = {
  6: [Varint, (r, span) => (span.kind = SPAN_KINDS[r.int32()] ?? 'unspecified')],
  7: [Bit64, (r, span) => (span.startNanos = unsigned64(r))],
  8: [Bit64, (r, span) => (span.endNanos = unsigned64(r))],
  9: [LengthDelimited, readAttribute],
  15: [LengthDelimited, (r, span) => inner(r, STATUS, span)],
};

const SCOPE_SPANS: Message<Request> = { 2: [LengthDelimited, readSpan] };
const RESOURCE_SPANS: Message<Request> = { 2: [LengthDelimited, (r, request) => inner(r, SCOPE_SPANS, request)] };
const REQUEST: Message<Request> = { 1: [LengthDelimited, (r, request) => inner(r, RESOURCE_SPANS, request)] };

function readSpan(reader: BinaryReader, request: Request): void {
  if (request.spans.length + request.rejected.length >= request.most) {
    request.surplus++;
    reader.skip(LengthDelimited);
    return;
  }
  const span: Draft = { kind: 'unspecified', startNanos: 0, endNanos: 0, status: 'unset', attributes: {} };
  inner(reader, SPAN, span);
  const problem = spanProblem(span);
  if (problem === undefined) request.spans.push(span);
  else request.rejected.push(problem);
}

function readAttribute(reader: BinaryReader, { attributes }: Draft): void {
  const pair: Pair = { key: undefined, value: undefined };
  inner(reader, PAIR, pair);
  if (isWanted(pair.key) && pair.value !== undefined && !Number.isNaN(pair.value)) attributes[pair.key] = pair.value;
}

/** To the nearest number, which is about 0.2 µs for times of these decades. */
function unsigned64(reader: BinaryReader): number {
  const low = reader.fixed32();
  return reader.fixed32() * 2 ** 32 + low;
}
