import type { Random } from '../model/random.ts';
import type { Fields } from './fields.ts';

/** What a visit really asks, in a rehearsal with real requests: said once, and filled in anew for each visit. */
export type Request = HttpRequest | SqlRequest | RedisRequest;

export interface HttpRequest {
  readonly by: 'http';
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly writes: boolean;
}

export interface SqlRequest {
  readonly by: 'sql';
  readonly sql: string;
  readonly writes: boolean;
}

export interface RedisRequest {
  readonly by: 'redis';
  readonly command: readonly string[];
  readonly writes: boolean;
}

const HTTP = /^([A-Z]+) (\/[^\s]*)$/;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** A statement that begins so may still write (`with … delete`), which a read-only session then refuses. */
const SAFE_SQL = /^\s*(select|with|values|table|show|explain)\b/i;
const SAFE_COMMANDS =
  'BITCOUNT DBSIZE ECHO EXISTS GET GETRANGE HEXISTS HGET HGETALL HKEYS HLEN HMGET HVALS INFO LINDEX LLEN LRANGE MGET PING PTTL SCARD SISMEMBER SMEMBERS SRANDMEMBER STRLEN TIME TTL TYPE XLEN XRANGE ZCARD ZCOUNT ZRANGE ZRANGEBYSCORE ZRANK ZSCORE'.split(
    ' ',
  );

/** `{"http": "GET /orders?id={1..1000}"}`, `{"sql": "select …"}` or `{"redis": ["GET", "k"]}`; what writes says so by `"writes": true`. */
export function requestOf(f: Fields | undefined): Request | undefined {
  if (!f) return undefined;
  const writes = f.raw('writes') === true;
  const said = (['http', 'sql', 'redis'] as const).filter((by) => f.has(by));
  if (said.length !== 1) return f.problem('http', 'or “sql” or “redis” must say what is asked, and only one of them');
  const request = said[0] === 'http' ? httpOf(f, writes) : said[0] === 'sql' ? sqlOf(f, writes) : redisOf(f, writes);
  if (request && !writes && !reads(request))
    return f.problem(said[0] as string, `would write (${shortly(request)}). Say so with "writes": true if it may`);
  return request;
}

function httpOf(f: Fields, writes: boolean): HttpRequest | undefined {
  const [, method, path] = HTTP.exec(f.text('http') ?? '') ?? [];
  if (method === undefined || path === undefined)
    return f.problem('http', 'must be a method and a path, such as "GET /orders?customer={1..1000}"');
  const body = f.text('body');
  return { by: 'http', method, path, ...(body === undefined ? {} : { body }), writes };
}

function sqlOf(f: Fields, writes: boolean): SqlRequest | undefined {
  const sql = f.text('sql');
  return sql?.trim() ? { by: 'sql', sql, writes } : f.problem('sql', 'must be one statement');
}

function redisOf(f: Fields, writes: boolean): RedisRequest | undefined {
  const command = f.list('redis');
  if (command.length === 0 || command.some((word) => typeof word !== 'string'))
    return f.problem('redis', 'must be a command as a list of texts, such as ["GET", "cart:{1..100}"]');
  return { by: 'redis', command: command as string[], writes };
}

function reads(request: Request): boolean {
  switch (request.by) {
    case 'http':
      return SAFE_METHODS.includes(request.method);
    case 'sql':
      return SAFE_SQL.test(request.sql);
    case 'redis':
      return SAFE_COMMANDS.includes((request.command[0] as string).toUpperCase());
  }
}

function shortly(request: Request): string {
  const text = request.by === 'http' ? request.method : request.by === 'sql' ? request.sql.trim() : (request.command[0] as string);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** What is asked where the document says nothing: the least that shows that it answers. */
export function usualRequest(kind: string): Request {
  if (kind === 'database') return { by: 'sql', sql: 'select 1', writes: false };
  if (kind === 'cache') return { by: 'redis', command: ['PING'], writes: false };
  return { by: 'http', method: 'GET', path: '/', writes: false };
}

const RANGE = /\{(\d{1,15})\.\.(\d{1,15})\}/g;

/** With a number of its range, each equally likely, for every `{from..to}`. */
export function filledIn<R extends Request>(request: R, random: Random): R {
  const fill = (text: string): string =>
    text.replace(RANGE, (_, from: string, to: string) => {
      const [low, high] = [Math.min(Number(from), Number(to)), Math.max(Number(from), Number(to))];
      return String(low + Math.floor(random.uniform() * (high - low + 1)));
    });
  switch (request.by) {
    case 'http':
      return { ...request, path: fill(request.path), ...(request.body === undefined ? {} : { body: fill(request.body) }) };
    case 'sql':
      return { ...request, sql: fill(request.sql) };
    case 'redis':
      return { ...request, command: request.command.map(fill) };
  }
}
