import { contextKey, Followers, type NextModel, rankOf } from './nextModel.ts';

/** The contexts of one prediction, the longest first; each is what followed it before. */
export type Contexts = readonly (Followers | undefined)[];

/** Probabilities by prediction by partial matching, method C (Moffat 1990), with exclusion. */
export interface PpmState {
  readonly probability: Float64Array;
  /** For ties: from which context a symbol's share comes (the longest is the largest), and how recent it is there. */
  readonly level: Int32Array;
  readonly lastAt: Float64Array;
  /** What is left after the last context: a symbol never seen. */
  left: number;
}

export const createPpmState = (size: number): PpmState => ({
  probability: new Float64Array(size),
  level: new Int32Array(size),
  lastAt: new Float64Array(size),
  left: 1,
});

/** Fills `state` for `known` symbols; contexts from the longest down. */
export function ppmShares(contexts: Contexts, known: number, state: PpmState): void {
  state.probability.fill(0, 0, known);
  state.level.fill(0, 0, known);
  let left = 1;
  for (let i = 0; i < contexts.length; i++) {
    const context = contexts[i];
    if (!context) continue;
    left = shareOut(context, contexts.length - i, left, state);
  }
  state.left = left;
}

function shareOut(context: Followers, level: number, left: number, state: PpmState): number {
  let total = 0;
  let distinct = 0;
  for (let j = 0; j < context.symbols.length; j++) {
    if ((state.level[context.symbols[j] as number] as number) > 0) continue;
    total += context.counts[j] as number;
    distinct++;
  }
  if (distinct === 0) return left;
  for (let j = 0; j < context.symbols.length; j++) {
    const symbol = context.symbols[j] as number;
    if ((state.level[symbol] as number) > 0) continue;
    state.probability[symbol] = (left * (context.counts[j] as number)) / (total + distinct);
    state.level[symbol] = level;
    state.lastAt[symbol] = context.lastAt[j] as number;
  }
  return (left * distinct) / (total + distinct);
}

export const ppmBefore =
  (s: PpmState) =>
  (a: number, b: number): boolean => {
    const [pa, pb] = [s.probability[a] as number, s.probability[b] as number];
    if (Math.abs(pa - pb) > ROUNDING * pa) return pa > pb;
    if (s.level[a] !== s.level[b]) return (s.level[a] as number) > (s.level[b] as number);
    return (s.lastAt[a] as number) > (s.lastAt[b] as number);
  };

/** Shares are fractions; two that are equal as such may differ in their last bits when they come from different contexts. */
const ROUNDING = 1e-12;

/** Holds what followed every context of up to `maxOrder` symbols of one sequence. */
export function createContextTable(maxOrder: number) {
  const table = new Map<number, Followers>();
  const history: number[] = [];
  let n = 0;
  return {
    history,
    /** From the longest down to order 0; those that never occurred before are undefined. */
    contexts(): Contexts {
      const found: (Followers | undefined)[] = [];
      for (let order = maxOrder; order >= 0; order--)
        found.push(history.length >= order ? table.get(contextKey(history, order)) : undefined);
      return found;
    },
    add(symbol: number): void {
      for (let order = 0; order <= Math.min(maxOrder, history.length); order++) {
        const key = contextKey(history, order);
        let followers = table.get(key);
        if (!followers) table.set(key, (followers = new Followers()));
        followers.add(symbol, n);
      }
      n++;
      history.push(symbol);
      if (history.length > maxOrder) history.shift();
    },
  };
}

/** ppm3 of the baselines with `order` 3. */
export function createPpm(order: number, capacity = 4096): NextModel {
  const table = createContextTable(order);
  const state = createPpmState(capacity);
  let known = 0;
  let fresh = false;
  const refresh = (): void => {
    if (!fresh) ppmShares(table.contexts(), known, state);
    fresh = true;
  };
  return {
    score(symbol) {
      refresh();
      return { rank: rankOf(symbol, known, ppmBefore(state)), probability: state.probability[symbol] as number };
    },
    newProbability() {
      refresh();
      return state.left;
    },
    observe(symbol) {
      table.add(symbol);
      known = Math.max(known, symbol + 1);
      fresh = false;
    },
  };
}
