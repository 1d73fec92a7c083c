import type { UnixMs } from '../domain/index.ts';
import { english, type Translate } from './translate.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

export interface ClockOptions {
  /** By IANA, such as `Europe/Berlin`. */
  readonly zone: string;
  /** Of the editor, such as `de`. */
  readonly language: string;
}

/** Reads moments off a clock on the wall, and names them in the editor's language. */
export interface Clock {
  /** What stands on the wall, as if it were UTC: for hours, days and even steps; jumps where the clocks are changed. */
  wall(at: UnixMs): number;
  /** `10:00` */
  time(at: UnixMs): string;
  /** `Tue` */
  weekday(at: UnixMs): string;
  /** `27 Nov` */
  day(at: UnixMs): string;
  /** `Tue, 27 Nov, 10:00` */
  moment(at: UnixMs): string;
  /** `today`, `tomorrow`, `Tuesday`, `27 Nov`: as one says it now. */
  dayFrom(now: UnixMs, at: UnixMs, t?: Translate): string;
}

export function createClock({ zone, language }: ClockOptions): Clock {
  const formatter = (options: Intl.DateTimeFormatOptions, locale = language === 'en' ? 'en-GB' : language): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  // The Swedish write as ISO 8601 does.
  const iso = formatter({ dateStyle: 'short', timeStyle: 'medium' }, 'sv-SE');
  const time = formatter({ hour: '2-digit', minute: '2-digit' });
  const weekday = formatter({ weekday: 'short' });
  const longWeekday = formatter({ weekday: 'long' });
  const day = formatter({ day: 'numeric', month: 'short' });
  const moment = formatter({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const wall = (at: UnixMs): number => Date.parse(`${iso.format(at).replace(' ', 'T')}Z`);
  return {
    wall,
    time: (at) => time.format(at),
    weekday: (at) => weekday.format(at),
    day: (at) => day.format(at),
    moment: (at) => moment.format(at),
    dayFrom(now, at, t = english) {
      const days = Math.floor(wall(at) / DAY_MS) - Math.floor(wall(now) / DAY_MS);
      if (days === 0) return t('today');
      if (days === 1) return t('tomorrow');
      if (days === -1) return t('yesterday');
      return days > 1 && days < 7 ? longWeekday.format(at) : day.format(at);
    },
  };
}

/** Steps of an axis, ms; the smallest that leaves room is taken. */
const STEPS = [HOUR_MS / 4, HOUR_MS / 2, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 28 * DAY_MS];

/** A Monday, from which steps of weeks are counted. */
const MONDAY = 4 * DAY_MS;

/** Moments that are round on the wall, at most so many, with what stands below them; a day's begin bears the day's name. */
export function timeTicks(
  from: UnixMs,
  until: UnixMs,
  most: number,
  clock: Clock,
): readonly { readonly at: UnixMs; readonly words: string }[] {
  const step = STEPS.find((s) => (until - from) / s <= most) ?? until - from;
  const isWeeks = until - from > 7 * DAY_MS;
  const ticks = [];
  for (let at = from - mod(clock.wall(from) - MONDAY, step); at <= until; at = onStep(at + step, step, clock)) {
    if (at < from) continue;
    const isMidnight = mod(clock.wall(at), DAY_MS) === 0;
    ticks.push({ at, words: isMidnight ? (isWeeks ? clock.day(at) : clock.weekday(at)) : clock.time(at) });
  }
  return ticks;
}

/** The clocks may have been changed since the last step. */
function onStep(at: UnixMs, step: number, clock: Clock): UnixMs {
  const over = mod(clock.wall(at) - MONDAY + step / 2, step) - step / 2;
  return at - over;
}

const mod = (value: number, by: number): number => ((value % by) + by) % by;
