/** Validated quantities with their unit in the name. Constructors are total: they say what is wrong instead of throwing. */

/** Milliseconds since 1970-01-01T00:00Z, an integer. */
export type UnixMs = number & { readonly __unit?: 'ms since epoch' };

/** A probability, 0 to 1. */
export type Probability = number & { readonly __unit?: 'probability' };

export function isUnixMs(value: unknown): value is UnixMs {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 8.64e15;
}

/** Nearest probability; what is not a number becomes 0. */
export function probability(value: number): Probability {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}

/** A discrete distribution as in the persona document: the probabilities sum to 1 (±1e-6). Values bear the unit of the field. */
export type Distribution = readonly { readonly value: number; readonly probability: Probability }[];

/** The smallest value whose cumulative probability reaches `q`; undefined for an empty distribution. */
export function quantile(distribution: Distribution, q: Probability): number | undefined {
  const sorted = [...distribution].sort((a, b) => a.value - b.value);
  let sum = 0;
  for (const point of sorted) {
    sum += point.probability;
    if (sum >= q - 1e-9) return point.value;
  }
  return sorted.at(-1)?.value;
}

export function mean(distribution: Distribution): number | undefined {
  if (distribution.length === 0) return undefined;
  return distribution.reduce((sum, p) => sum + p.value * p.probability, 0);
}

/**
 * At most `points` equally likely quantiles of a sample (unit of the sample kept), merged where equal.
 * Plain mid-rank quantiles: no shape is assumed.
 */
export function distributionOf(sample: readonly number[], points = 8): Distribution {
  const sorted = sample.filter(Number.isFinite).sort((a, b) => a - b);
  const n = Math.min(points, sorted.length);
  const merged = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const value = sorted[Math.floor(((i + 0.5) / n) * sorted.length)] as number;
    merged.set(value, (merged.get(value) ?? 0) + 1 / n);
  }
  return [...merged].map(([value, p]) => ({ value, probability: p }));
}
