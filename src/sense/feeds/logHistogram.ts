/** Each bucket is 2 % wider than the one below, so a quantile is told within 1 % (DDSketch; Masson, Rim and Lee, VLDB 2019). */
const GROWTH = Math.log(1.02);

/** Quantiles of positive numbers in little memory. */
export function createLogHistogram() {
  const buckets = new Map<number, number>();
  let count = 0;
  return {
    add(value: number): void {
      const bucket = value > 0 ? Math.ceil(Math.log(value) / GROWTH) : Number.NEGATIVE_INFINITY;
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count++;
    },
    /** NaN where nothing was added. */
    quantile(q: number): number {
      let left = Math.max(1, Math.ceil(q * count));
      for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
        left -= buckets.get(bucket) as number;
        if (left <= 0) return bucket === Number.NEGATIVE_INFINITY ? 0 : Math.exp((bucket - 0.5) * GROWTH);
      }
      return Number.NaN;
    },
  };
}
