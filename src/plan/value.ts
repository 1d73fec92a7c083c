import type { Cost, LedgerEntry, Need } from '../domain/index.ts';

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

/** Prices of one who is so many times as eager to warm: holding and wrong starts seem so much cheaper. */
export function asEager({ secondsPerGigabyteSecond, secondsPerWrongStart }: Prices, eagerness: number): Prices {
  return { secondsPerGigabyteSecond: secondsPerGigabyteSecond / eagerness, secondsPerWrongStart: secondsPerWrongStart / eagerness };
}

/**
 * What a line of the ledger was worth, seconds: saved, less what holding and a wrong start cost. What was only proposed counts
 * as if it had been done, so that watching teaches too; a miss is worth nothing, as if nothing was tried.
 */
export function worthS(entry: LedgerEntry, memoryBytes: number, prices: Prices): number {
  const heldS = (memoryBytes / GIGABYTE) * (entry.warmMs / 1000) * prices.secondsPerGigabyteSecond;
  switch (entry.outcome) {
    case 'hit':
      return entry.savedMs / 1000 - heldS;
    case 'would-hit':
      return entry.coldMs / 1000 - heldS;
    case 'wasted':
    case 'would-waste':
      return -prices.secondsPerWrongStart - heldS;
    case 'miss':
    case 'would-miss':
      return 0;
  }
}
