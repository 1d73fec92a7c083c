import type { Ahead, PlannedEvent, UnixMs } from '../domain/index.ts';
import type { Clock } from './clock.ts';
import { type Demand, type DemandChart, type ForecastPoint, volumeOf } from './demandChart.ts';
import { amount, amountEach, isCounted, roughly } from './quantityWords.ts';
import { english, type Translate } from './translate.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const MOST_EVENTS = 3;

/** What a chart shows, in paragraphs: how much and when, whether it can be served, what was not expected, what is planned. */
export function lineWords(demand: Demand, now: UnixMs, ahead: Ahead, clock: Clock, t: Translate = english): readonly string[] {
  const { forecast, events } = demand;
  if (forecast.length === 0) return [];
  const when = aheadWords(ahead, t);
  return [
    isNothing(demand)
      ? t('{0} nothing is expected.', when)
      : [aboutWords(when, demand, forecast, t), ...busyWords(demand, now, clock, t)].join(' '),
    ...capacityWords(demand, now, clock, t),
    ...pastWords(demand, now, clock, t),
    ...eventWords(events, now, clock, t),
  ];
}

/** Less than this in every step is none. */
const NOTHING = 0.05;
const isNothing = ({ quantity, forecast }: Demand): boolean => isCounted(quantity) && forecast.every((p) => p.value < NOTHING);

export function aheadWords(ahead: Ahead, t: Translate = english): string {
  return { hour: t('In the next hour'), day: t('In the next 24 hours'), week: t('In the next week') }[ahead];
}

/**
 * “In the next 24 hours about 42 sessions, between 20 and 70.” What is counted is added up, of anything else the mean is told. Steps are taken to
 * miss by themselves, so that what one has too much another has too little: distances to the bounds are added by their squares.
 */
function aboutWords(when: string, { quantity, subject }: Demand, points: readonly ForecastPoint[], t: Translate): string {
  const by = isCounted(quantity) ? 1 : points.length;
  const value = points.reduce((sum, point) => sum + point.value, 0) / by;
  const away = (of: (point: ForecastPoint) => number): number => Math.sqrt(points.reduce((sum, point) => sum + of(point) ** 2, 0)) / by;
  const [lower, upper] = [value - away((p) => p.value - p.lower), value + away((p) => p.upper - p.value)];
  const least = quantity === 'other' ? lower : Math.max(0, lower);
  return t(
    '{0} about {1}, between {2} and {3}.',
    when,
    amount(value, quantity, subject.kind, t, roughly),
    roughly(least, quantity),
    roughly(upper, quantity),
  );
}

/** The stretch in which most of it falls, and its top; nothing where it is about the same throughout. */
function busyWords(chart: Demand, now: UnixMs, clock: Clock, t: Translate): readonly string[] {
  const { forecast, stepMs, quantity, subject } = chart;
  const peak = peakOf(forecast);
  const mean = forecast.reduce((sum, p) => sum + p.value, 0) / forecast.length;
  if (forecast.length < 2 || peak.value < 1.2 * mean) return [];
  const stretch = stretchAround(peak, forecast, clock);
  const words = whenWords(peak.at, stepMs, now, clock, t);
  const most = amount(peak.value, quantity, subject.kind, t, roughly);
  return [
    ...(stretch.length > 1 && stretch.length < forecast.length
      ? [aboutWords(stretchWords(stretch, stepMs, now, clock, t), chart, stretch, t)]
      : []),
    topWords(isCounted(quantity) ? stepMs : 0, words, most, t),
  ];
}

/** Only what is counted makes an hour or a day busy. */
function topWords(busyStepMs: number, when: string, most: string, t: Translate): string {
  if (busyStepMs === HOUR_MS) return t('The busiest hour is {0}, with about {1}.', when, most);
  if (busyStepMs === DAY_MS) return t('The busiest day is {0}, with about {1}.', when, most);
  return t('It is most {0}: about {1}.', when, most);
}

const peakOf = (points: readonly ForecastPoint[]): ForecastPoint => points.reduce((top, p) => (p.value > top.value ? p : top));

/** The steps around the peak with at least half as much, of the same day. */
function stretchAround(peak: ForecastPoint, points: readonly ForecastPoint[], clock: Clock): readonly ForecastPoint[] {
  const day = (p: ForecastPoint): number => Math.floor(clock.wall(p.at) / DAY_MS);
  const fits = (p: ForecastPoint | undefined): boolean => p !== undefined && p.value >= peak.value / 2 && day(p) === day(peak);
  let first = points.indexOf(peak);
  let last = first;
  while (fits(points[first - 1])) first--;
  while (fits(points[last + 1])) last++;
  return points.slice(first, last + 1);
}

/** “Tomorrow between 09:00 and 12:00” */
function stretchWords(stretch: readonly ForecastPoint[], stepMs: number, now: UnixMs, clock: Clock, t: Translate): string {
  const [first, last] = [stretch[0] as ForecastPoint, stretch.at(-1) as ForecastPoint];
  const words = t('{0} between {1} and {2}', clock.dayFrom(now, first.at, t), clock.time(first.at), clock.time(last.at + stepMs));
  return capital(words);
}

/** `tomorrow 10:00`; of whole days without the time. */
export function whenWords(at: UnixMs, stepMs: number, now: UnixMs, clock: Clock, t: Translate = english): string {
  const day = clock.dayFrom(now, at, t);
  return stepMs >= DAY_MS ? day : `${day} ${clock.time(at)}`;
}

/** By what is expected, or only by what may be. */
export function overload({
  forecast,
  capacity,
}: Pick<Demand, 'forecast' | 'capacity'>): { readonly at: UnixMs; readonly how: 'will' | 'may' } | undefined {
  if (capacity === undefined) return undefined;
  const will = forecast.find((p) => p.value > capacity);
  if (will) return { at: will.at, how: 'will' };
  const may = forecast.find((p) => p.upper > capacity);
  return may && { at: may.at, how: 'may' };
}

function capacityWords(chart: Demand, now: UnixMs, clock: Clock, t: Translate): readonly string[] {
  const { capacity, stepMs } = chart;
  if (capacity === undefined) return [];
  const most = amountEach(capacity, chart, t);
  const over = overload(chart);
  if (!over) return [t('It stays below what can be served, which is {0}.', most)];
  const when = capital(whenWords(over.at, stepMs, now, clock, t));
  return [
    over.how === 'will'
      ? t('{0} more is expected than can be served, which is {1}.', when, most)
      : t('{0} it may become more than can be served, which is {1}.', when, most),
  ];
}

function pastWords({ anomalies, stepMs }: Demand, now: UnixMs, clock: Clock, t: Translate): readonly string[] {
  const last = anomalies.at(-1);
  if (!last) return [];
  const when = whenWords(last.at, stepMs, now, clock, t);
  return [
    anomalies.length === 1
      ? t('One value was not expected, {0}: {1}', when, ended(last.because))
      : t('{0} values were not expected, the last {1}: {2}', anomalies.length, when, ended(last.because)),
  ];
}

/** Of what is under way or to come, the first. */
function eventWords(events: readonly PlannedEvent[], now: UnixMs, clock: Clock, t: Translate): readonly string[] {
  const coming = events.filter((event) => event.until > now).slice(0, MOST_EVENTS);
  if (coming.length === 0) return [];
  return [t('Planned: {0}.', coming.map((event) => eventName(event, now, clock, t)).join('; '))];
}

/** `Release, tomorrow 09:00` */
export const eventName = ({ name, from }: PlannedEvent, now: UnixMs, clock: Clock, t: Translate = english): string =>
  `${name}, ${whenWords(from, 0, now, clock, t)}`;

/** What is worth knowing before anything else: what cannot be served, or when it is busiest. */
export function headlineOf(charts: readonly DemandChart[], now: UnixMs, ahead: Ahead, clock: Clock, t: Translate = english): string {
  const over = charts
    .flatMap((chart) => {
      const found = overload(chart);
      return found ? [{ ...found, chart }] : [];
    })
    .sort((a, b) => Number(a.how === 'may') - Number(b.how === 'may') || a.at - b.at)[0];
  if (over) {
    const when = whenWords(over.at, over.chart.stepMs, now, clock, t);
    const { name } = over.chart.subject;
    return over.how === 'will'
      ? t('{0}, {1}: more is expected than can be served.', name, when)
      : t('{0}, {1}: it may become more than can be served.', name, when);
  }
  const most = mostNeeded(charts);
  const when = aheadWords(ahead, t);
  if (!most) return charts.length > 0 ? t('{0} so much is foreseen:', when) : t('{0} nothing can be foreseen yet.', when);
  const { quantity, subject, forecast } = most;
  if (isNothing(most)) return t('{0} nothing is expected.', when);
  return t('{0} most is expected of {1}: about {2}.', when, subject.name, amount(volumeOf(forecast), quantity, subject.kind, t, roughly));
}

/** Of what is counted, the persona before all else: sessions and uses do not compare. */
const mostNeeded = (charts: readonly DemandChart[]): DemandChart | undefined =>
  charts
    .filter((c) => isCounted(c.quantity))
    .sort(
      (a, b) => Number(b.subject.kind === 'persona') - Number(a.subject.kind === 'persona') || volumeOf(b.forecast) - volumeOf(a.forecast),
    )[0];

const ended = (words: string): string => (/[.!?…]$/.test(words) ? words : `${words}.`);
const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
