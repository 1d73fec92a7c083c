/** Where a method works: numbers around 0 of size 1, and the way back. */
export interface Scale {
  readonly scaled: Float64Array;
  readonly back: (value: number) => number;
}

/** Mean 0, standard deviation 1; a constant series becomes zeros. */
export function standardised(values: Float64Array): Scale {
  let sum = 0;
  for (const v of values) sum += v;
  const mean = sum / values.length;
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length) || 1;
  return { scaled: values.map((v) => (v - mean) / deviation), back: (v) => v * deviation + mean };
}

/** The logarithm, so that what grows by shares grows evenly; undefined where a value is not above 0. */
export function logarithmic(values: Float64Array): Scale | undefined {
  for (const v of values) if (v <= 0) return undefined;
  const { scaled, back } = standardised(values.map(Math.log));
  return { scaled, back: (v) => Math.exp(back(v)) };
}

/** How far beyond what was seen a forecast may go, as a share of the range seen. */
const BEYOND = 0.3;

/** What a method has made of a past, held near what was seen: a recursion that runs away says nothing. Never below 0 where nothing was. */
export function held(forecast: Float64Array, past: Float64Array): Float64Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of past) {
    if (v < least) least = v;
    if (v > most) most = v;
  }
  const room = BEYOND * (most - least);
  const floor = least >= 0 ? Math.max(0, least - room) : least - room;
  const last = past[past.length - 1] as number;
  return forecast.map((v) => Math.min(most + room, Math.max(floor, Number.isFinite(v) ? v : last)));
}
