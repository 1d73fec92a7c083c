import type { PlannedEvent, Series, SeriesForecast } from '../../domain/index.ts';
import { autoregressions } from './autoregression.ts';
import { type Blend, blended, blendFor } from './blend.ts';
import { echoState } from './echoState.ts';
import { filled } from './fill.ts';
import { conformalWidths } from './intervals.ts';
import type { ForecastMethod } from './method.ts';
import { factorsOf, learntFactors, withoutEvents } from './plannedEvents.ts';
import { seasonalNaive } from './seasonalNaive.ts';
import { theta } from './theta.ts';
import { type OffsetAt, onWallClock } from './wallClock.ts';

/** Those that need nothing but this room; the host adds what must be loaded first. */
export const METHODS: readonly ForecastMethod[] = [seasonalNaive(0), seasonalNaive(1), theta, ...autoregressions, echoState];

export interface ForecastOptions {
  /** Steps. */
  readonly horizon: number;
  /** Of the interval; 0.95 unless told. */
  readonly level?: number;
  /** In steps, ascending; unless told, the day and the week as far as the past holds them twice. */
  readonly seasons?: readonly number[];
  /** Unless told, `METHODS`. */
  readonly methods?: readonly ForecastMethod[];
  /** Past ones teach what they do; coming ones move the forecast. */
  readonly events?: readonly PlannedEvent[];
  /** People keep to the wall clock; unless told, UTC. */
  readonly offsetAt?: OffsetAt;
}

const DAY_MS = 86_400_000;
const DAYS_OF_WEEK = 7;
const PERIODS = 2;
/** Known values without which nothing is said. */
const LEAST = 12;
/** At most this share of the past may be gaps. */
const MOST_GAPS = 0.5;
/** Of a past of many years or very short steps, what is looked at. */
const LONGEST = 4096;

/** A forecast, and what each method of the pool said alone. */
export interface Foreseen {
  readonly forecast: SeriesForecast;
  readonly alone: readonly { readonly name: string; readonly weight: number; readonly point: Float64Array }[];
}

/**
 * What is expected of a series, with an interval that should hold `level` of what comes: several methods, weighed by how well each foresaw
 * the past of this very series from rolling origins, and blended. Undefined, that is nothing is said, where the past is too short (twice
 * the horizon, 12 values) or is mostly gaps.
 */
export function forecastSeries(series: Series, options: ForecastOptions): Foreseen | undefined {
  const { horizon, level = 0.95, methods = METHODS, events = [], offsetAt } = options;
  const { startAt, stepMs, values } = begun(series);
  const endAt = startAt + values.length * stepMs;
  const lived = (s: Series): Series => (offsetAt ? onWallClock(s, offsetAt) : s);
  const seasons = options.seasons?.filter((s) => values.length >= PERIODS * s) ?? seasonsOf(stepMs, values.length);
  const quiet = lived(withoutEvents({ ...series, startAt, values }, events)).values;
  if (!isEnough(quiet)) return undefined;
  const past = filled(quiet, seasons);
  // By the wall clock the horizon may be an hour longer.
  const steps = offsetAt ? Array.from({ length: horizon }, (_, h) => wallStep(offsetAt, endAt, stepMs, h)) : undefined;
  const reach = steps ? Math.max(horizon, ...steps.map((s) => s + 1)) : horizon;
  const blend = blendFor(past, reach, seasons, methods);
  if (!blend) return undefined;
  const made = blend.methods.map((m) => m.forecast(past, reach, seasons) ?? new Float64Array(reach).fill(past[past.length - 1] as number));
  const expected = blended(made, blend.weights);
  const { half } = conformalWidths(errorsOf(blend, past, quiet), level, seasons[0] ?? reach);
  const factors = factorsOf(events, learntFactors({ ...series, startAt, values }, events, seasons), endAt, stepMs, horizon);
  const floor = values.some((v) => v < 0) ? Number.NEGATIVE_INFINITY : 0;
  // What rounding leaves of nothing is nothing.
  const least = 1e-9 * values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);
  const at = (h: number, sign: number): number => {
    const step = steps?.[h] ?? h;
    const value = Math.max(floor, (expected[step] as number) + sign * (half[step] as number)) * (factors[h] as number);
    return Math.abs(value) < least ? 0 : value;
  };
  const drawn = (sign: number): Float64Array => Float64Array.from({ length: horizon }, (_, h) => at(h, sign));
  const alone = blend.methods.map(({ name }, m) => ({
    name,
    weight: blend.weights[m] as number,
    point: (made[m] as Float64Array).slice(0, horizon),
  }));
  return {
    forecast: { startAt: endAt, stepMs, point: drawn(0), lower: drawn(-1), upper: drawn(1), level, model: described(blend) },
    alone,
  };
}

/** The day and the week in steps, as far as the past holds them twice. */
export function seasonsOf(stepMs: number, length: number): readonly number[] {
  const day = DAY_MS / stepMs;
  return [day, DAYS_OF_WEEK * day].filter((s) => Number.isInteger(s) && s >= 2 && length >= PERIODS * s);
}

/** From its first value that is known on, and no longer than is of use. */
function begun(series: Series): Series {
  const first = series.values.findIndex((v) => !Number.isNaN(v));
  const from = Math.max(first < 0 ? series.values.length : first, series.values.length - LONGEST);
  return { ...series, startAt: series.startAt + from * series.stepMs, values: series.values.subarray(from) };
}

function isEnough(values: Float64Array): boolean {
  let known = 0;
  for (const v of values) if (!Number.isNaN(v)) known++;
  return known >= LEAST && known >= values.length * (1 - MOST_GAPS);
}

const wallStep = (offsetAt: OffsetAt, endAt: number, stepMs: number, h: number): number =>
  Math.max(0, Math.round((h * stepMs + offsetAt(endAt + h * stepMs) - offsetAt(endAt - stepMs)) / stepMs));

/** Of the blend at each origin; what was a gap is held against nothing. */
function errorsOf({ weights, rolling }: Blend, past: Float64Array, known: Float64Array): readonly Float64Array[] {
  return rolling.origins.map((origin, o) => {
    const said = blended(
      rolling.forecasts.map((f) => f[o] as Float64Array),
      weights,
    );
    return said.map((v, h) => (Number.isNaN(known[origin + h] ?? Number.NaN) ? Number.NaN : (past[origin + h] as number) - v));
  });
}

/** Such as “autoregression 41 %, seasonal naive 33 %, …”: what has a tenth of the say at least. */
function described({ methods, weights }: Blend): string {
  return methods
    .map((m, i) => ({ name: m.name, percent: Math.round((weights[i] as number) * 100) }))
    .filter((m) => m.percent >= 10)
    .sort((a, b) => b.percent - a.percent)
    .map((m) => `${m.name} ${m.percent} %`)
    .join(', ');
}
