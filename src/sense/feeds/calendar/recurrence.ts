import type { WallMs } from '../wallTime.ts';

/** A recurrence rule (RFC 5545, 3.3.10). Repeating within a day is not among what events do. */
export interface Rule {
  readonly every: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  readonly count: number | undefined;
  /** The last moment that may begin one; `utc` where it was written with a Z, else by the wall clock. */
  readonly until: { readonly at: number; readonly utc: boolean } | undefined;
  readonly months: readonly number[];
  readonly monthDays: readonly number[];
  readonly yearDays: readonly number[];
  readonly weekNumbers: readonly number[];
  /** `nth` counts within month or year, from its end where it is negative; 0 is every one. */
  readonly days: readonly { readonly nth: number; readonly weekday: number }[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly positions: readonly number[];
  /** The day that a week begins with; 0 is Sunday. */
  readonly weekStart: number;
}

/** How many days may still be looked at: rules that never come true would else be followed for ever. Shared by a whole file. */
export interface Effort {
  left: number;
}

const DAY_MS = 86_400_000;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Undefined: it is no rule, or one that repeats within a day. */
export function ruleOf(text: string): Rule | undefined {
  const parts = new Map(
    text.split(';').map((part) => [part.split('=', 1)[0]?.toUpperCase() ?? '', part.slice(part.indexOf('=') + 1).toUpperCase()]),
  );
  const every = parts.get('FREQ');
  if (every !== 'DAILY' && every !== 'WEEKLY' && every !== 'MONTHLY' && every !== 'YEARLY') return undefined;
  const listIn = (name: string): readonly string[] => parts.get(name)?.split(',') ?? [];
  const numbersIn = (name: string, most: number): readonly number[] =>
    listIn(name)
      .map(Number)
      .filter((n) => Number.isInteger(n) && Math.abs(n) <= most);
  const days = listIn('BYDAY').flatMap((day) => {
    const [, nth = '', name = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(day) ?? [];
    const weekday = WEEKDAYS.indexOf(name);
    return weekday < 0 ? [] : [{ nth: Number(nth || 0), weekday }];
  });
  const interval = Number(parts.get('INTERVAL') ?? 1);
  const count = Number(parts.get('COUNT') ?? Number.NaN);
  return {
    every,
    interval: Number.isInteger(interval) && interval > 0 ? interval : 1,
    count: Number.isInteger(count) && count > 0 ? count : undefined,
    until: untilOf(parts.get('UNTIL')),
    months: numbersIn('BYMONTH', 12),
    monthDays: numbersIn('BYMONTHDAY', 31),
    yearDays: numbersIn('BYYEARDAY', 366),
    weekNumbers: numbersIn('BYWEEKNO', 53),
    days,
    hours: numbersIn('BYHOUR', 23),
    minutes: numbersIn('BYMINUTE', 59),
    seconds: numbersIn('BYSECOND', 59),
    positions: numbersIn('BYSETPOS', 366),
    weekStart: Math.max(0, WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO')),
  };
}

/** A day alone is meant to its end. */
function untilOf(text: string | undefined): Rule['until'] {
  const moment = text === undefined ? undefined : wallOfText(text);
  if (moment === undefined || text === undefined) return undefined;
  return { at: text.includes('T') ? moment : moment + DAY_MS - 1, utc: text.endsWith('Z') };
}

/** `20260329T090000` by the wall clock, or with a Z by UTC, or a day alone. */
export function wallOfText(text: string): number | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] =
    /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?Z?)?$/.exec(text.trim()) ?? [];
  if (year === undefined) return undefined;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Math.min(59, Number(second)));
  return Number(year) >= 100 && new Date(wall).getUTCMonth() === Number(month) - 1 ? wall : undefined;
}

/**
 * When it begins, by the wall clock, in order: the first time and then what the rule adds, from `from` on and before `until`. Stops
 * where the effort is spent. A rule's own `until` in UTC is for the caller to hold, who knows the zone.
 */
export function* occurrences(first: WallMs, rule: Rule, from: WallMs, until: WallMs, effort: Effort): Generator<WallMs> {
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  const last = rule.until && !rule.until.utc ? rule.until.at : Number.POSITIVE_INFINITY;
  if (first >= until || first > last) return;
  left--;
  if (first >= from) yield first;
  for (let turn = firstTurn(first, rule, from); left > 0 && effort.left > 0; turn++) {
    const { begin, end } = periodOf(first, rule, turn);
    if (begin >= until || begin > last) return;
    for (const at of within(first, rule, begin, end, effort)) {
      if (at <= first) continue;
      if (at >= until || at > last || left <= 0) return;
      left--;
      if (at >= from) yield at;
    }
  }
}

/** Where nothing is counted, what is long past need not be gone through. */
function firstTurn(first: WallMs, { every, interval, count }: Rule, from: WallMs): number {
  if (count !== undefined || from <= first) return 0;
  const longest = { DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 }[every] * DAY_MS * interval;
  return Math.max(0, Math.floor((from - first) / longest) - 1);
}

const midnight = (wall: WallMs): WallMs => Math.floor(wall / DAY_MS) * DAY_MS;
const weekdayOf = (day: WallMs): number => new Date(day).getUTCDay();

/** The days of one turn of the rule. */
function periodOf(first: WallMs, { every, interval, weekStart }: Rule, turn: number): { readonly begin: WallMs; readonly end: WallMs } {
  const date = new Date(first);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const steps = turn * interval;
  if (every === 'YEARLY') return { begin: Date.UTC(year + steps, 0), end: Date.UTC(year + steps + 1, 0) };
  if (every === 'MONTHLY') return { begin: Date.UTC(year, month + steps), end: Date.UTC(year, month + steps + 1) };
  const day = midnight(first);
  if (every === 'DAILY') return { begin: day + steps * DAY_MS, end: day + (steps + 1) * DAY_MS };
  const begin = day - ((weekdayOf(day) - weekStart + 7) % 7) * DAY_MS + steps * 7 * DAY_MS;
  return { begin, end: begin + 7 * DAY_MS };
}

/** All times of one turn, in order. */
function within(first: WallMs, rule: Rule, begin: WallMs, end: WallMs, effort: Effort): readonly WallMs[] {
  const times = timesOf(first, rule);
  const all: WallMs[] = [];
  for (let day = begin; day < end && effort.left > 0; day += DAY_MS) {
    effort.left--;
    const next = otherMonth(day, rule);
    // The loop adds the day.
    if (next !== undefined) day = next - DAY_MS;
    else if (isOn(day, first, rule)) for (const time of times) all.push(day + time);
  }
  if (rule.positions.length === 0) return all;
  return all.filter((_, i) => rule.positions.includes(i + 1) || rule.positions.includes(i - all.length));
}

/** The begin of the next month, where the rule has nothing in this one. */
function otherMonth(day: WallMs, { months }: Rule): WallMs | undefined {
  if (months.length === 0) return undefined;
  const date = new Date(day);
  return months.includes(date.getUTCMonth() + 1) ? undefined : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** Times of day, ms since midnight, in order. */
function timesOf(first: WallMs, { hours, minutes, seconds }: Rule): readonly number[] {
  const date = new Date(first);
  const or = (list: readonly number[], own: number): readonly number[] => (list.length > 0 ? [...list].sort((a, b) => a - b) : [own]);
  return or(hours, date.getUTCHours()).flatMap((h) =>
    or(minutes, date.getUTCMinutes()).flatMap((m) => or(seconds, date.getUTCSeconds()).map((s) => ((h * 60 + m) * 60 + s) * 1000)),
  );
}

/** Whether the rule has this day; what it leaves open is as on the first. */
function isOn(day: WallMs, first: WallMs, rule: Rule): boolean {
  const { every, months, monthDays, yearDays, weekNumbers, days } = rule;
  const [date, own] = [new Date(day), new Date(first)];
  if (monthDays.length > 0 && !isCounted(monthDays, date.getUTCDate(), daysOfMonth(date))) return false;
  if (yearDays.length > 0 && !isCounted(yearDays, dayOfYear(date), daysOfYear(date))) return false;
  if (weekNumbers.length > 0 && !isCounted(weekNumbers, weekOf(day, rule.weekStart), weeksOf(date.getUTCFullYear(), rule.weekStart)))
    return false;
  if (days.length > 0) return days.some((one) => isNth(one, date, rule));
  if (every === 'WEEKLY' || weekNumbers.length > 0) return date.getUTCDay() === own.getUTCDay();
  if (every === 'DAILY' || monthDays.length > 0 || yearDays.length > 0) return true;
  const isDay = date.getUTCDate() === own.getUTCDate();
  return isDay && (every === 'MONTHLY' || months.length > 0 || date.getUTCMonth() === own.getUTCMonth());
}

const isCounted = (wanted: readonly number[], number: number, most: number): boolean =>
  wanted.includes(number) || wanted.includes(number - most - 1);
const daysOfMonth = (date: Date): number => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const daysOfYear = (date: Date): number => (Date.UTC(date.getUTCFullYear() + 1, 0) - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS;
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS) + 1;

/** The first week of a year is the first that has four days in it (ISO 8601, for any day that weeks begin with). 0: it is one of the year before. */
function weekOf(day: WallMs, weekStart: number): number {
  const year = new Date(day).getUTCFullYear();
  const week = Math.floor((day - firstWeekOf(year, weekStart)) / (7 * DAY_MS)) + 1;
  return week > weeksOf(year, weekStart) ? 0 : Math.max(0, week);
}

function firstWeekOf(year: number, weekStart: number): WallMs {
  const fourth = Date.UTC(year, 0, 4);
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7) * DAY_MS;
}

const weeksOf = (year: number, weekStart: number): number =>
  Math.round((firstWeekOf(year + 1, weekStart) - firstWeekOf(year, weekStart)) / (7 * DAY_MS));

/** `nth` is of the month, or of the year where no month is named; in a rule by days or weeks it says nothing. */
function isNth({ nth, weekday }: Rule['days'][number], date: Date, { every, months, weekNumbers }: Rule): boolean {
  if (date.getUTCDay() !== weekday) return false;
  if (nth === 0 || every === 'DAILY' || every === 'WEEKLY' || weekNumbers.length > 0) return true;
  const ofYear = every === 'YEARLY' && months.length === 0;
  const [place, most] = ofYear ? [dayOfYear(date), daysOfYear(date)] : [date.getUTCDate(), daysOfMonth(date)];
  return nth > 0 ? Math.ceil(place / 7) === nth : Math.ceil((most - place + 1) / 7) === -nth;
}
