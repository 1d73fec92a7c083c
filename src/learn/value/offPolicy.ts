/** What other policies would have earned, from a log of choices that were made by chance. */

/** One choice and what came of it; rewards in seconds. */
export interface Logged {
  readonly context: string;
  readonly arm: number;
  /** The chance that this arm had when it was chosen, above 0. */
  readonly propensity: number;
  readonly rewardS: number;
}

export interface Estimate {
  /** Mean reward a choice, seconds. */
  readonly meanS: number;
  /** Standard error of the mean, seconds. */
  readonly errorS: number;
  /** How many choices the estimate is worth: (Σw)² / Σw². */
  readonly effective: number;
}

/** No choice counts for more than this many. */
const LARGEST_WEIGHT = 20;

/**
 * Self-normalised importance sampling (Swaminathan and Joachims 2015), weights capped: every logged reward counts by how much
 * likelier `policy` (the probability of each arm in a context) had made that choice. Undefined where it never overlaps.
 */
export function offPolicy(log: readonly Logged[], policy: (context: string, arm: number) => number): Estimate | undefined {
  let weights = 0;
  let squares = 0;
  let sum = 0;
  const weighed = log.map(({ context, arm, propensity, rewardS }) => {
    const weight = Math.min(LARGEST_WEIGHT, policy(context, arm) / propensity);
    weights += weight;
    squares += weight * weight;
    sum += weight * rewardS;
    return { weight, rewardS };
  });
  if (weights === 0) return undefined;
  const meanS = sum / weights;
  const variance = weighed.reduce((v, { weight, rewardS }) => v + (weight * (rewardS - meanS)) ** 2, 0) / (weights * weights);
  return { meanS, errorS: Math.sqrt(variance), effective: (weights * weights) / squares };
}
