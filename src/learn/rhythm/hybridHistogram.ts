/** The hybrid histogram of Shahrad et al. (USENIX ATC 2020): how long after a use it is worth being warm. */

const BINS = 240;
const MINUTE = 60_000;
const HEAD = { share: 0.05, margin: 0.9 };
const TAIL = { share: 0.99, margin: 1.1 };
const MOST_OUTSIDE = 0.5;
const LEAST_VARIATION = 2;

/** Warm from so long after a use to so long after it, ms. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface HybridHistogram {
  observe(gapMs: number): void;
  window(): Window;
}

/** Gaps in bins of a minute; where they tell nothing (too few, too long, too even) it is warm for as long as the bins reach. */
export function createHybridHistogram(): HybridHistogram {
  const bins = new Float64Array(BINS);
  let inside = 0;
  let outside = 0;
  return {
    observe(gapMs) {
      const bin = Math.floor(gapMs / MINUTE);
      if (bin >= BINS) outside++;
      else {
        bins[bin] = (bins[bin] as number) + 1;
        inside++;
      }
    },
    window() {
      if (inside === 0 || outside / (inside + outside) > MOST_OUTSIDE || variation(bins, inside) <= LEAST_VARIATION)
        return { fromMs: 0, toMs: BINS * MINUTE };
      return {
        fromMs: reached(bins, inside * HEAD.share) * HEAD.margin * MINUTE,
        toMs: (1 + reached(bins, inside * TAIL.share)) * TAIL.margin * MINUTE,
      };
    },
  };
}

/** The first bin at which so many are reached. */
function reached(bins: Float64Array, count: number): number {
  let sum = 0;
  for (let bin = 0; bin < bins.length; bin++) {
    sum += bins[bin] as number;
    if (sum >= count) return bin;
  }
  return bins.length - 1;
}

/** Coefficient of variation of the bin counts. */
function variation(bins: Float64Array, total: number): number {
  const mean = total / bins.length;
  let squares = 0;
  for (const count of bins) squares += (count - mean) ** 2;
  return Math.sqrt(squares / bins.length) / mean;
}
