import { aside, type Entry, misfit } from './importer.ts';
import { numberOf, quantity, timeOf } from './times.ts';

/** What a server's log says of one request; each field as it stands there. */
export interface LoggedRequest {
  readonly time: unknown;
  readonly client?: unknown;
  /** `GET /orders/17 HTTP/1.1`; or method and target apart. */
  readonly request?: unknown;
  readonly method?: unknown;
  readonly target?: unknown;
  readonly status?: unknown;
  readonly bytes?: unknown;
  readonly seconds?: unknown;
}

/**
 * A request as its server saw it: `api:GET /orders/{id}`, done by the client. The server's own name is left: a log is of one
 * server. What scanners send instead of HTTP, and connections without a request, are set aside.
 */
export function requestEntry(logged: LoggedRequest, line: number): Entry {
  const at = timeOf(logged.time);
  if (at === undefined) return misfit(line, 'no time in it');
  const status = numberOf(logged.status);
  const call = callOf(logged);
  if (call === undefined) return Number.isNaN(status) ? misfit(line, 'no request in it') : aside(line, 'no HTTP request');
  const client = typeof logged.client === 'string' && logged.client !== '-' && logged.client !== '' ? { client: logged.client } : {};
  return {
    is: 'deed',
    line,
    at,
    source: 'api',
    kind: 'request.served',
    prefix: 'api:',
    as: 'route',
    name: call,
    ...client,
    ...quantity('bytes', logged.bytes === '-' ? 0 : numberOf(logged.bytes)),
    ...quantity('durationMs', 1000 * numberOf(logged.seconds)),
    ...(status >= 100 && status < 600 ? { ok: status < 400 } : {}),
  };
}

const METHOD = /^[A-Za-z]{3,20}$/;

/** Method and path without the host that a proxy's log has there. Blanks in a path are those of clients that do not encode them. */
function callOf({ request, method, target }: LoggedRequest): string | undefined {
  const [, first, second] = typeof request === 'string' ? (request.match(/^(\S+) (.*?)(?: HTTP\/\d(?:\.\d)?)?$/s) ?? []) : [];
  const verb = typeof method === 'string' ? method : first;
  const path = typeof target === 'string' ? target : second;
  if (verb === undefined || path === undefined || !METHOD.test(verb)) return undefined;
  if (path === '*') return undefined;
  return `${verb} ${path.replace(/^https?:\/\/[^/?#]*/i, '') || '/'}`;
}
