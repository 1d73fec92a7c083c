import { looksOpaque } from '../opaque.ts';
import { type Dropped, merged, redact } from '../redact.ts';

/** Nobody's endpoints are told apart by more; what follows is left aside. */
const MOST_SEGMENTS = 8;
const PLAIN_SEGMENT = /^[\w.~@$:+,!*'()-]{1,60}$/;

/**
 * What names an endpoint, of a method and a URL or path: `GET https://me:pw@shop.test/orders/17/items?page=2` becomes
 * `GET shop.test/orders/{id}/items`. Ids (numbers, dates, UUIDs, hashes, e-mail addresses, what the gate took) become `{id}`; of
 * `17.json` the ending stays. Queries, fragments, credentials and `;jsessionid=…` go. Total on any string; empty for one that
 * is no call.
 */
export function routeOf(call: string): { readonly text: string; readonly dropped: readonly Dropped[] } {
  const { text, dropped } = redact(decoded(call));
  const [, method = '', target = ''] = text.match(/^([A-Za-z]{1,20})\s+([\s\S]+)$/) ?? [];
  if (method === '') return { text: '', dropped };
  const [, host = '', path = ''] = target.match(/^(?:[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^/?#]*@)?([^/?#]*))?([^?#]*)/i) ?? [];
  const left = target.length - (target.match(/^[^?#]*/)?.[0].length ?? 0) > 0 ? 1 : 0;
  const route = `${method.toUpperCase()} ${hostOf(host)}${pathOf(path)}`;
  return { text: route, dropped: left > 0 ? merged([dropped, [{ kind: 'argument', count: left }]]) : dropped };
}

/** A host's name may itself be a secret of chance, as those of tunnels are; the gate has seen it. */
const hostOf = (host: string): string =>
  /^(?:[\w.-]{1,100}|\[[\da-f:]{2,45}\])(?::\d{1,5})?$/i.test(host) ? host.toLowerCase() : host === '' ? '' : '{host}';

function pathOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const kept = segments.slice(0, MOST_SEGMENTS).map(segmentOf);
  const end = segments.length > MOST_SEGMENTS ? '/…' : '';
  return `/${kept.join('/')}${end}`;
}

function segmentOf(segment: string): string {
  const name = segment.replace(/;.*$/s, '');
  if (name === '~') return name;
  if (!PLAIN_SEGMENT.test(name)) return '{id}';
  const [, stem = name, ending = ''] = name.match(/^(.+?)((?:\.[A-Za-z]\w{0,5}){1,2})$/) ?? [];
  return isId(stem) ? `{id}${ending}` : name;
}

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
