import { type PeakTime, type UnixMs, WEEKDAYS, type Weekday } from '../../domain/index.ts';
import { hourOfWeek } from '../personas/rhythm.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
/** With fewer hours of the day covered, there is no telling what is usual. */
const LEAST_HOURS = 12;
/** Days of the week are told apart when each was there twice. */
const WEEKS_FOR_DAYS = 2;
/** An hour that stands out has so many times the requests of an average one… */
const LEAST_TIMES = 1.25;
/** …and so many standard deviations more than expected; as many hours are looked at, three would be found by chance. */
const LEAST_DEVIATIONS = 4;
/** An hour of which less was covered tells nothing. */
const LEAST_COVERED = 0.5;
const MOST_PEAKS = 8;

/** An hour of the day or of the week. */
interface Slot {
  readonly hour: number;
  readonly requests: number;
  /** How often the data have this hour; the first and the last count in part. */
  readonly covered: number;
  /** Of the day on which it had the most. */
  readonly most: number;
}

/**
 * Hours of the day (of the week, where two weeks were covered) in which requests come clearly oftener than in an average hour. `covered` is the
 * time that was watched; hours without a request count. The deviations are those of a Poisson count, widened by how much more than that the
 * same hour differs from day to day, for requests come in bursts; and an hour that stands out on one day of several only is none. Neighbouring
 * hours are told as one.
 */
export function peaksOf(
  at: readonly UnixMs[],
  covered: { readonly from: UnixMs; readonly until: UnixMs },
  zoneOffsetMs: number,
): readonly PeakTime[] {
  const weekly = covered.until - covered.from >= WEEKS_FOR_DAYS * WEEK_MS;
  const period = weekly ? 168 : 24;
  const days = bySlot(hoursOf(at, covered, zoneOffsetMs), period);
  const slots = days
    .map(
      (own, hour): Slot => ({
        hour,
        requests: total(own.map((h) => h.requests)),
        covered: total(own.map((h) => h.covered)),
        most: own.reduce((most, h) => Math.max(most, h.requests), 0),
      }),
    )
    .filter((slot) => slot.covered >= LEAST_COVERED);
  if (slots.length < LEAST_HOURS) return [];
  const usual = at.length / total(slots.map((s) => s.covered));
  const widened = Math.sqrt(burstiness(days));
  const standsOut = ({ requests, covered, most }: Slot): boolean => {
    const expected = usual * covered;
    const withoutMost = covered < 2 ? requests : requests - most + expected / covered;
    return withoutMost >= LEAST_TIMES * expected && requests - expected >= LEAST_DEVIATIONS * widened * Math.sqrt(expected);
  };
  return runsOf(slots.filter(standsOut))
    .map((run) => peakOf(run, at.length, usual, weekly))
    .sort((a, b) => b.timesUsual - a.timesUsual)
    .slice(0, MOST_PEAKS);
}

/** Every hour on the clock from the first to the last, in the order of time; `hour` is that of the week. */
function hoursOf(
  at: readonly UnixMs[],
  { from, until }: { readonly from: UnixMs; readonly until: UnixMs },
  zoneOffsetMs: number,
): readonly Slot[] {
  const first = Math.floor((from + zoneOffsetMs) / HOUR_MS);
  const counts = new Array<number>(Math.floor((until + zoneOffsetMs) / HOUR_MS) - first + 1).fill(0);
  for (const time of at) (counts[Math.floor((time + zoneOffsetMs) / HOUR_MS) - first] as number)++;
  return counts.map((requests, i) => {
    const begin = (first + i) * HOUR_MS - zoneOffsetMs;
    const covered = (Math.min(until, begin + HOUR_MS) - Math.max(from, begin)) / HOUR_MS;
    return { hour: hourOfWeek(begin, zoneOffsetMs), requests, covered, most: requests };
  });
}

/** Per hour of the day or of the week, that hour of each day that was covered. */
function bySlot(hours: readonly Slot[], period: number): readonly (readonly Slot[])[] {
  const days = Array.from({ length: period }, (): Slot[] => []);
  for (const hour of hours) days[hour.hour % period]?.push(hour);
  return days;
}

/** Variance over mean of the same hour on different days, 1 for a Poisson process and where there is but one day. */
function burstiness(days: readonly (readonly Slot[])[]): number {
  let [squares, means] = [0, 0];
  for (const slot of days) {
    const own = slot.filter((h) => h.covered >= 1);
    if (own.length < 2) continue;
    const mean = total(own.map((h) => h.requests)) / own.length;
    squares += total(own.map((h) => (h.requests - mean) ** 2));
    means += mean * (own.length - 1);
  }
  return means === 0 ? 1 : Math.max(1, squares / means);
}

/** Hours that follow each other within a day, on the same days. */
interface Run {
  /** Monday is 0; of hours of the day, 0 alone. */
  readonly days: readonly number[];
  readonly slots: Slot[];
  readonly fromHour: number;
  untilHour: number;
}

function runsOf(slots: readonly Slot[]): readonly Run[] {
  const runs: Run[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const own = slots.filter((slot) => slot.hour % 24 === hour);
    if (own.length === 0) continue;
    const days = own.map((slot) => Math.floor(slot.hour / 24));
    const last = runs.at(-1);
    if (last?.untilHour === hour && String(last.days) === String(days)) {
      last.slots.push(...own);
      last.untilHour++;
    } else runs.push({ days, slots: own, fromHour: hour, untilHour: hour + 1 });
  }
  return runs;
}

function peakOf({ days, slots, fromHour, untilHour }: Run, all: number, usual: number, weekly: boolean): PeakTime {
  const requests = total(slots.map((s) => s.requests));
  return {
    ...(weekly && days.length < 7 ? { days: days.map((day) => WEEKDAYS[day] as Weekday) } : {}),
    fromHour,
    untilHour,
    share: requests / all,
    timesUsual: requests / total(slots.map((s) => s.covered)) / usual,
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0);
