import type { Cost, Need } from '../domain/index.ts';

/** What a second is worth against memory: the prices of the expected-value rule (DESIGN §3.4). */
export interface Prices {
  /** Seconds of waiting that one is ready to risk for holding one gigabyte for one second. */
  readonly secondsPerGigabyteSecond: number;
  /** What a start that nobody needed costs in processor, battery and trust, in seconds of waiting. */
  readonly secondsPerWrongStart: number;
}

export const DEFAULT_PRICES: Prices = { secondsPerGigabyteSecond: 0.005, secondsPerWrongStart: 1 };

const GIGABYTE = 2 ** 30;

/**
 * Expected seconds gained by having the resource warm over the horizon: P(use) × cold start − P(no use) × price of a wrong
 * start − memory held × price.
 * Memory is held until the expected use, or for the whole horizon where no use comes.
 */
export function expectedValueS(need: Need, cost: Cost, prices: Prices): number {
  const gainS = need.probability * (cost.coldMs / 1000);
  const heldMs = need.probability * Math.min(need.etaMs, need.horizonMs) + (1 - need.probability) * need.horizonMs;
  const wrongS = (1 - need.probability) * prices.secondsPerWrongStart;
  return gainS - wrongS - (cost.memoryBytes / GIGABYTE) * (heldMs / 1000) * prices.secondsPerGigabyteSecond;
}

/**
 * Holding pays while a use is expected within so many minutes: there, rate × cold start saved equals what holding costs.
 * Warm while rate ≥ 1 / patience is the optimum for given rates.
 */
export function patienceMinutes(cost: Pick<Cost, 'coldMs' | 'memoryBytes'>, prices: Prices): number {
  return cost.coldMs / 1000 / ((cost.memoryBytes / GIGABYTE) * 60 * prices.secondsPerGigabyteSecond);
}
