/** How a forecast did against what came. Lower is better in all but `coverage`, which should be the level of the interval. */
export interface ForecastScores {
  /** Percent, 0–200. */
  readonly smape: number;
  /** In mean absolute errors of the seasonal naive method within the past. */
  readonly mase: number;
  /** Half the sum of both, each divided by what Naive 2 reached in the hourly M4 competition. */
  readonly owa: number;
}

export interface IntervalScores {
  /** Share of what came that lay within the interval, 0–1. */
  readonly coverage: number;
  /** Mean scaled interval score (Gneiting & Raftery 2007, scaled as in M4): width, and 2/α times what lies outside. */
  readonly msis: number;
}

const NAIVE_2 = { smape: 18.383, mase: 2.395 };

/** Of the point forecasts, by the protocol of the M4 competition (Makridakis, Spiliotis & Assimakopoulos 2020). */
export function pointScores(actual: Float64Array, point: Float64Array, scale: number): ForecastScores {
  let [relative, absolute] = [0, 0];
  actual.forEach((y, h) => {
    const f = point[h] as number;
    const size = Math.abs(y) + Math.abs(f);
    relative += size === 0 ? 0 : (200 * Math.abs(y - f)) / size;
    absolute += Math.abs(y - f);
  });
  return withOwa(relative / actual.length, absolute / actual.length / scale);
}

export function intervalScores(
  actual: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  level: number,
  scale: number,
): IntervalScores {
  const penalty = 2 / (1 - level);
  let [within, score] = [0, 0];
  actual.forEach((y, h) => {
    const [from, to] = [lower[h] as number, upper[h] as number];
    if (y >= from && y <= to) within++;
    score += to - from + penalty * (Math.max(0, from - y) + Math.max(0, y - to));
  });
  return { coverage: within / actual.length, msis: score / actual.length / scale };
}

/** Mean absolute difference of values one season apart: what MASE and MSIS are measured in. 0 where the past repeats itself. */
export function seasonalScale(past: Float64Array, season: number): number {
  let sum = 0;
  for (let t = season; t < past.length; t++) sum += Math.abs((past[t] as number) - (past[t - season] as number));
  return sum / Math.max(1, past.length - season);
}

export const withOwa = (smape: number, mase: number): ForecastScores => ({
  smape,
  mase,
  owa: (smape / NAIVE_2.smape + mase / NAIVE_2.mase) / 2,
});
