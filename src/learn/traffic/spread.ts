import type { Distribution } from '../../domain/index.ts';

/** As many different values are kept as they are. */
const MOST_VALUES = 13;
/** Narrow bins around the quantiles that people ask for (10, 50, 90, 95 and 99 %), wide ones between. */
const EDGES = [0, 0.09, 0.11, 0.3, 0.48, 0.52, 0.7, 0.895, 0.905, 0.945, 0.955, 0.9875, 0.9925, 1] as const;

/**
 * A sample as a distribution that keeps its mean, however long its tail: each bin stands for its share with the mean of what is in
 * it, so that sums (bytes, load) can be made of it again; quantiles of it are near those of the sample. Each value counts by
 * its weight. Empty where the sample is.
 */
export function spreadOf(values: readonly number[], weights?: readonly number[]): Distribution {
  const sample = values.map((value, i) => ({ value, weight: weights?.[i] ?? 1 })).filter(({ weight }) => weight > 0);
  sample.sort((a, b) => a.value - b.value);
  const total = sample.reduce((sum, { weight }) => sum + weight, 0);
  const different = new Map<number, number>();
  for (const { value, weight } of sample) different.set(value, (different.get(value) ?? 0) + weight);
  if (different.size <= MOST_VALUES) return [...different].map(([value, weight]) => ({ value, probability: weight / total }));
  return binned(sample, total);
}

/** A value at an edge is in both bins, in each with its part. */
function binned(sorted: readonly { readonly value: number; readonly weight: number }[], total: number): Distribution {
  const bins = EDGES.slice(1).map(() => ({ sum: 0, share: 0 }));
  let [bin, done] = [0, 0];
  for (const { value, weight } of sorted) {
    for (let left = weight / total; left > 1e-15; ) {
      const room = bin === bins.length - 1 ? left : Math.max(0, (EDGES[bin + 1] as number) - done);
      const part = Math.min(left, room);
      const own = bins[bin] as { sum: number; share: number };
      own.sum += part * value;
      own.share += part;
      done += part;
      left -= part;
      if (part === room && bin < bins.length - 1) bin++;
    }
  }
  const merged = new Map<number, number>();
  for (const { sum, share } of bins) if (share > 0) merged.set(sum / share, (merged.get(sum / share) ?? 0) + share);
  return [...merged].map(([value, probability]) => ({ value, probability }));
}
