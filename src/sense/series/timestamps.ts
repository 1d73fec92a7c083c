import type { UnixMs } from '../../domain/index.ts';

/** Before 2001 in ms, after 33,000 AD in s: a number below is seconds. */
const LEAST_MS = 1e12;

/**
 * A moment as people and tools write it: ISO 8601 (with `T` or a space; without a zone it is UTC), or Unix time in seconds or
 * milliseconds. Undefined where it is none of these.
 */
export function timestampOf(text: string): UnixMs | undefined {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    return Math.round(Math.abs(number) < LEAST_MS ? number * 1000 : number);
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed)) return undefined;
  const iso = trimmed.replace(' ', 'T');
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(iso.slice(10)) || iso.length === 10 ? iso : `${iso}Z`;
  const at = Date.parse(zoned);
  return Number.isNaN(at) ? undefined : at;
}
