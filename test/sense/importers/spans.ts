import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { SPAN_KINDS, type SpanKind, type SpanStatus, STATUSES } from '../../../src/sense/importers/otlpSpan.ts';

/** A span as a test writes it; both encodings are made of it here, apart from the code that reads them. */
export interface Written {
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly status?: SpanStatus;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

export const AT = 1_700_000_000_000;
const times = ({ startMs = AT, endMs = AT + 20 }: Written): readonly [bigint, bigint] => [nanos(startMs), nanos(endMs)];
const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n;

/** The JSON mapping of OTLP: hexadecimal ids, lowerCamelCase, 64-bit integers as text. */
export function jsonRequest(...spans: readonly Written[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(jsonSpan) }],
      },
    ],
  };
}

function jsonSpan(span: Written): object {
  const [start, end] = times(span);
  return {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: span.name ?? 'a span',
    kind: SPAN_KINDS.indexOf(span.kind ?? 'unspecified'),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes: Object.entries(span.attributes ?? {}).map(([key, value]) => ({ key, value: jsonValue(value) })),
    status: { code: STATUSES.indexOf(span.status ?? 'unset') },
  };
}

function jsonValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Field numbers of opentelemetry-proto v1. */
export function binaryRequest(...spans: readonly Written[]): Uint8Array {
  const scope = message((w) => {
    part(
      w,
      1,
      message((s) => text(s, 1, 'test')),
    );
    for (const span of spans) part(w, 2, binarySpan(span));
  });
  const resource = message((w) => part(w, 1, binaryPair('service.name', 'shop')));
  return message((w) =>
    part(
      w,
      1,
      message((r) => part(part(r, 1, resource), 2, scope)),
    ),
  );
}

function binarySpan(span: Written): Uint8Array {
  const [start, end] = times(span);
  return message((w) => {
    part(w, 1, new Uint8Array(16).fill(7));
    part(w, 2, new Uint8Array(8).fill(9));
    text(w, 5, span.name ?? 'a span');
    w.tag(6, WireType.Varint).int32(SPAN_KINDS.indexOf(span.kind ?? 'unspecified'));
    w.tag(7, WireType.Bit64).fixed64(start);
    w.tag(8, WireType.Bit64).fixed64(end);
    for (const [key, value] of Object.entries(span.attributes ?? {})) part(w, 9, binaryPair(key, value));
    part(
      w,
      15,
      message((s) => s.tag(3, WireType.Varint).int32(STATUSES.indexOf(span.status ?? 'unset'))),
    );
  });
}

function binaryPair(key: string, value: string | number | boolean): Uint8Array {
  const any = message((w) => {
    if (typeof value === 'string') text(w, 1, value);
    else if (typeof value === 'boolean') w.tag(2, WireType.Varint).bool(value);
    else if (Number.isSafeInteger(value)) w.tag(3, WireType.Varint).int64(value);
    else w.tag(4, WireType.Bit64).double(value);
  });
  return message((w) => part(text(w, 1, key), 2, any));
}

function message(write: (writer: BinaryWriter) => unknown): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

const part = (writer: BinaryWriter, field: number, bytes: Uint8Array): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);
const text = (writer: BinaryWriter, field: number, value: string): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).string(value);
