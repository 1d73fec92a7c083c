import { failed, ok, type Result } from '../../domain/index.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const ISO = /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const LONGEST = 366 * 86_400_000;

/** `90s`, `10m`, `1h30m`, `2d`, ISO 8601 (`PT1H30M`), or seconds without a unit, to ms. Between 1 ms and a year. */
export function lengthOfTime(text: string, name: string): Result<number> {
  const ms = isoMs(text) ?? plainMs(text);
  const wanted = 'Write it like 90s, 10m, 1h30m, 1d or PT1H';
  if (ms === undefined) return failed('wrong-usage', 'never', `${name} “${text}” is no length of time. ${wanted}.`);
  if (!(ms >= 1)) return failed('wrong-usage', 'never', `${name} “${text}” is no time at all. ${wanted}.`);
  if (ms > LONGEST) return failed('wrong-usage', 'never', `${name} “${text}” is longer than a year. Use at most 366d.`);
  return ok(Math.round(ms));
}

/** As in `time_window` of an engagement pattern; undefined where it is none. */
export function isoMs(text: string): number | undefined {
  const parts = ISO.exec(text)?.slice(1);
  if (!parts?.some((p) => p !== undefined)) return undefined;
  const units = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];
  return parts.reduce((sum, part, i) => sum + Number(part ?? 0) * (units[i] as number), 0);
}

function plainMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return 1000 * Number(trimmed);
  if (!/^(\d+(\.\d+)?\s*(ms|min|s|m|h|d|w)\s*)+$/.test(trimmed)) return undefined;
  let sum = 0;
  for (const [, number, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)/g))
    sum += Number(number) * (UNITS[unit as string] as number);
  return sum;
}
