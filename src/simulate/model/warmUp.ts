const BATCH = 5;

/**
 * The share of a run, 0 to ½, that is not yet the usual state: MSER-5 (White, Cobb and Spratt 2000) over evenly spaced samples, averaged
 * over several replications (Welch). The cut is where the mean of what is left is known best; one past the half would say that the run
 * is too short to tell, and is the half.
 */
export function warmUpShare(replications: readonly Float64Array[]): number {
  const length = Math.min(...replications.map((r) => r.length));
  const batches = Math.floor(length / BATCH);
  if (replications.length === 0 || batches < 4) return 0;
  const means = Array.from({ length: batches }, (_, b) => {
    let sum = 0;
    for (const r of replications) for (let i = b * BATCH; i < (b + 1) * BATCH; i++) sum += r[i] as number;
    return sum / (BATCH * replications.length);
  });
  let [best, cut] = [Number.POSITIVE_INFINITY, 0];
  for (let d = 0; d <= batches / 2; d++) {
    const error = squaredError(means, d);
    if (error < best) [best, cut] = [error, d];
  }
  return cut / batches;
}

/** Squared standard error of the mean of what is left. */
function squaredError(means: readonly number[], from: number): number {
  const n = means.length - from;
  let [sum, squares] = [0, 0];
  for (let i = from; i < means.length; i++) {
    const mean = means[i] as number;
    sum += mean;
    squares += mean * mean;
  }
  return (squares - (sum * sum) / n) / (n * n);
}
