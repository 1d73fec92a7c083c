import type { ForecastMethod } from './method.ts';

/** Forecasts of the past itself, from `origins` (numbers of steps known then) on: what each method would have said. */
export interface RollingOrigin {
  readonly origins: readonly number[];
  /** `forecasts[m][o]`: method m from origin o, as long as the horizon, which may reach beyond what is known. */
  readonly forecasts: readonly (readonly Float64Array[])[];
}

export interface Blend {
  readonly methods: readonly ForecastMethod[];
  /** Of each method; sum 1. */
  readonly weights: readonly number[];
  readonly rolling: RollingOrigin;
}

const MOST_ORIGINS = 6;
/** The past left to the first origin, as a share. */
const KEPT = 0.5;
/** Weights go with the error to the power of minus this. */
const SHARPNESS = 2;

/**
 * Weighs the methods by their mean absolute error from rolling origins within `past` (Tashman 2000). Undefined where the past is too
 * short to try anything on it.
 */
export function blendFor(
  past: Float64Array,
  horizon: number,
  seasons: readonly number[],
  methods: readonly ForecastMethod[],
): Blend | undefined {
  const origins = originsOf(past.length, horizon, seasons[0] ?? 1);
  const tried = methods.flatMap((method) => {
    const forecasts = origins.map((origin) => method.forecast(past.subarray(0, origin), horizon, seasons));
    return forecasts.length > 0 && forecasts.every((f) => f !== undefined) ? [{ method, forecasts: forecasts as Float64Array[] }] : [];
  });
  if (tried.length === 0) return undefined;
  const errors = tried.map(({ forecasts }) => mean(forecasts.map((f, o) => errorOf(f, past.subarray(origins[o])))));
  const least = Math.min(...errors);
  // Relative to the best, so that an error of 0 stays a number.
  const shares = errors.map((error) => ((least + 1e-9) / (error + 1e-9)) ** SHARPNESS);
  const sum = shares.reduce((a, b) => a + b, 0);
  return {
    methods: tried.map((t) => t.method),
    weights: shares.map((share) => share / sum),
    rolling: { origins, forecasts: tried.map((t) => t.forecasts) },
  };
}

/** Step by step the weighted median of the methods: one that has run away moves nothing. */
export function blended(forecasts: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const horizon = forecasts[0]?.length ?? 0;
  const order = forecasts.map((_, m) => m);
  return new Float64Array(horizon).map((_, h) => {
    const at = (m: number): number => (forecasts[m] as Float64Array)[h] as number;
    order.sort((a, b) => at(a) - at(b));
    return middle(order, at, weights);
  });
}

/** Between the two neighbours of the half, in proportion: continuous in the weights. */
function middle(order: readonly number[], at: (m: number) => number, weights: readonly number[]): number {
  let below = 0;
  let previous: { readonly centre: number; readonly value: number } | undefined;
  for (const m of order) {
    const weight = weights[m] as number;
    const centre = below + weight / 2;
    const value = at(m);
    if (centre >= 0.5)
      return previous ? previous.value + ((value - previous.value) * (0.5 - previous.centre)) / (centre - previous.centre) : value;
    previous = { centre, value };
    below += weight;
  }
  return previous?.value ?? Number.NaN;
}

/** Ascending. The last has the whole horizon to be held against; all together they see the season round, however short the horizon. */
function originsOf(length: number, horizon: number, season: number): readonly number[] {
  const between = Math.max(1, Math.floor(horizon / 2), Math.ceil(season / MOST_ORIGINS));
  const origins: number[] = [];
  for (let origin = length - horizon; origins.length < MOST_ORIGINS && origin >= length * KEPT; origin -= between) origins.unshift(origin);
  return origins;
}

function errorOf(forecast: Float64Array, actual: Float64Array): number {
  const steps = Math.min(forecast.length, actual.length);
  let sum = 0;
  for (let h = 0; h < steps; h++) sum += Math.abs((forecast[h] as number) - (actual[h] as number));
  return sum / steps;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
