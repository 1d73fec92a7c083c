import type { UnixMs } from '../../domain/index.ts';
import type { Rhythm } from '../personaModel.ts';

const HOURS = 168;
const HOUR_MS = 3_600_000;
/** 1970-01-01 was a Thursday. */
const THURSDAY = 72;
/** The even week that a rhythm starts from weighs as many sessions. */
const EVEN = 4;

/** Monday 00:00 is 0. `zoneOffsetMs` is the developer's offset from UTC, today's for the whole history: summer time shifts an hour, and smoothing forgives it. */
export const hourOfWeek = (at: UnixMs, zoneOffsetMs: number): number =>
  (((Math.floor((at + zoneOffsetMs) / HOUR_MS) + THURSDAY) % HOURS) + HOURS) % HOURS;

export function withHour(rhythm: Rhythm | undefined, hour: number, share: number): Rhythm {
  const hours = rhythm ? [...rhythm] : new Array<number>(HOURS).fill(0);
  hours[hour] = (hours[hour] ?? 0) + share;
  return hours;
}

/** Of all sessions at once, each by how much it is the persona's. */
export function rhythmOf(share: Float64Array, hourOf: (session: number) => number): Rhythm {
  const hours = new Array<number>(HOURS).fill(0);
  for (const [session, own] of share.entries()) if (own > 0) (hours[hourOf(session)] as number) += own;
  return hours;
}

/** P(hour of the week | a session of it begins): counts smeared over the neighbouring hours, drawn to an even week; sums to 1. */
export function smoothed(rhythm: Rhythm | undefined): readonly number[] {
  const counts = rhythm ?? new Array<number>(HOURS).fill(0);
  const total = counts.reduce((sum, n) => sum + n, 0);
  const at = (hour: number): number => counts[(hour + HOURS) % HOURS] ?? 0;
  return Array.from({ length: HOURS }, (_, h) => (0.25 * at(h - 1) + 0.5 * at(h) + 0.25 * at(h + 1) + EVEN / HOURS) / (total + EVEN));
}
