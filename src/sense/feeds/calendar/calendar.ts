import { failed, ok, type PlannedEvent, type Result, type UnixMs } from '../../../domain/index.ts';
import { redact } from '../../redact.ts';
import { UTC, type Zone } from '../wallTime.ts';
import { type Component, componentsOf, type Property, propertyIn, unescaped, valueIn } from './contentLines.ts';
import { type Effort, occurrences, type Rule, ruleOf, wallOfText } from './recurrence.ts';
import { createZones } from './timeZone.ts';

export interface CalendarOptions {
  readonly feed: string;
  /** Events that end before or begin after are passed over. */
  readonly since: UnixMs;
  readonly until: UnixMs;
  /** Of days, and of times that name none. */
  readonly zone: Zone;
  /** Demand in an event of this name as a multiple of what is usual; an event's own `X-PREWARM-FACTOR` has the first word. */
  readonly factors: Readonly<Record<string, number>>;
}

export interface CalendarEvents {
  readonly events: readonly PlannedEvent[];
  /** What was not taken, in a sentence each. */
  readonly problems: readonly string[];
}

/** Days that are looked at for all recurrences of a file: half a second. */
const EFFORT_DAYS = 400_000;
const MOST_EVENTS = 5_000;
const LONGEST_NAME = 200;
const DAY_MS = 86_400_000;

/**
 * The events of a calendar (iCalendar, RFC 5545): VEVENT with DTSTART, DTEND or DURATION, RRULE, RDATE, EXDATE, and single occurrences
 * that were moved (RECURRENCE-ID). Repeated events keep to the wall clock of their zone. Cancelled ones are none.
 */
export function readCalendar(text: string, options: CalendarOptions): Result<CalendarEvents> {
  const calendars = componentsOf(text).filter((c) => c.name === 'VCALENDAR');
  if (calendars.length === 0) return failed('bad-file', 'never', `${options.feed}: this is no calendar (iCalendar). Check its address.`);
  const effort: Effort = { left: EFFORT_DAYS };
  const problems = new Set<string>();
  const events: PlannedEvent[] = [];
  for (const { components } of calendars) {
    const reading: Reading = { ...options, zoneOf: createZones(components, effort), effort, problems };
    const all = components.filter((c) => c.name === 'VEVENT');
    const moved = movedOf(all, reading);
    for (const event of all) if (events.length < MOST_EVENTS) events.push(...plannedOf(event, moved, reading));
  }
  if (events.length >= MOST_EVENTS) problems.add(`There are more than ${MOST_EVENTS} events; the rest was left out.`);
  if (effort.left <= 0) problems.add('The rules by which events repeat are too many, or never come true; some occurrences are left out.');
  const sorted = events.slice(0, MOST_EVENTS).sort((a, b) => a.from - b.from || a.until - b.until);
  return ok({ events: sorted, problems: [...problems] });
}

interface Reading extends CalendarOptions {
  readonly zoneOf: (id: string) => Zone | undefined;
  readonly effort: Effort;
  readonly problems: Set<string>;
}

/** A time of the calendar: its wall clock, and the zone of that. */
interface Moment {
  readonly wall: number;
  readonly zone: Zone;
  readonly day: boolean;
}

function momentsOf(property: Property | undefined, { zone: own, zoneOf, problems }: Reading): readonly Moment[] {
  if (!property) return [];
  const { TZID: id } = property.parameters;
  const named = id === undefined ? own : zoneOf(id);
  if (named === undefined) problems.add(`The time zone ${id?.slice(0, 60)} is not known; its times are taken for those of this place.`);
  return property.value.split(',').flatMap((text) => {
    // Of a period only the begin.
    const value = text.split('/', 1)[0] ?? '';
    const wall = wallOfText(value);
    if (wall === undefined) return [];
    const zone = named ?? own;
    return [value.trim().endsWith('Z') ? { wall, zone: UTC, day: false } : { wall, zone, day: !value.includes('T') }];
  });
}

const unixOf = ({ wall, zone }: Moment): UnixMs => zone.unixOf(wall);

/** By uid: the beginnings that are told of in an event of their own. */
function movedOf(events: readonly Component[], reading: Reading): ReadonlyMap<string, ReadonlySet<UnixMs>> {
  const moved = new Map<string, Set<UnixMs>>();
  for (const event of events) {
    const property = propertyIn(event, 'RECURRENCE-ID');
    const [moment] = momentsOf(property, reading);
    if (!moment) continue;
    if (property?.parameters.RANGE === 'THISANDFUTURE')
      reading.problems.add('An event was changed from one occurrence on (RANGE=THISANDFUTURE); only that one is moved.');
    const uid = valueIn(event, 'UID') ?? '';
    moved.set(uid, (moved.get(uid) ?? new Set()).add(unixOf(moment)));
  }
  return moved;
}

function plannedOf(event: Component, moved: ReadonlyMap<string, ReadonlySet<UnixMs>>, reading: Reading): readonly PlannedEvent[] {
  const [start] = momentsOf(propertyIn(event, 'DTSTART'), reading);
  if (!start || valueIn(event, 'STATUS')?.toUpperCase() === 'CANCELLED') return [];
  const name = nameOf(event);
  const factor = factorOf(event, name, reading);
  const endOf = lengthOf(event, start, reading);
  const isSingle = propertyIn(event, 'RECURRENCE-ID') !== undefined;
  const begins = isSingle ? [start] : beginsOf(event, start, endOf(start) - unixOf(start), reading);
  const gone = isSingle ? new Set<UnixMs>() : new Set([...excludedOf(event, reading), ...(moved.get(valueIn(event, 'UID') ?? '') ?? [])]);
  return begins.flatMap((begin): PlannedEvent[] => {
    const [from, until] = [unixOf(begin), endOf(begin)];
    if (gone.has(from) || until < reading.since || from >= reading.until || until <= from) return [];
    return [{ name, from, until, source: reading.feed, ...(factor === undefined ? {} : { factor }) }];
  });
}

function nameOf(event: Component): string {
  const summary = unescaped(valueIn(event, 'SUMMARY') ?? '').trim();
  return redact(summary.slice(0, LONGEST_NAME)).text || 'event';
}

function factorOf(event: Component, name: string, { factors }: Reading): number | undefined {
  const own = Number(valueIn(event, 'X-PREWARM-FACTOR') ?? Number.NaN);
  const factor = Number.isNaN(own) ? (Object.hasOwn(factors, name) ? factors[name] : undefined) : own;
  return factor !== undefined && Number.isFinite(factor) && factor >= 0 ? factor : undefined;
}

const excludedOf = (event: Component, reading: Reading): readonly UnixMs[] => allMoments(event, 'EXDATE', reading).map(unixOf);
const allMoments = (event: Component, name: string, reading: Reading): readonly Moment[] =>
  event.properties.filter((p) => p.name === name).flatMap((p) => momentsOf(p, reading));

/** From when on it is over, whenever it begins. Days are days of the wall clock, hours are hours. */
function lengthOf(event: Component, start: Moment, reading: Reading): (begin: Moment) => UnixMs {
  const [end] = momentsOf(propertyIn(event, 'DTEND'), reading);
  if (end) {
    if (start.day) return ({ wall, zone }) => zone.unixOf(wall + (end.wall - start.wall));
    return (begin) => unixOf(begin) + (unixOf(end) - unixOf(start));
  }
  const { daysMs, restMs } = durationOf(valueIn(event, 'DURATION')) ?? { daysMs: start.day ? DAY_MS : 0, restMs: 0 };
  return ({ wall, zone }) => zone.unixOf(wall + daysMs) + restMs;
}

function durationOf(text: string | undefined): { readonly daysMs: number; readonly restMs: number } | undefined {
  const [whole, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /^\+?P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/.exec(text?.trim() ?? '') ?? [];
  if (whole === undefined) return undefined;
  return {
    daysMs: (Number(weeks) * 7 + Number(days)) * DAY_MS,
    restMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000,
  };
}

function beginsOf(event: Component, start: Moment, lengthMs: number, reading: Reading): readonly Moment[] {
  const begins = [start, ...allMoments(event, 'RDATE', reading)];
  for (const { value } of event.properties.filter((p) => p.name === 'RRULE')) {
    const rule = ruleOf(value);
    if (rule) begins.push(...repeated(start, rule, lengthMs, reading));
    else reading.problems.add('An event repeats within a day, or by a rule that can’t be read; only its first occurrence is taken.');
  }
  const once = new Map(begins.map((begin) => [unixOf(begin), begin]));
  return [...once.values()];
}

function repeated({ wall, zone, day }: Moment, rule: Rule, lengthMs: number, { since, until, effort }: Reading): readonly Moment[] {
  const last = rule.until?.utc ? rule.until.at : Number.POSITIVE_INFINITY;
  const from = zone.wallOf(since) - lengthMs - DAY_MS;
  const begins: Moment[] = [];
  for (const at of occurrences(wall, rule, from, zone.wallOf(until) + DAY_MS, effort)) {
    if (zone.unixOf(at) > last || begins.length >= MOST_EVENTS) break;
    begins.push({ wall: at, zone, day });
  }
  return begins;
}
