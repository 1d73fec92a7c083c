/** A width that grows with the distance, from what a forecast missed by at earlier origins. */
export interface Widths {
  /** Half the width of the interval at each step of the horizon. */
  readonly half: Float64Array;
}

/** Neighbouring steps of the horizon are taken together, so many on either side. */
const NEIGHBOURS = 6;

/**
 * Split conformal prediction (Vovk et al. 2005; Lei et al. 2018) with the errors of rolling origins as calibration set: errors are divided
 * by their usual size at that distance, and their quantile is taken of all together. Errors of neighbouring steps say the same: what
 * corrects for a small sample counts one for each half season, not each step.
 *
 * @param errors `errors[o][h]`: at origin o, h steps ahead; NaN where nothing is known to hold it against.
 * @param season the shortest, in steps.
 */
export function conformalWidths(errors: readonly Float64Array[], level: number, season: number): Widths {
  const horizon = errors[0]?.length ?? 0;
  const usual = usualErrors(errors, horizon);
  const relative = errors
    .flatMap((e) => Array.from(e, (error, h) => Math.abs(error) / (usual[h] as number)))
    .filter((e) => !Number.isNaN(e))
    .sort((a, b) => a - b);
  const independent = relative.length / Math.max(1, Math.min(season, horizon) / 2);
  const wanted = Math.min(1, level * (1 + 1 / Math.max(1, independent)));
  const quantile = quantileOf(relative, wanted);
  return { half: usual.map((u) => u * quantile) };
}

/** Mean absolute error around each distance; it never falls with the distance. */
function usualErrors(errors: readonly Float64Array[], horizon: number): Float64Array {
  const sums = new Float64Array(horizon);
  const counts = new Float64Array(horizon);
  for (const e of errors)
    for (let h = 0; h < horizon; h++) {
      const error = Math.abs(e[h] as number);
      if (Number.isNaN(error)) continue;
      sums[h] = (sums[h] as number) + error;
      counts[h] = (counts[h] as number) + 1;
    }
  const usual = new Float64Array(horizon);
  let least = Number.MIN_VALUE * 1e9;
  for (let h = 0; h < horizon; h++) {
    let [sum, count] = [0, 0];
    for (let k = Math.max(0, h - NEIGHBOURS); k <= Math.min(horizon - 1, h + NEIGHBOURS); k++) {
      sum += sums[k] as number;
      count += counts[k] as number;
    }
    if (count > 0) least = Math.max(least, sum / count);
    usual[h] = least;
  }
  return usual;
}

function quantileOf(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return 0;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low] as number, sorted[Math.min(sorted.length - 1, low + 1)] as number];
  return a + (b - a) * (at - low);
}
