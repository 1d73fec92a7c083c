import type { ForecastMethod } from './method.ts';
import { held } from './scale.ts';

const SMOOTHING = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

/**
 * The Theta method (Assimakopoulos & Nikolopoulos 2000) in the form of Hyndman & Billah 2003: simple exponential smoothing with half the
 * slope of the linear trend as drift, on the series without its shortest season, which is added again.
 */
export const theta: ForecastMethod = {
  name: 'Theta',
  forecast(past, horizon, seasons) {
    const season = seasons[0] ?? 1;
    if (past.length < Math.max(2 * season, 4)) return undefined;
    const profile = profileOf(past, season);
    const adjusted = past.map((v, t) => v - (profile[t % season] as number));
    const { level, smoothing } = smoothed(adjusted);
    const drift = slopeOf(adjusted) / 2;
    const forecast = new Float64Array(horizon).map(
      (_, h) => level + drift * (h + 1 / smoothing) + (profile[(past.length + h) % season] as number),
    );
    return held(forecast, past);
  },
};

/** Mean difference of each place of the season to the mean of the season around it; they sum to 0. */
function profileOf(values: Float64Array, season: number): Float64Array {
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  let around = 0;
  for (let t = 0; t < season; t++) around += values[t] as number;
  const half = season >> 1;
  for (let t = half; t + season - half < values.length; t++) {
    const place = t % season;
    sums[place] = (sums[place] as number) + (values[t] as number) - around / season;
    counts[place] = (counts[place] as number) + 1;
    around += (values[t + season - half] as number) - (values[t - half] as number);
  }
  const profile = sums.map((sum, i) => sum / Math.max(1, counts[i] as number));
  const mean = profile.reduce((sum, v) => sum + v, 0) / season;
  return profile.map((v) => v - mean);
}

/** The smoothing with the least squared error one step ahead. */
function smoothed(values: Float64Array): { readonly level: number; readonly smoothing: number } {
  let best = { level: 0, smoothing: 1, error: Number.POSITIVE_INFINITY };
  for (const smoothing of SMOOTHING) {
    let level = values[0] as number;
    let error = 0;
    for (const v of values) {
      error += (v - level) ** 2;
      level += smoothing * (v - level);
    }
    if (error < best.error) best = { level, smoothing, error };
  }
  return best;
}

/** Of the least-squares line. */
function slopeOf(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  let [above, below] = [0, 0];
  for (let t = 0; t < values.length; t++) {
    above += (t - middle) * (values[t] as number);
    below += (t - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
