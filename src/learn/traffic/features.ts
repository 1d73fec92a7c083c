import type { Requests } from './requests.ts';
import type { Cell, Windows } from './windows.ts';

/** What tells uses of resources apart: how often, how much, how often in vain, how long. */
export const FEATURES = ['rate', 'size', 'errors', 'latency'] as const;
export type Feature = (typeof FEATURES)[number];

/** Cells as points: `points[i]` are the values of cell *i* in the order of `names`, standardised. */
export interface Features {
  /** Only those that differ at all, and that most cells tell of. */
  readonly names: readonly Feature[];
  readonly points: readonly number[][];
}

/** What lies farther out (in standard deviations) is no farther away: else a single giant is a cluster. */
const FARTHEST = 4;
/** A feature that fewer cells tell of is left out. */
const LEAST_KNOWN = 0.5;

/**
 * Rates, sizes and times by their logarithm, since they range over orders of magnitude, and robustly standardised: median and
 * interquartile range (as a standard deviation of a normal distribution has it) instead of mean and standard deviation, which a
 * few outliers move; where half of all are alike, the standard deviation all the same. Errors are a share, which has a
 * scale of its own: all failing is as far from none as a value can be.
 */
export function featuresOf(requests: Requests, cells: readonly Cell[], { windowMs }: Windows): Features {
  const raw: Record<Feature, readonly number[]> = {
    rate: cells.map((cell) => Math.log10((cell.requests.length * 1000) / windowMs)),
    size: cells.map((cell) => logMean(cell, requests.bytes)),
    errors: cells.map((cell) => FARTHEST * meanOf(cell, requests.failed)),
    latency: cells.map((cell) => logMean(cell, requests.latencyMs)),
  };
  const scaled = FEATURES.flatMap((name) => {
    const values = name === 'errors' ? asTheyAre(raw[name]) : standardised(raw[name]);
    return values ? [{ name, values }] : [];
  });
  return {
    names: scaled.map(({ name }) => name),
    points: cells.map((_, i) => scaled.map(({ values }) => values[i] as number)),
  };
}

const logMean = (cell: Cell, column: readonly number[]): number => Math.log10(1 + meanOf(cell, column));

/** Of what is known of it; NaN where nothing is. */
function meanOf({ requests }: Cell, column: readonly number[]): number {
  let [sum, known] = [0, 0];
  for (const i of requests) {
    const value = column[i] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    known++;
  }
  return sum / known;
}

/** Undefined where it tells nothing apart. A cell that does not tell of it is taken for a usual one. */
function standardised(values: readonly number[]): readonly number[] | undefined {
  const known = knownOf(values);
  const at = (share: number): number => known[Math.floor(share * (known.length - 1))] as number;
  const spread = (at(0.75) - at(0.25)) / 1.349 || deviation(known);
  if (!isTold(values, known) || !(spread > 1e-9)) return undefined;
  const middle = at(0.5);
  return values.map((v) => (Number.isNaN(v) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, (v - middle) / spread))));
}

function asTheyAre(values: readonly number[]): readonly number[] | undefined {
  const known = knownOf(values);
  return isTold(values, known) && known.at(-1) !== known[0] ? values.map((v) => (Number.isNaN(v) ? 0 : v)) : undefined;
}

/** In rising order. */
const knownOf = (values: readonly number[]): readonly number[] => values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);

const isTold = (values: readonly number[], known: readonly number[]): boolean =>
  known.length > 0 && known.length >= LEAST_KNOWN * values.length;

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}
