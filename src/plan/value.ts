import type { Cost, Need } from '../domain/index.ts';

/** What a second is worth against memory: the two prices of the expected-value rule (DESIGN §3.4). */
export interface Prices {
  /** Seconds of waiting that one is ready to risk for holding one gigabyte for one second. */
  readonly secondsPerGigabyteSecond: number;
}

export const DEFAULT_PRICES: Prices = { secondsPerGigabyteSecond: 0.005 };

const GIGABYTE = 2 ** 30;

/**
 * Expected seconds gained by having the resource warm over the horizon: P(use) × cold start − memory held × price.
 * Memory is held until the expected use, or for the whole horizon where no use comes.
 */
export function expectedValueS(need: Need, cost: Cost, prices: Prices): number {
  const gainS = need.probability * (cost.coldMs / 1000);
  const heldMs = need.probability * Math.min(need.etaMs, need.horizonMs) + (1 - need.probability) * need.horizonMs;
  return gainS - (cost.memoryBytes / GIGABYTE) * (heldMs / 1000) * prices.secondsPerGigabyteSecond;
}
