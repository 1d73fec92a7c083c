import type { Activity } from '../../domain/index.ts';
import { type Dropped, merged, redact } from '../redact.ts';
import { readBinaryRequest } from './otlpBinary.ts';
import { readJsonRequest } from './otlpJson.ts';
import { type Call, callOf, type ReadRequest } from './otlpSpan.ts';

export interface OtlpImportOptions {
  readonly actor: string;
}

/** Nothing is lost without a count: `read = kept + ignored + rejected.length`. */
export interface ImportedSpans {
  /** In the order of time. */
  readonly activities: readonly Activity[];
  /** Spans, and lines that are no request. */
  readonly read: number;
  /** Spans that gave an activity. */
  readonly kept: number;
  /** Spans of work inside a program: no API call, query or message. */
  readonly ignored: number;
  /** Activities. */
  readonly written: number;
  /** Spans from which the gate took something; `dropped` says what. */
  readonly redacted: number;
  readonly rejected: readonly { readonly line: number; readonly problem: string }[];
  readonly dropped: readonly Dropped[];
}

/**
 * A file of traces as activities, through the one redaction gate. It is either one `ExportTraceServiceRequest`, in JSON or in
 * protobuf, or many as the OpenTelemetry Collector's file exporter writes them: one in each line of JSON Lines, or in protobuf
 * with its length before each. Never throws.
 */
export function importOtlp(bytes: Uint8Array, { actor }: OtlpImportOptions): ImportedSpans {
  const requests = requestsOf(bytes);
  const rejected = requests.flatMap(({ line, request }) =>
    ('problem' in request ? [request.problem] : request.rejected).map((problem) => ({ line, problem })),
  );
  const spans = requests.flatMap(({ request }) => ('problem' in request ? [] : request.spans));
  const gated = spans.flatMap((span) => callOf(span) ?? []).map((call) => activityOf(call, actor));
  const activities = gated.map(({ activity }) => activity).sort((a, b) => a.at - b.at);
  return {
    activities,
    read: spans.length + rejected.length,
    kept: gated.length,
    ignored: spans.length - gated.length,
    written: activities.length,
    redacted: gated.filter(({ dropped }) => dropped.length > 0).length,
    rejected,
    dropped: merged(gated.map(({ dropped }) => dropped)),
  };
}

interface Numbered {
  /** Of the file, from 1; of requests with their length before them, which one. */
  readonly line: number;
  readonly request: ReadRequest;
}

const ALL = Number.POSITIVE_INFINITY;
const LINE_FEED = 0x0a;
const BRACE = 0x7b;

/** A request in protobuf begins with the tag of its first field, which in text is a line feed; a length begins with a zero. */
function requestsOf(bytes: Uint8Array): readonly Numbered[] {
  const first = bytes.find((byte) => byte !== 0xef && byte !== 0xbb && byte !== 0xbf && byte !== 0x20 && byte !== 0x09 && byte !== 0x0d);
  if (first === BRACE) return textRequests(bytes);
  if (bytes[0] === 0) return framedRequests(bytes);
  const binary = readBinaryRequest(bytes, ALL);
  if (!('problem' in binary)) return [{ line: 1, request: binary }];
  if (first === LINE_FEED && bytes.find((byte) => byte > 0x20) === BRACE) return textRequests(bytes);
  return [{ line: 1, request: { problem: 'neither JSON nor protobuf of an ExportTraceServiceRequest (OTLP)' } }];
}

const LENGTH_BYTES = 4;

/** Each request behind its length, a big-endian 32-bit number (`format: proto` of the Collector's file exporter). */
function framedRequests(bytes: Uint8Array): readonly Numbered[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const requests: Numbered[] = [];
  for (let at = 0; at < bytes.length; ) {
    const from = at + LENGTH_BYTES;
    at = from <= bytes.length ? from + view.getUint32(at) : ALL;
    const request = at <= bytes.length ? readBinaryRequest(bytes.subarray(from, at), ALL) : { problem: 'the request is cut off' };
    requests.push({ line: requests.length + 1, request });
  }
  return requests;
}

/** One request over several lines, or one in each line. */
function textRequests(bytes: Uint8Array): readonly Numbered[] {
  const lines = [...linesOf(bytes)];
  const decoder = new TextDecoder();
  const parsed = lines.map(({ line, bytes: own }) => ({ line, json: parse(decoder.decode(own)) }));
  const whole = parsed.length > 1 && parsed[0]?.json === undefined ? parse(decoder.decode(bytes)) : undefined;
  if (whole !== undefined) return [{ line: 1, request: jsonRequest(whole) }];
  if (parsed.every(({ json }) => json === undefined)) return [{ line: 1, request: { problem: 'neither one JSON request nor JSON Lines' } }];
  return parsed.map(({ line, json }) => ({ line, request: json === undefined ? { problem: 'not JSON' } : jsonRequest(json) }));
}

/** The Collector may write metrics and logs into the same file. */
function jsonRequest(json: unknown): ReadRequest {
  const other = ['resourceMetrics', 'resourceLogs'].find((name) => Object.hasOwn(Object(json), name));
  if (other !== undefined) return { problem: `${other} hold no spans` };
  if (!Object.hasOwn(Object(json), 'resourceSpans')) return { problem: 'no resourceSpans in it' };
  return readJsonRequest(json, ALL);
}

/** The lines that are not blank. A line feed is no part of any other character of UTF-8. */
function* linesOf(bytes: Uint8Array): Iterable<{ readonly line: number; readonly bytes: Uint8Array }> {
  let line = 0;
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, from);
    const own = bytes.subarray(from, feed < 0 ? bytes.length : feed);
    line++;
    if (own.some((byte) => byte > 0x20)) yield { line, bytes: own };
    from += own.length + 1;
  }
}

/** Undefined where it is no JSON; what the parser says of it would hold a piece of it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function activityOf(call: Call, actor: string): { readonly activity: Activity; readonly dropped: readonly Dropped[] } {
  const { at, source, kind, durationMs, ok } = call;
  const { text, dropped } = redact(call.name);
  return { dropped, activity: { at, actor, resource: `${source}:${text.slice(0, 80)}`, source, kind, durationMs, ok } };
}
