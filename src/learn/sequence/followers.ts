import { ContextTree } from './contextTree.ts';

/** What followed one context: counts, and when last, in the order of first appearance. */
export class Followers {
  readonly symbols: number[] = [];
  readonly counts: number[] = [];
  readonly lastAt: number[] = [];
  private readonly places = new Map<number, number>();

  place(symbol: number): number {
    return this.places.get(symbol) ?? -1;
  }

  add(symbol: number, at: number): void {
    let place = this.place(symbol);
    if (place < 0) {
      place = this.symbols.length;
      this.places.set(symbol, place);
      this.symbols.push(symbol);
      this.counts.push(0);
    }
    this.counts[place] = (this.counts[place] as number) + 1;
    this.lastAt[place] = at;
  }
}

/** What followed the contexts of order 0 to `order`, of one sequence or of several that share it. */
export class FollowerTable {
  /** How many symbols were learnt. */
  learnt = 0;
  /** Symbols that were met so far. */
  known = 0;
  private readonly tree: ContextTree<Followers>;

  constructor(readonly order: number) {
    this.tree = new ContextTree(order, () => new Followers());
  }

  /** From order 0 up, as far as the history was met before. */
  contexts(history: readonly number[]): readonly Followers[] {
    return this.tree.find(history);
  }

  learn(history: readonly number[], symbol: number): void {
    for (const followers of this.tree.make(history)) followers.add(symbol, this.learnt);
    this.learnt++;
    this.known = Math.max(this.known, symbol + 1);
  }
}

/** The last symbols of one sequence, the latest first, at most `order`; what longer contexts would need is forgotten. */
export function remember(history: number[], symbol: number, order: number): void {
  history.unshift(symbol);
  if (history.length > order) history.pop();
}
