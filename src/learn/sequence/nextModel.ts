/**
 * A model of the next symbol of one sequence. Symbols are numbered 0, 1, … in the order of their first appearance, so
 * the symbol `known` (= how many there are so far) is a new one. Test, then train: `score` before `observe`.
 */
export interface NextModel {
  /** How the model would have ranked a symbol that is known: 1 is best. Undefined probability: the model gives none. */
  score(symbol: number): Score;
  /** Probability of a symbol that was never seen. */
  newProbability(): number | undefined;
  observe(symbol: number): void;
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

/** What followed one context: counts, and when last, in the order of first appearance. */
export class Followers {
  readonly symbols: number[] = [];
  readonly counts: number[] = [];
  readonly lastAt: number[] = [];
  total = 0;
  private readonly places = new Map<number, number>();

  place(symbol: number): number {
    return this.places.get(symbol) ?? -1;
  }

  count(symbol: number): number {
    return this.counts[this.place(symbol)] ?? 0;
  }

  add(symbol: number, at: number): void {
    let place = this.place(symbol);
    if (place < 0) {
      place = this.symbols.length;
      this.places.set(symbol, place);
      this.symbols.push(symbol);
      this.counts.push(0);
      this.lastAt.push(0);
    }
    this.counts[place] = (this.counts[place] as number) + 1;
    this.lastAt[place] = at;
    this.total++;
  }
}

/** Contexts of the last `order` symbols as one number (4096 symbols at most keep this exact up to order 4). */
export function contextKey(history: readonly number[], order: number): number {
  let key = order;
  for (let i = history.length - order; i < history.length; i++) key = key * 4096 + (history[i] as number) + 1;
  return key;
}
