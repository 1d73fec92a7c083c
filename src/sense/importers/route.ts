import { looksOpaque } from '../opaque.ts';
import { type Dropped, merged, redact } from '../redact.ts';

type Clean = ReturnType<typeof redact>;

/** Nobody's endpoints are told apart by more; what follows is left aside. */
const MOST_SEGMENTS = 8;
const PLAIN_SEGMENT = /^[\w.~@$:+,!*'(){}-]{1,60}$/;
const TARGET = /^(?:[a-z][a-z0-9+.-]{0,20}:\/\/([^/?#]*@)?([^/?#]*))?([^?#]*)([\s\S]*)$/i;

/**
 * What names an endpoint, of a method and a URL or path: `GET https://me:pw@shop.test/orders/17/items?page=2` becomes
 * `GET shop.test/orders/{id}/items`. Ids (numbers, dates, UUIDs, hashes, e-mail addresses, what the gate took) become `{id}`; of
 * `17.json` the ending stays. Queries, fragments, credentials and `;jsessionid=…` go. Total on any string; empty for one that
 * is no call. The gate sees each segment by itself, so that it takes no more than it must, and then the route as a whole.
 */
export function routeOf(call: string): Clean {
  const [, method, target = ''] = decoded(call).match(/^([A-Za-z]{1,20})\s+([\s\S]+)$/) ?? [];
  if (method === undefined) return { text: '', dropped: redact(call).dropped };
  const [, credentials, host = '', path = '', query = ''] = target.match(TARGET) ?? [];
  const segments = path.split('/').filter((segment) => segment !== '');
  const clean = segments.slice(0, MOST_SEGMENTS).map(segmentOf);
  const end = segments.length > MOST_SEGMENTS ? '/…' : '';
  const server = redact(hostOf(host));
  const route = redact(`${clean.map(({ text }) => text).join('/')}${end}`);
  const left: readonly Dropped[] = [
    ...(credentials === undefined ? [] : [{ kind: 'url-password', count: 1 } as const]),
    ...(query === '' ? [] : [{ kind: 'argument', count: 1 } as const]),
  ];
  const dropped = merged([...clean.map((segment) => segment.dropped), redact(query).dropped, server.dropped, route.dropped, left]);
  return { text: `${method.toUpperCase()} ${withIds(server.text)}/${withIds(route.text)}`, dropped };
}

const hostOf = (host: string): string => {
  if (host === '') return '';
  return /^(?:[\w.-]{1,100}|\[[\da-f:]{2,45}\])(?::\d{1,5})?$/i.test(host) ? host.toLowerCase() : '{host}';
};

function segmentOf(segment: string): Clean {
  const { text: left, dropped } = redact(segment.replace(/;.*$/s, ''));
  const text = withIds(left);
  if (!PLAIN_SEGMENT.test(text)) return { text: '{id}', dropped };
  const [, stem = text, ending = ''] = text.match(/^(.+?)((?:\.[A-Za-z]\w{0,5}){1,2})$/) ?? [];
  return { text: isId(stem) ? `{id}${ending}` : text, dropped };
}

const withIds = (text: string): string => text.replace(/‹[a-z-]+›/g, '{id}');

/** Numbers, dates and lists of them; hashes from the length at which Git shortens them. */
const isId = (stem: string): boolean =>
  /^\d[\d,._:-]*$/.test(stem) || (/^[\da-f]{7,}$/i.test(stem) && /\d/.test(stem)) || looksOpaque(stem);

function decoded(call: string): string {
  try {
    return call.includes('%') ? decodeURIComponent(call) : call;
  } catch {
    return call;
  }
}
