import { bare, type ChainCounts } from '../personaModel.ts';
import type { Encoded } from './encode.ts';

/** A share this small moves no count that matters. */
const LEAST_SHARE = 1e-3;

/** A model is kept, sent between threads and read by every window: what is rarest of more than these is left to smoothing. */
const MOST_TOKENS = 20_000;
const MOST_PAIRS = 50_000;

/** How often each token occurs in all sessions. */
export function unigramOf({ symbols, ids }: Encoded): Pick<ChainCounts, 'unigram' | 'total'> {
  const counts = new Float64Array(symbols.length);
  for (const id of ids) (counts[id] as number) += 1;
  return { unigram: named(counts, symbols), total: ids.length };
}

/** One persona's Markov chain (Cadez, Heckerman, Meek, Smyth and White 2003): counts, weighted by how much each session is its own. */
export function chainOf({ symbols, offsets, ids }: Encoded, share: Float64Array): ChainCounts {
  const size = symbols.length;
  const unigram = new Float64Array(size);
  const initial = new Float64Array(size);
  const pairs = new Map<number, number>();
  for (let s = 0; s + 1 < offsets.length; s++) {
    const own = share[s] as number;
    const [from, to] = [offsets[s] as number, offsets[s + 1] as number];
    if (own <= LEAST_SHARE || from === to) continue;
    (initial[ids[from] as number] as number) += own;
    for (let i = from; i < to; i++) (unigram[ids[i] as number] as number) += own;
    for (let i = from + 1; i < to; i++) {
      const pair = (ids[i - 1] as number) * size + (ids[i] as number);
      pairs.set(pair, (pairs.get(pair) ?? 0) + own);
    }
  }
  const sum = (counts: Float64Array): number => counts.reduce((all, n) => all + n, 0);
  return {
    unigram: named(unigram, symbols),
    total: sum(unigram),
    initial: named(initial, symbols),
    starts: sum(initial),
    transitions: rows(pairs, symbols),
  };
}

function named(counts: Float64Array, symbols: readonly string[]): Record<string, number> {
  const record = bare<number>();
  const least = leastKept(counts, MOST_TOKENS);
  for (const [id, n] of counts.entries()) if (n > 0 && n >= least) record[symbols[id] as string] = n;
  return record;
}

/** The count from which on they are kept, so that about `most` are; where too many occur equally often, none of those is. */
function leastKept(counts: Float64Array, most: number): number {
  const some = counts.filter((n) => n > 0).sort();
  if (some.length <= most) return 0;
  const edge = some[some.length - most] as number;
  return some.length - some.indexOf(edge) > 2 * most ? edge + 1e-9 : edge;
}

function rows(pairs: ReadonlyMap<number, number>, symbols: readonly string[]): ChainCounts['transitions'] {
  const transitions = bare<{ total: number; to: Record<string, number> }>();
  const least = leastKept(Float64Array.from(pairs.values()), MOST_PAIRS);
  for (const [pair, n] of pairs) {
    const from = symbols[Math.floor(pair / symbols.length)] as string;
    const row = (transitions[from] ??= { total: 0, to: bare<number>() });
    row.total += n;
    if (n >= least) row.to[symbols[pair % symbols.length] as string] = n;
  }
  return transitions;
}
