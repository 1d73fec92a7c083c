import type { Estimate } from '../../simulate/result/estimate.ts';
import type { Interval } from '../../simulate/result/result.ts';

type Words = (value: number | null) => string;

/** `6.2 ms (6.1 ms – 6.3 ms)`: a figure and its 95 % interval. */
export const within = (value: number | null, interval: Interval, words: Words): string =>
  isKnown(interval) ? `${words(value)} (${between(interval, words)})` : words(value);
/** `6.2 ms ± 0.1 ms`: the same, where there is less room. */
export const spread = ({ value, low, high }: Estimate, words: Words): string =>
  isKnown([low, high]) ? `${words(value)} ± ${words((high - low) / 2)}` : words(value);

/** Of one replication, and of what never varied, there is no interval to tell. */
export const isKnown = ([low, high]: Interval): boolean => low !== null && high !== null && low !== high;
/** What is measured is never below nothing, even where the interval of few replications is. */
export const between = ([low, high]: Interval, words: Words): string => `${words(low === null ? null : Math.max(0, low))} – ${words(high)}`;
