import type { Cost, LedgerEntry, Need } from '../domain/index.ts';

/** What a second is worth against memory, processor and trust: the prices of the expected-value rule (DESIGN §3.4). */
export interface Prices {
  /** Seconds of waiting that one is ready to risk for holding one gigabyte for one second. */
  readonly secondsPerGigabyteSecond: number;
  /** The same for one core kept busy for one second. */
  readonly secondsPerCoreSecond: number;
  /** What a start that nobody needed costs in processor, battery and trust, in seconds of waiting. */
  readonly secondsPerWrongStart: number;
  /** What an image that was fetched, or a container that was made, for nothing costs in disk and network. */
  readonly secondsPerWrongPreparation: number;
}

export const DEFAULT_PRICES: Prices = {
  secondsPerGigabyteSecond: 0.005,
  secondsPerCoreSecond: 0.005,
  secondsPerWrongStart: 1,
  secondsPerWrongPreparation: 0.2,
};

const GIGABYTE = 2 ** 30;

/** What being at a rung means over the horizon, against staying where it rests. */
export interface Stay {
  /** Seconds that a use waits less. */
  readonly savedS: number;
  readonly memoryBytes: number;
  readonly cores: number;
  /** What getting there costs if no use comes, seconds of waiting. */
  readonly wrongS: number;
}

/**
 * Expected seconds gained by a stay: P(use) × wait saved − P(no use) × price of getting there in vain − memory and processor held ×
 * their prices. They are held until the expected use, or for the whole horizon where no use comes.
 */
export function expectedValueS(need: Pick<Need, 'probability' | 'etaMs' | 'horizonMs'>, stay: Stay, prices: Prices): number {
  const heldMs = need.probability * Math.min(need.etaMs, need.horizonMs) + (1 - need.probability) * need.horizonMs;
  const perSecond = (stay.memoryBytes / GIGABYTE) * prices.secondsPerGigabyteSecond + stay.cores * prices.secondsPerCoreSecond;
  return need.probability * stay.savedS - (1 - need.probability) * stay.wrongS - (heldMs / 1000) * perSecond;
}

/**
 * Holding pays while a use is expected within so many minutes: there, rate × cold start saved equals what holding costs.
 * Warm while rate ≥ 1 / patience is the optimum for given rates.
 */
export function patienceMinutes(cost: Pick<Cost, 'coldMs' | 'memoryBytes'>, prices: Pick<Prices, 'secondsPerGigabyteSecond'>): number {
  return cost.coldMs / 1000 / ((cost.memoryBytes / GIGABYTE) * 60 * prices.secondsPerGigabyteSecond);
}

/** Prices of one who is so many times as eager to warm: holding and vain starts seem so much cheaper. */
export function asEager(prices: Prices, eagerness: number): Prices {
  return {
    secondsPerGigabyteSecond: prices.secondsPerGigabyteSecond / eagerness,
    secondsPerCoreSecond: prices.secondsPerCoreSecond / eagerness,
    secondsPerWrongStart: prices.secondsPerWrongStart / eagerness,
    secondsPerWrongPreparation: prices.secondsPerWrongPreparation / eagerness,
  };
}

/**
 * What a line of the ledger was worth, seconds: saved, less what holding and a wrong start cost. What was only proposed counts
 * as if it had been done, so that watching teaches too; a miss is worth nothing, as if nothing was tried.
 */
export function worthS(
  entry: LedgerEntry,
  memoryBytes: number,
  prices: Pick<Prices, 'secondsPerGigabyteSecond' | 'secondsPerWrongStart'>,
): number {
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
