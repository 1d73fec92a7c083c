import { isUnixMs, type UnixMs } from '../../domain/index.ts';
import { ENGINES } from '../scan/engines.ts';
import type { Peer, Signal } from '../signal.ts';

export type Call = Extract<Signal, { readonly type: 'call' }>;

/** As `SpanKind` of opentelemetry-proto numbers them. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** As `StatusCode` of opentelemetry-proto numbers them. */
export const STATUSES = ['unset', 'ok', 'error'] as const;
export type SpanStatus = (typeof STATUSES)[number];

/**
 * What is read of a span, by the semantic conventions of today and those before 1.21 (HTTP) and 1.28 (databases). No other
 * attribute is kept, and most are never decoded: not a query's text, a header, a user, an address of a client, nor the span's name.
 */
const ATTRIBUTES = [
  'http.request.method',
  'http.method',
  'url.template',
  'http.route',
  'url.path',
  'http.target',
  'url.full',
  'http.url',
  'http.response.status_code',
  'http.status_code',
  'server.address',
  'net.peer.name',
  'server.port',
  'net.peer.port',
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.name',
  'db.redis.database_index',
  'db.operation.name',
  'db.operation',
  'rpc.system.name',
  'rpc.system',
  'rpc.service',
  'rpc.method',
  'rpc.grpc.status_code',
  'rpc.response.status_code',
  'messaging.system',
  'messaging.destination.template',
  'messaging.destination.name',
  'messaging.destination',
  'messaging.destination.temporary',
  'messaging.destination.anonymous',
  'messaging.operation.type',
  'messaging.operation',
] as const;
type Attribute = (typeof ATTRIBUTES)[number];
export type Attributes = { [name in Attribute]?: string | number | boolean };

const WANTED: ReadonlySet<string> = new Set(ATTRIBUTES);
export const isWanted = (name: unknown): name is Attribute => WANTED.has(name as string);

/** The part of a span that may become an activity, as both encodings give it. Times are Unix nanoseconds (to about 0.2 µs). */
export interface Span {
  readonly kind: SpanKind;
  readonly startNanos: number;
  readonly endNanos: number;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
}

/** A request of either encoding. */
export interface SpanRequest {
  readonly spans: readonly Span[];
  /** Spans beyond the limit that was given: counted, not read. */
  readonly surplus: number;
  /** One sentence for each span that is none. */
  readonly rejected: readonly string[];
}

export type ReadRequest = SpanRequest | { readonly problem: string };

/** Why a span cannot be dated, in one sentence; undefined where it can. */
export function spanProblem({ startNanos, endNanos }: Span): string | undefined {
  if (!isUnixMs(endOf(endNanos)) || endNanos <= 0) return 'a span has no valid endTimeUnixNano';
  if (!(startNanos > 0)) return 'a span has no valid startTimeUnixNano';
  return undefined;
}

/**
 * The call that a span tells of; undefined for work inside a program, and for anything else that is no API call, query or message.
 * A span of a database or a message broker may carry HTTP attributes as well, since that may be how it is reached.
 */
export function callOf(span: Span): Call | undefined {
  const told = queryOf(span) ?? messageOf(span) ?? procedureOf(span) ?? requestOf(span);
  if (!told) return undefined;
  return {
    type: 'call',
    at: endOf(span.endNanos),
    durationMs: Math.max(0, Math.round((span.endNanos - span.startNanos) / 1e3) / 1e3),
    ok: isOk(span),
    ...told,
  };
}

type Told = Pick<Call, 'source' | 'name' | 'kind'> & { readonly peer?: Peer };

const endOf = (nanos: number): UnixMs => Math.floor(nanos / 1e6);

// ---------------------------------------------------------------------------------------------------- databases

/** Names of systems that changed between the conventions. */
const SYSTEMS: Readonly<Record<string, string>> = { mssql: 'microsoft.sql_server', oracle: 'oracle.db' };

function queryOf(span: Span): Told | undefined {
  const a = span.attributes;
  const said = text(a['db.system.name'] ?? a['db.system']);
  if (said === undefined || (span.kind !== 'client' && span.kind !== 'internal' && span.kind !== 'unspecified')) return undefined;
  const system = SYSTEMS[said] ?? label(said);
  const namespace = namespaceOf(system, text(a['db.namespace'] ?? a['db.name'] ?? a['db.redis.database_index']));
  const operation = text(a['db.operation.name'] ?? a['db.operation'])?.match(/^[a-z][a-z_]{0,30}$/i)?.[0];
  return {
    source: 'database',
    name: [system, namespace].filter((part) => part !== '').join('/'),
    kind: `${operation?.toLowerCase() ?? 'query'}.ended`,
    ...peerOf(span, system),
  };
}

/**
 * `shop|public` of PostgreSQL is database and schema, `main|shop` of SQL Server is instance and database. What looks like a
 * file is one (SQLite): its folder says nothing.
 */
function namespaceOf(system: string, said = ''): string {
  const parts = said.split('|');
  const database = (system === 'microsoft.sql_server' ? parts.at(-1) : parts[0]) ?? '';
  return database.split(/[?#;]/, 1)[0]?.split(/[\\/]/).at(-1) ?? '';
}

// ---------------------------------------------------------------------------------------------------- messages

const SENDING: ReadonlySet<string | undefined> = new Set(['send', 'publish', 'create']);
const RECEIVING: ReadonlySet<string | undefined> = new Set(['receive', 'process', 'deliver']);

function messageOf(span: Span): Told | undefined {
  const a = span.attributes;
  const system = text(a['messaging.system']);
  const operation = text(a['messaging.operation.type'] ?? a['messaging.operation']);
  const sent = SENDING.has(operation) || span.kind === 'producer';
  if (system === undefined || !(sent || RECEIVING.has(operation) || span.kind === 'consumer')) return undefined;
  return {
    source: 'api',
    name: `${label(system)} ${destinationOf(a)}`.trimEnd(),
    kind: sent ? 'message.sent' : 'message.received',
    ...peerOf(span, system),
  };
}

/** Queues that live as long as a connection have names of chance. */
function destinationOf(a: Attributes): string {
  const template = text(a['messaging.destination.template']);
  if (template !== undefined) return pathOf(template, isTemplateWord).slice(1);
  if (a['messaging.destination.temporary'] === true || a['messaging.destination.anonymous'] === true) return '{id}';
  return pathOf(text(a['messaging.destination.name'] ?? a['messaging.destination']) ?? '', isTemplateWord).slice(1);
}

// ---------------------------------------------------------------------------------------------------- remote procedures

function procedureOf(span: Span): Told | undefined {
  const a = span.attributes;
  const system = text(a['rpc.system.name'] ?? a['rpc.system']);
  const method = text(a['rpc.method']);
  if (system === undefined || method === undefined || (span.kind !== 'client' && span.kind !== 'server')) return undefined;
  // Today's conventions have the service in the method already.
  const service = method.includes('/') ? '' : (text(a['rpc.service']) ?? '');
  const procedure = pathOf(`${service}/${method}`, isTemplateWord).slice(1);
  return { source: 'api', kind: 'request.ended', name: `${label(system)} ${procedure}`, ...peerOf(span) };
}

// ---------------------------------------------------------------------------------------------------- HTTP

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']);

/** A call to this machine bears the same name as its other side does; a call to elsewhere names the host. */
function requestOf(span: Span): Told | undefined {
  const a = span.attributes;
  const method = text(a['http.request.method'] ?? a['http.method'])?.toUpperCase();
  if (method === undefined || (span.kind !== 'client' && span.kind !== 'server')) return undefined;
  const url = partsOf(text(a['url.full'] ?? a['http.url']) ?? '');
  const template = text(a['url.template'] ?? a['http.route']);
  const path =
    template === undefined
      ? pathOf(text(a['url.path'] ?? a['http.target']) ?? url?.path ?? '', isWord)
      : pathOf(partsOf(template)?.path ?? template, isTemplateWord);
  const { peer } = peerOf(span, url?.scheme, url?.authority);
  return {
    source: 'api',
    kind: 'request.ended',
    name: `${METHODS.has(method) ? method : 'OTHER'} ${peer ? hostName(peer) : ''}${path}`,
    ...(peer ? { peer } : {}),
  };
}

function partsOf(url: string): { readonly scheme: string; readonly authority: string; readonly path: string } | undefined {
  const [, scheme, authority, path] = url.match(/^([a-z][a-z0-9+.-]{0,20}):\/\/([^/?#]*)([^?#]*)/i) ?? [];
  return scheme === undefined || authority === undefined ? undefined : { scheme: scheme.toLowerCase(), authority, path: path || '/' };
}

function hostName({ address, port }: Peer): string {
  if (isLoopback(address)) return '';
  return port === undefined || port === 80 || port === 443 ? address : `${address}:${port}`;
}

// ---------------------------------------------------------------------------------------------------- paths

const LONGEST_PATH = 8;

/** What is not a word of the path becomes `{id}`: numbers, keys, e-mail addresses, and the parameters of every framework's templates. */
function pathOf(path: string, isWordOf: (part: string) => boolean): string {
  const plain = path.split(/[?#]/, 1)[0]?.replace(/\(\?P?<\w{1,80}>[^)]{0,200}\)/g, '{id}') ?? '';
  const parts = plain.split('/').filter((part) => part !== '' && part !== '^' && part !== '$');
  const kept = parts.slice(0, LONGEST_PATH).map((part) => part.replace(/^\^|\$$/g, ''));
  return `/${kept.map((part) => (isWordOf(part) ? part : '{id}')).join('/')}${parts.length > LONGEST_PATH ? '/…' : ''}`;
}

/** In a path as it was called: letters only, but for versions (`v1`, `v1beta1`). */
function isWord(part: string): boolean {
  return /^(?:v\d{1,2}(?:\.\d{1,2}|(?:alpha|beta)\d?)?|\.?[A-Za-z][A-Za-z_.-]{0,39})$/.test(part);
}

/** In a template, where the parameters are marked, a few digits belong to a word (`oauth2`, `k8s`). */
function isTemplateWord(part: string): boolean {
  return /^\.?[A-Za-z][\w.-]{0,79}$/.test(part) && (part.match(/\d/g)?.length ?? 0) <= 2;
}

// ---------------------------------------------------------------------------------------------------- whom it called

const WEB_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The side that was called; where no port is told, it is the usual one of the system (semantic conventions, `server.port`). */
function peerOf(span: Span, system?: string, authority = ''): { readonly peer?: Peer } {
  if (span.kind === 'server') return {};
  const a = span.attributes;
  // Nothing before an `@` is an address.
  const [, host = '', ownPort] = authority.slice(authority.lastIndexOf('@') + 1).match(/^(\[[0-9a-f:.]+\]|[^:]*)(?::(\d{1,5}))?$/i) ?? [];
  const told = text(a['server.address'] ?? a['net.peer.name']) ?? host;
  const address = told
    .slice(told.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/^\[|\]$/g, '');
  if (!/^[a-z0-9_.:-]{1,253}$/.test(address)) return {};
  const port = Number(a['server.port'] ?? a['net.peer.port'] ?? ownPort ?? usualPort(system));
  return { peer: Number.isInteger(port) && port > 0 && port < 65_536 ? { address, port } : { address } };
}

const usualPort = (system = ''): number | undefined => WEB_PORTS[system] ?? ENGINES.find((e) => e.images.test(system))?.port;

export const isLoopback = (address: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|0\.0\.0\.0)$/.test(address);

// ---------------------------------------------------------------------------------------------------- outcomes and values

/** The span's own status has the first word; where it says nothing, the protocol's. */
function isOk({ status, attributes: a }: Span): boolean {
  if (status !== 'unset') return status === 'ok';
  const http = a['http.response.status_code'] ?? a['http.status_code'];
  if (http !== undefined) return Number(http) < 400;
  const rpc = a['rpc.response.status_code'] ?? a['rpc.grpc.status_code'];
  return rpc === undefined || rpc === 'OK' || Number(rpc) === 0;
}

const text = (value: string | number | boolean | undefined): string | undefined =>
  value === undefined || value === '' || typeof value === 'boolean' ? undefined : String(value).slice(0, 2000);

/** Systems have names of a short list, which grows (`ibm.db2`); what does not look like one is not repeated. */
const label = (system: string): string =>
  /^[a-z][a-z0-9_.-]{0,31}$/i.test(system) && (system.match(/\d/g)?.length ?? 0) <= 1 ? system.toLowerCase() : 'other';
