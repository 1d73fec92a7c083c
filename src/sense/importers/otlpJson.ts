import {
  type Attributes,
  isWanted,
  type ReadRequest,
  SPAN_KINDS,
  type Span,
  type SpanKind,
  type SpanStatus,
  STATUSES,
  spanProblem,
} from './otlpSpan.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * An `ExportTraceServiceRequest` in the JSON mapping of OTLP: lowerCamelCase, 64-bit integers as text or numbers, enumerations as numbers
 * (their names are read too). Unknown fields are ignored. At most `most` spans are read.
 */
export function readJsonRequest(request: unknown, most: number): ReadRequest {
  if (!isObject(request)) return { problem: 'a request must be a JSON object' };
  const all: unknown[] = [];
  for (const resource of listOf(request.resourceSpans)) {
    for (const scope of listOf(member(resource, 'scopeSpans'))) for (const span of listOf(member(scope, 'spans'))) all.push(span);
  }
  const read = all.slice(0, most).map(spanOf);
  return {
    spans: read.filter((span) => typeof span !== 'string'),
    rejected: read.filter((span) => typeof span === 'string'),
    surplus: all.length - read.length,
  };
}

function spanOf(raw: unknown): Span | string {
  if (!isObject(raw)) return 'a span must be a JSON object';
  const span: Span = {
    kind: (SPAN_KINDS[enumOf(raw.kind, 'SPAN_KIND_', SPAN_KINDS)] ?? 'unspecified') as SpanKind,
    startNanos: numberOf(raw.startTimeUnixNano),
    endNanos: numberOf(raw.endTimeUnixNano),
    status: (STATUSES[enumOf(member(raw.status, 'code'), 'STATUS_CODE_', STATUSES)] ?? 'unset') as SpanStatus,
    attributes: attributesOf(raw.attributes),
  };
  return spanProblem(span) ?? span;
}

function attributesOf(raw: unknown): Attributes {
  const attributes: Attributes = {};
  for (const pair of listOf(raw)) {
    const key = member(pair, 'key');
    if (!isWanted(key)) continue;
    const value = scalarOf(member(pair, 'value'));
    if (value !== undefined) attributes[key] = value;
  }
  return attributes;
}

/** Lists, maps and bytes are not among what is read. */
function scalarOf(any: unknown): string | number | boolean | undefined {
  if (!isObject(any)) return undefined;
  const { stringValue, boolValue, intValue, doubleValue } = any;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  const number = numberOf(intValue ?? doubleValue);
  return Number.isNaN(number) ? undefined : number;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** NaN for what is no finite number. */
function numberOf(value: unknown): number {
  const number =
    typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,20}(\.\d{1,20})?$/.test(value)) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
}

/** By number, as the mapping asks for, or by name, as some programs write it. */
function enumOf(value: unknown, prefix: string, names: readonly string[]): number {
  return typeof value === 'string' && value.startsWith(prefix) ? names.indexOf(value.slice(prefix.length).toLowerCase()) : numberOf(value);
}
