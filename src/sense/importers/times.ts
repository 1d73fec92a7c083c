import { isUnixMs, type UnixMs } from '../../domain/index.ts';

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const SECONDS_END = 1e11;
const MILLISECONDS_END = 1e14;

/**
 * A time as logs write it: ISO 8601, `17/May/2015:10:05:03 +0000` (Common Log Format), or Unix time as number or text, in
 * seconds or milliseconds as its size tells (1e11 s is the year 5138). Times without a zone are taken for UTC.
 */
export function timeOf(raw: unknown): UnixMs | undefined {
  const at = typeof raw === 'number' ? unixOf(raw) : typeof raw === 'string' ? writtenOf(raw) : Number.NaN;
  return isUnixMs(at) ? at : undefined;
}

const unixOf = (value: number): number =>
  value < SECONDS_END ? Math.round(value * 1000) : value < MILLISECONDS_END ? Math.floor(value) : Number.NaN;

function writtenOf(text: string): number {
  if (/^\d{1,16}(\.\d{1,9})?$/.test(text)) return unixOf(Number(text));
  const [, day, month = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] =
    text.match(/^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2})(?:\.\d+)? ([+-])(\d{2})(\d{2})$/) ?? [];
  const index = MONTHS.indexOf(month) / 3;
  if (day !== undefined && Number.isInteger(index)) {
    const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
    return Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second)) - zoneMs;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return Number.NaN;
  return Math.floor(Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`));
}

/** A number that may stand in quotes; NaN for what is none, and for `-`. */
export const numberOf = (raw: unknown): number =>
  typeof raw === 'number' ? raw : typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : Number.NaN;
/** What may be stored of a quantity: nothing of what is unknown or negative. */
export const quantity = <K extends string>(key: K, value: number): { readonly [_ in K]?: number } =>
  (Number.isFinite(value) && value >= 0 ? { [key]: value } : {}) as { readonly [_ in K]?: number };
