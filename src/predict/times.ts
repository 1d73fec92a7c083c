import type { Distribution } from '../domain/index.ts';

/** A distribution of times is kept as this many equally likely values (the mid-rank quantiles), ascending, ms. */
export const POINTS = 8;
/** Beyond the last value the half step that is left runs out as 1/t, so that late is not never; a second keeps it off 0, ms. */
const TAIL_MS = 1000;

/** The mid-rank quantiles of values weighted by probabilities of any sum, in any order; undefined where nothing has weight. */
export function timesOf(distribution: Distribution): readonly number[] | undefined {
  const sorted = distribution.filter((p) => p.probability > 0).sort((a, b) => a.value - b.value);
  const all = sorted.reduce((sum, p) => sum + p.probability, 0);
  if (all === 0) return undefined;
  const times: number[] = [];
  let sum = 0;
  for (const { value, probability } of sorted) {
    sum += probability / all;
    while (times.length < POINTS && (times.length + 0.5) / POINTS <= sum + 1e-9) times.push(Math.max(0, value));
  }
  return times;
}

/**
 * P(T ≤ t) for the times at `offset`: straight between the values, of which value i stands at (i + ½) / 8; a jump where
 * values are equal.
 */
export function passed(times: Float32Array, offset: number, t: number): number {
  const last = times[offset + POINTS - 1] as number;
  if (t >= last) return 1 - (0.5 / POINTS) * ((last + TAIL_MS) / (t + TAIL_MS));
  let above = 0;
  while ((times[offset + above] as number) <= t) above++;
  const high = times[offset + above] as number;
  if (above === 0) return (0.5 / POINTS) * (t / high);
  const low = times[offset + above - 1] as number;
  return (above - 0.5 + (t - low) / (high - low)) / POINTS;
}

/**
 * P(it comes within `spanMs` from now | it has not come for `waitedMs`), where it comes at all with probability `ever` and
 * then at the times at `offset`.
 */
export function within(ever: number, times: Float32Array, offset: number, waitedMs: number, spanMs: number): number {
  const gone = passed(times, offset, waitedMs);
  const open = ever * (1 - gone) + 1 - ever;
  return open > 0 ? (ever * (passed(times, offset, waitedMs + spanMs) - gone)) / open : 0;
}

/** The smallest t from 0 to `mostMs` at which the rising `share` reaches `q`, to a ten-thousandth or 0.1 ms: by halving log t. */
export function reached(share: (t: number) => number, q: number, mostMs: number): number {
  let low = 0;
  let high = Math.log1p(mostMs);
  if (share(0) >= q) return 0;
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (share(Math.expm1(middle)) >= q) high = middle;
    else low = middle;
  }
  return Math.expm1(high);
}
