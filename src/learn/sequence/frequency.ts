import { type NextModel, rankOf } from './nextModel.ts';

/** mfu and mru of the baselines: most frequently and most recently used. */
export function createFrequency(by: 'count' | 'recency'): NextModel {
  const counts: number[] = [];
  const lastAt: number[] = [];
  let n = 0;
  const before =
    by === 'recency'
      ? (a: number, b: number) => at(lastAt, a) > at(lastAt, b)
      : (a: number, b: number) => at(counts, a) > at(counts, b) || (at(counts, a) === at(counts, b) && at(lastAt, a) > at(lastAt, b));
  return {
    score: (symbol) => ({
      rank: rankOf(symbol, counts.length, before),
      probability: by === 'count' ? at(counts, symbol) / (n + counts.length) : undefined,
    }),
    newProbability: () => (by === 'count' ? counts.length / (n + counts.length) : undefined),
    observe(symbol) {
      counts[symbol] = (counts[symbol] ?? 0) + 1;
      lastAt[symbol] = n++;
    },
  };
}

const at = (values: readonly number[], i: number): number => values[i] as number;
