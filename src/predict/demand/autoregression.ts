import type { ForecastMethod } from './method.ts';
import { ridge } from './ridge.ts';
import { held, logarithmic, type Scale, standardised } from './scale.ts';

/** Of the standardised values; small, it only keeps neighbours that say the same from cancelling each other. */
const PENALTY = 0.1;
/** Rows for each coefficient, at least. */
const ROWS_PER_COEFFICIENT = 3;
/** The past just before, at most so far back. */
const RECENT = 26;

/**
 * Linear autoregression on the steps just before and on those around one and two seasons ago (a seasonal ARIMA’s autoregressive part,
 * Box & Jenkins 1970, fitted by ridge regression), its own forecasts fed back step by step.
 */
export function autoregression(name: string, scaleOf: (past: Float64Array) => Scale | undefined, recent = RECENT): ForecastMethod {
  return {
    name,
    forecast(past, horizon, seasons) {
      const lags = lagsOf(seasons, past.length, recent);
      if (lags.length === 0) return undefined;
      const scale = scaleOf(past);
      if (!scale) return undefined;
      return held(continued(scale.scaled, lags, horizon).map(scale.back), past);
    },
  };
}

export const autoregressions: readonly ForecastMethod[] = [
  autoregression('autoregression', standardised),
  autoregression('autoregression of logarithms', logarithmic),
  autoregression('sparse autoregression of logarithms', logarithmic, 3),
];

/** Ascending; only what the past is long enough for. */
function lagsOf(seasons: readonly number[], length: number, recent: number): readonly number[] {
  const [first] = seasons;
  const lags = new Set<number>();
  for (let lag = 1; lag <= Math.min(recent, first ? first + 2 : 12); lag++) lags.add(lag);
  const around = (at: number): void => void [at - 1, at, at + 1].forEach((lag) => void (lag > 0 && lags.add(lag)));
  if (first) around(2 * first);
  // Between the seasons of a day and of a week stand whole days.
  const [, second] = seasons;
  if (first && second && recent < first) for (let lag = 3 * first; lag < second; lag += first) lags.add(lag);
  seasons.forEach(around);
  const fits = (count: number, lag: number): boolean => length - lag >= ROWS_PER_COEFFICIENT * (count + 1);
  const sorted = [...lags].sort((a, b) => a - b);
  return sorted.filter((lag, i) => fits(i + 1, lag));
}

function continued(values: Float64Array, lags: readonly number[], horizon: number): Float64Array {
  const longest = lags[lags.length - 1] as number;
  const width = lags.length + 1;
  const rows = new Float64Array((values.length - longest) * width);
  for (let t = longest, at = 0; t < values.length; t++) {
    for (const lag of lags) rows[at++] = values[t - lag] as number;
    rows[at++] = 1;
  }
  const coefficients = ridge(rows, width, values.subarray(longest), PENALTY);
  const all = new Float64Array(values.length + horizon);
  all.set(values);
  for (let t = values.length; t < all.length; t++) {
    let sum = coefficients[width - 1] as number;
    for (let i = 0; i < lags.length; i++) sum += (coefficients[i] as number) * (all[t - (lags[i] as number)] as number);
    all[t] = sum;
  }
  return all.subarray(values.length);
}
