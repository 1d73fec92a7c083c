import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import type { MetricPoint, ReadMetrics } from '../../sense/feeds/otlp/metricPoint.ts';
import { readJsonRequest } from '../../sense/importers/otlpJson.ts';
import { type Call, callOf, isLoopback, type ReadRequest } from '../../sense/importers/otlpSpan.ts';

export interface OtlpLimits {
  /** Of a body as it is sent, bytes. */
  readonly bodyBytes: number;
  /** Of a body after gunzip, bytes. */
  readonly unpackedBytes: number;
  readonly connections: number;
  readonly headersMs: number;
  /** From the first byte of a request to its last, ms. */
  readonly requestMs: number;
  readonly spansPerRequest: number;
  /** What may be spent in a second, and in one go. A request costs 1, and 1 for every span or KiB of it, whichever is more. */
  readonly costPerSecond: number;
  readonly burstCost: number;
  /** A span that ended longer ago is no news, ms. */
  readonly oldestMs: number;
}

/** Several times what the SDKs send by default (batches of 512 spans every 5 s), and a few per cent of a core at most. */
export const DEFAULT_LIMITS: OtlpLimits = {
  bodyBytes: 4 * 2 ** 20,
  unpackedBytes: 8 * 2 ** 20,
  connections: 32,
  headersMs: 5000,
  requestMs: 15_000,
  spansPerRequest: 10_000,
  costPerSecond: 4000,
  burstCost: 40_000,
  oldestMs: 10 * 60_000,
};

export interface OtlpReceiverOptions {
  readonly now: () => UnixMs;
  readonly record: (call: Call) => void;
  /** False: it was not taken. Undefined: metrics are thrown away. */
  readonly measure?: (point: MetricPoint) => boolean;
  readonly log: (line: string) => void;
  readonly limits?: Partial<OtlpLimits>;
}

export interface OtlpReceiver {
  /** The value of `OTEL_EXPORTER_OTLP_ENDPOINT`: exporters append `/v1/traces`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Hears the spans that programs of this machine export by OTLP/HTTP 1.x, and answers as its specification says. It listens on 127.0.0.1
 * only and refuses what a web page could send: anything with an `Origin`, and any `Host` but its own (DNS rebinding).
 * Metrics are heard where somebody measures; what else comes is answered and thrown away, so that exporters do not try it again for ever.
 */
export async function openOtlpReceiver({ now, record, measure, log, limits }: OtlpReceiverOptions): Promise<Result<OtlpReceiver>> {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const allowance = createAllowance(bounds, now);
  const server = createServer({
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    connectionsCheckingInterval: Math.min(1000, bounds.headersMs),
    keepAliveTimeout: 30_000,
    maxHeaderSize: 8192,
  });
  server.maxConnections = bounds.connections;
  const port = await listen(server);
  if (port === undefined) return failed('port-taken', 'later', 'No loopback port could be opened for OpenTelemetry spans.');
  const endpoint = `http://127.0.0.1:${port}`;
  const hosts: ReadonlySet<string | undefined> = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    attend(request)
      .then((answer) => send(request, response, answer))
      .catch((error: NodeJS.ErrnoException) => {
        // A sender that has gone is no fault.
        if (error.code !== 'ECONNRESET' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') log(`! Spans were lost: ${error.message}`);
        request.destroy();
      });
  });

  async function attend(request: IncomingMessage): Promise<Answer> {
    const refusal = refusalOf(request, hosts) ?? allowance.refusal();
    if (refusal) return refusal;
    const heardMetrics = measure !== undefined && pathOf(request) === METRICS;
    const body = await bodyOf(request, bounds, heardMetrics || pathOf(request) === TRACES);
    if ('status' in body) {
      allowance.spend(REFUSED_COST);
      return body;
    }
    if (heardMetrics) return hearMetrics(request, body.bytes, measure);
    if (pathOf(request) !== TRACES) {
      allowance.spend(1);
      return accepted(request);
    }
    const read = await readRequest(request, body.bytes, bounds.spansPerRequest);
    const spans = 'problem' in read ? [] : read.spans;
    allowance.spend(1 + Math.max(spans.length, body.bytes.length / 1024));
    return 'problem' in read ? refused(400, `This is no request of OTLP: ${read.problem}.`) : hear(request, read);
  }

  async function hear(request: IncomingMessage, { spans, rejected, surplus }: Exclude<ReadRequest, { problem: string }>): Promise<Answer> {
    const at = now();
    const fresh = spans.filter((span) => span.endNanos / 1e6 >= at - bounds.oldestMs);
    for (const call of fresh.flatMap((span) => callOf(span) ?? [])) if (!isOwn(call, endpoint)) record(inThePast(call, at));
    const aged = spans.length - fresh.length;
    const problems = [
      ...(surplus > 0 ? [`beyond the ${bounds.spansPerRequest} that a request may hold: ${surplus}`] : []),
      ...(aged > 0 ? [`ended more than ${bounds.oldestMs / 60_000} minutes ago: ${aged}`] : []),
      ...(rejected[0] === undefined ? [] : [`unreadable, since ${rejected[0]}: ${rejected.length}`]),
    ];
    return accepted(request, surplus + aged + rejected.length, `Spans not taken: ${problems.join('; ')}.`);
  }

  async function hearMetrics(request: IncomingMessage, bytes: Uint8Array, take: (point: MetricPoint) => boolean): Promise<Answer> {
    const read = await readMetrics(request, bytes, bounds.spansPerRequest);
    allowance.spend(1 + Math.max('problem' in read ? 0 : read.points.length, bytes.length / 1024));
    if ('problem' in read) return refused(400, `This is no request of OTLP: ${read.problem}.`);
    const at = now();
    const fresh = read.points.filter((point) => point.at >= at - bounds.oldestMs);
    // Clocks of containers may go ahead.
    const untaken = fresh.filter((point) => !take(point.at <= at ? point : { ...point, at })).length;
    const aged = read.points.length - fresh.length;
    const problems = [
      ...(read.surplus > 0 ? [`beyond the ${bounds.spansPerRequest} that a request may hold: ${read.surplus}`] : []),
      ...(aged > 0 ? [`older than ${bounds.oldestMs / 60_000} minutes: ${aged}`] : []),
      ...(untaken > 0 ? [`of more metrics than are kept: ${untaken}`] : []),
      ...(read.rejected[0] === undefined ? [] : [`unreadable, since ${read.rejected[0]}: ${read.rejected.length}`]),
    ];
    const rejected = read.surplus + aged + untaken + read.rejected.length;
    return accepted(request, rejected, `Points not taken: ${problems.join('; ')}.`, 'rejectedDataPoints');
  }

  return ok({
    endpoint,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  });
}

/** A body that is refused was work as well: up to the limit, it was unpacked. */
const REFUSED_COST = 100;

const TRACES = '/v1/traces';
const METRICS = '/v1/metrics';
const PATHS: ReadonlySet<string> = new Set([TRACES, METRICS, '/v1/logs']);
const JSON_TYPE = 'application/json';
const BINARY_TYPE = 'application/x-protobuf';

/** What is said back. The message of a refusal goes into a `google.rpc.Status`, as OTLP/HTTP asks. */
type Answer = { readonly status: 200; readonly body: string | Uint8Array } | Refusal;

interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 413 | 415 | 429;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const refused = (status: Refusal['status'], message: string, headers: Readonly<Record<string, string>> = {}): Refusal => ({
  status,
  message,
  headers,
});

/** What is refused by its head alone. */
function refusalOf(request: IncomingMessage, hosts: ReadonlySet<string | undefined>): Refusal | undefined {
  const { headers, method } = request;
  if (headers.origin !== undefined) return refused(403, 'Web pages may not send spans here.');
  if (!hosts.has(headers.host?.toLowerCase()))
    return refused(403, 'Only programs of this machine may send spans here, by its loopback address.');
  if (!PATHS.has(pathOf(request))) return refused(404, 'Only /v1/traces, /v1/metrics and /v1/logs are here.');
  if (method !== 'POST') return refused(405, 'OTLP/HTTP uses POST.', { Allow: 'POST' });
  const type = typeOf(request);
  if (type !== JSON_TYPE && type !== BINARY_TYPE) return refused(415, `The content type must be ${JSON_TYPE} or ${BINARY_TYPE}.`);
  if (!/^(identity|gzip)?$/i.test(headers['content-encoding'] ?? '')) return refused(415, 'The content encoding must be gzip, or none.');
  return undefined;
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0]?.replace(/(?<=.)\/$/, '') ?? '';
const typeOf = ({ headers }: IncomingMessage): string => headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** A bucket that fills by the second. What a request costs is known when it was read, so one may overdraw it; the next waits. */
function createAllowance({ costPerSecond, burstCost }: OtlpLimits, now: () => UnixMs) {
  let left = burstCost;
  let filledAt = now();
  return {
    refusal(): Refusal | undefined {
      const at = now();
      left = Math.min(burstCost, left + (Math.max(0, at - filledAt) / 1000) * costPerSecond);
      filledAt = at;
      if (left >= 1) return undefined;
      return refused(429, 'More spans come than are heard.', { 'Retry-After': String(Math.ceil((1 - left) / costPerSecond)) });
    },
    spend(cost: number): void {
      left -= cost;
    },
  };
}

interface Body {
  readonly bytes: Uint8Array;
}

const tooLarge = ({ bodyBytes, unpackedBytes }: OtlpLimits): Refusal =>
  refused(413, `A body may have ${bodyBytes} bytes, and ${unpackedBytes} when it is unpacked.`);

async function bodyOf(request: IncomingMessage, limits: OtlpLimits, isRead: boolean): Promise<Body | Refusal> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) return tooLarge(limits);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > limits.bodyBytes) return tooLarge(limits);
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  return isRead ? unpacked(request, bytes, limits) : { bytes };
}

const unpack = promisify(gunzip);

/** Stops where the limit is reached, however much would still come out. */
async function unpacked(request: IncomingMessage, bytes: Uint8Array, limits: OtlpLimits): Promise<Body | Refusal> {
  if (request.headers['content-encoding']?.toLowerCase() !== 'gzip') return { bytes };
  return unpack(bytes, { maxOutputLength: limits.unpackedBytes }).then(
    (whole) => ({ bytes: whole }),
    (error: NodeJS.ErrnoException) => (error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(limits) : refused(400, 'The body is not gzip.')),
  );
}

async function readRequest(request: IncomingMessage, bytes: Uint8Array, most: number): Promise<ReadRequest> {
  if (typeOf(request) === BINARY_TYPE) return (await import('../../sense/importers/otlpBinary.ts')).readBinaryRequest(bytes, most);
  const json = parsed(bytes);
  return json === undefined ? { problem: 'the body is not JSON' } : readJsonRequest(json, most);
}

async function readMetrics(request: IncomingMessage, bytes: Uint8Array, most: number): Promise<ReadMetrics> {
  if (typeOf(request) === BINARY_TYPE) return (await import('../../sense/feeds/otlp/metricsBinary.ts')).readBinaryMetrics(bytes, most);
  return (await import('../../sense/feeds/otlp/metricsJson.ts')).readJsonMetrics(parsed(bytes), most);
}

/** Undefined for what is no JSON. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Clocks of containers may go ahead; an activity of the future would keep its session open until then. */
const inThePast = (call: Call, at: UnixMs): Call => (call.at <= at ? call : { ...call, at });

/** Exporters that trace themselves would tell of their calls to us. */
const isOwn = ({ peer }: Call, endpoint: string): boolean =>
  peer !== undefined && isLoopback(peer.address) && endpoint.endsWith(`:${peer.port}`);

/** `partial_success` must be left out where nothing was rejected. */
async function accepted(
  request: IncomingMessage,
  rejected = 0,
  errorMessage = '',
  what: 'rejectedSpans' | 'rejectedDataPoints' = 'rejectedSpans',
): Promise<Answer> {
  const binary = typeOf(request) === BINARY_TYPE;
  if (rejected === 0) return { status: 200, body: binary ? '' : '{}' };
  if (!binary) return { status: 200, body: JSON.stringify({ partialSuccess: { [what]: String(rejected), errorMessage } }) };
  const { writeBinaryResponse } = await import('../../sense/importers/otlpBinary.ts');
  return { status: 200, body: writeBinaryResponse(rejected, errorMessage) };
}

/** How long a sender that was refused may go on sending before the connection is cut, so that it can read why, ms. */
const LINGER_MS = 1000;

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const binary = typeOf(request) === BINARY_TYPE;
  const body = answer.status === 200 ? answer.body : await statusBody(binary, answer.message);
  const headers = answer.status === 200 ? {} : answer.headers;
  // A body that nobody will read ends with its connection.
  const unread = !request.complete;
  response.writeHead(answer.status, {
    ...headers,
    'Content-Type': binary ? BINARY_TYPE : JSON_TYPE,
    'Content-Length': Buffer.byteLength(body),
    ...(unread && answer.status !== 200 ? { Connection: 'close' } : {}),
  });
  response.end(body);
  if (!unread) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
}

async function statusBody(binary: boolean, message: string): Promise<string | Uint8Array> {
  return binary ? (await import('../../sense/importers/otlpBinary.ts')).writeBinaryStatus(message) : JSON.stringify({ message });
}

function listen(server: Server): Promise<number | undefined> {
  return new Promise((resolve) => {
    server.on('error', () => resolve(undefined));
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}
