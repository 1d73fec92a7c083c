import { PEAK_FACTOR } from '../scenario/defaults.ts';
import { Random } from './random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const QUARTER = HOUR / 4;
/** Finer bursts over a week would need more memory than they are worth. */
const MOST_STEPS = 65_536;
/** 1970-01-01 was a Thursday; weeks here begin on Monday. */
const MONDAY = 4 * DAY;

/** Hours of the wall clock, on days 0 (Monday) to 6, both included. */
export interface Peak {
  readonly days: readonly number[];
  /** ms of the day. */
  readonly from: number;
  readonly until: number;
  readonly factor: number;
}

/** Now and then more come: `factor` times the usual, for `meanMs` on average, in `share` of the time. */
export interface Burst {
  readonly factor: number;
  readonly share: number;
  readonly meanMs: number;
}

export interface Rhythm {
  readonly hourOfWeek?: readonly number[];
  readonly peaks: readonly Peak[];
  readonly burst?: Burst;
}

export interface Rates {
  readonly perSecond: readonly number[];
  readonly stepMs: number;
}

export const isSteady = (rates: Rates): boolean => rates.perSecond.every((r) => r === rates.perSecond[0]);

/** `meanPerSecond`, spread over the week by its rhythm, from `startAt` (wall clock, ms) on; the mean over a week stays. */
export function ratesOf(meanPerSecond: number, rhythm: Rhythm, startAt: number, seed: number): Rates {
  const week = weekShape(rhythm);
  if (week.length === 1 && !rhythm.burst) return { perSecond: [meanPerSecond], stepMs: HOUR };
  const { burst } = rhythm;
  const stepMs = burst ? Math.max(Math.ceil(WEEK / MOST_STEPS), Math.min(QUARTER, Math.round(burst.meanMs / 3))) : QUARTER;
  const intensity = burst ? bursts(burst, Math.floor(WEEK / stepMs), stepMs, seed) : undefined;
  const steps = Math.floor(WEEK / stepMs);
  const perSecond = Array.from({ length: steps }, (_, i) => {
    const at = (((startAt + i * stepMs - MONDAY) % WEEK) + WEEK) % WEEK;
    const shape = week[Math.floor(at / QUARTER) % week.length] as number;
    return meanPerSecond * shape * (intensity ? (intensity[i] as number) : 1);
  });
  return { perSecond, stepMs };
}

/** 00:00 of the day of the week with the busiest hour, ms from Monday 00:00. */
export function busiestDay(rhythm: Rhythm): number {
  const week = weekShape(rhythm);
  const at = week.indexOf(Math.max(...week)) * QUARTER;
  return at - (at % DAY);
}

/** Quarters of an hour of a week, mean 1; one value where it is always the same. */
function weekShape({ hourOfWeek, peaks }: Rhythm): readonly number[] {
  const total = hourOfWeek?.reduce((a, b) => a + b, 0) ?? 0;
  if (total <= 0 && peaks.length === 0) return [1];
  const shape = Array.from({ length: 7 * 24 * 4 }, (_, q) => {
    const [day, time] = [Math.floor(q / 96), (q % 96) * QUARTER];
    const usual = total > 0 ? (hourOfWeek?.[Math.floor(q / 4)] as number) : 1;
    return peaks.reduce((rate, p) => (p.days.includes(day) && time >= p.from && time < p.until ? rate * p.factor : rate), usual);
  });
  const mean = shape.reduce((a, b) => a + b, 0) / shape.length;
  return mean > 0 ? shape.map((s) => s / mean) : [1];
}

/** Two states, exponential stays in each (a Markov-modulated Poisson process, Fischer and Meier-Hellstern 1993), drawn once; mean 1. */
function bursts({ factor, share, meanMs }: Burst, steps: number, stepMs: number, seed: number): readonly number[] {
  const random = new Random(seed, 0x6275);
  const quietMs = (meanMs * (1 - share)) / share;
  const usual = 1 / (1 - share + share * factor);
  let high = random.uniform() < share;
  let left = (high ? meanMs : quietMs) * random.exponential();
  return Array.from({ length: steps }, () => {
    const rate = high ? factor * usual : usual;
    for (left -= stepMs; left <= 0; left += (high ? meanMs : quietMs) * random.exponential()) high = !high;
    return rate;
  });
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const PEAK = /^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? )?(\d\d):(\d\d)-(\d\d):(\d\d)$/;

/** `Mon-Fri 09:00-11:30`; days are optional. Undefined for another text. */
export function peakOf(text: string): Peak | undefined {
  const [, first, last, h1, m1, h2, m2] = PEAK.exec(text) ?? [];
  if (h1 === undefined) return undefined;
  const [from, until] = [Number(h1) * HOUR + Number(m1) * 60_000, Number(h2) * HOUR + Number(m2) * 60_000];
  if (from >= until || until > DAY) return undefined;
  const begin = first === undefined ? 0 : DAYS.indexOf(first);
  const end = first === undefined ? 6 : last === undefined ? begin : DAYS.indexOf(last);
  const days = Array.from({ length: ((end - begin + 7) % 7) + 1 }, (_, i) => (begin + i) % 7);
  return { days, from, until, factor: PEAK_FACTOR };
}
