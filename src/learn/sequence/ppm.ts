import { type Followers, FollowerTable, remember } from './followers.ts';
import { type NextModel, type PooledModel, rankOf } from './nextModel.ts';

/**
 * Prediction by partial matching, method C (Moffat 1990), with exclusion: each context shares out what the contexts
 * before it left. Holds the shares of one moment.
 */
export class PpmShares {
  /** What is left after the last context: a symbol never seen. */
  left = 1;
  private readonly shares: number[] = [];
  /** From which context a symbol's share comes: the first is the largest, 0 is none. */
  private readonly levels: number[] = [];
  private readonly lastAt: number[] = [];

  /** `contexts` in the order in which they are asked, the longest first. */
  fill(contexts: readonly Followers[], known: number): void {
    for (let symbol = 0; symbol < known; symbol++) this.shares[symbol] = this.levels[symbol] = 0;
    this.left = contexts.reduce((left, context, i) => this.shareOut(context, contexts.length - i, left), 1);
  }

  share(symbol: number): number {
    return this.shares[symbol] as number;
  }

  /** The larger share; among equals the one from the earlier context, then the one that was used there more recently. */
  before(a: number, b: number): boolean {
    if (this.larger(a, b) || this.larger(b, a)) return this.larger(a, b);
    if (this.levels[a] !== this.levels[b]) return (this.levels[a] as number) > (this.levels[b] as number);
    return (this.lastAt[a] as number) > (this.lastAt[b] as number);
  }

  larger(a: number, b: number): boolean {
    return this.share(a) - this.share(b) > ROUNDING * this.share(a);
  }

  private shareOut(context: Followers, level: number, left: number): number {
    let total = 0;
    let distinct = 0;
    for (let j = 0; j < context.symbols.length; j++) {
      if (this.levels[context.symbols[j] as number] !== 0) continue;
      total += context.counts[j] as number;
      distinct++;
    }
    if (distinct === 0) return left;
    for (let j = 0; j < context.symbols.length; j++) {
      const symbol = context.symbols[j] as number;
      if (this.levels[symbol] !== 0) continue;
      this.shares[symbol] = (left * (context.counts[j] as number)) / (total + distinct);
      this.levels[symbol] = level;
      this.lastAt[symbol] = context.lastAt[j] as number;
    }
    return (left * distinct) / (total + distinct);
  }
}

/** Shares are fractions; two that are equal as such may differ in their last bits when they come from different contexts. */
const ROUNDING = 1e-12;

/** Where the contexts of one prediction come from, and who learns what followed. */
export interface ContextSource {
  /** In the order in which they are asked. */
  contexts(): readonly Followers[];
  known(): number;
  learn(symbol: number): void;
}

/**
 * How equal shares rank: by the longer context, then recency, as the baselines say; or in favour of whichever is asked for,
 * which is how the population's baselines were counted (their published figures are met only so).
 */
type Ties = 'by context' | 'in favour';

/** A PPM model over any order of contexts. */
export function ppmOver(source: ContextSource, ties: Ties): NextModel {
  const shares = new PpmShares();
  const before = ties === 'by context' ? shares.before.bind(shares) : shares.larger.bind(shares);
  return {
    score(symbol) {
      shares.fill(source.contexts(), source.known());
      return { rank: rankOf(symbol, source.known(), before), probability: shares.share(symbol) };
    },
    newProbability() {
      shares.fill(source.contexts(), source.known());
      return shares.left;
    },
    observe: (symbol) => source.learn(symbol),
  };
}

/** ppm3 of the baselines with `order` 3. */
export const createPpm = (order: number): NextModel => createPooledPpm(order, 'by context').of('');

/** pooled-markov1 (`order` 1) and pooled-ppm3 of the baselines: an actor's own last symbols, everybody's counts. */
export function createPooledPpm(order: number, ties: Ties = 'in favour'): PooledModel {
  const table = new FollowerTable(order);
  return {
    of: () => {
      const history: number[] = [];
      return ppmOver(
        {
          contexts: () => table.contexts(history).toReversed(),
          known: () => table.known,
          learn(symbol) {
            table.learn(history, symbol);
            remember(history, symbol, order);
          },
        },
        ties,
      );
    },
  };
}

/** personal+pooled of the baselines: own last 2, own last 1, pooled last 2, pooled last 1, own order 0, pooled order 0. */
export function createPersonalAndPooled(): PooledModel {
  const pooled = new FollowerTable(2);
  return {
    of: () => {
      const own = new FollowerTable(2);
      const history: number[] = [];
      const source: ContextSource = {
        contexts() {
          const [own0, own1, own2] = own.contexts(history);
          const [pooled0, pooled1, pooled2] = pooled.contexts(history);
          return [own2, own1, pooled2, pooled1, own0, pooled0].filter((c) => c !== undefined);
        },
        known: () => pooled.known,
        learn(symbol) {
          own.learn(history, symbol);
          pooled.learn(history, symbol);
          remember(history, symbol, 2);
        },
      };
      return ppmOver(source, 'in favour');
    },
  };
}
