import type { UnixMs } from '../../domain/index.ts';

/**
 * A model of the next symbol of one sequence. Symbols are numbered 0, 1, … in the order of their first appearance, so
 * the symbol `known` (= how many there are so far) is a new one. Test, then train: `score` before `observe`.
 */
export interface NextModel {
  /** How the model ranks a symbol that is known (1 is best), and its probability; undefined where the model gives none. */
  score(symbol: number): Score;
  /** Probability of a symbol that was never seen. */
  newProbability(): number | undefined;
  observe(symbol: number, occasion: Occasion): void;
}

/** When and where a symbol occurred; workspaces are numbered from 0. */
export interface Occasion {
  readonly at: UnixMs;
  readonly workspace: number;
}

/** One model of many actors' sequences: each actor's view uses what all of them did so far. Symbols are numbered over all actors. */
export interface PooledModel {
  of(actor: string): NextModel;
}

export interface Score {
  readonly rank: number;
  readonly probability: number | undefined;
}

/** 1 + how many known symbols stand before it. */
export function rankOf(symbol: number, known: number, before: (other: number, symbol: number) => boolean): number {
  let rank = 1;
  for (let other = 0; other < known; other++) if (other !== symbol && before(other, symbol)) rank++;
  return rank;
}
