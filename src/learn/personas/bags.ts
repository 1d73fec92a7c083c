import type { Encoded } from './encode.ts';

/** Which tokens each session has, and how much they weigh: rows in one flat array, as in a sparse matrix. */
export interface Bags {
  /** Number of different tokens. */
  readonly size: number;
  readonly offsets: Int32Array;
  readonly tokens: Int32Array;
  readonly weights: Float64Array;
  /** In how many sessions each token is. */
  readonly sessionsWith: Int32Array;
}

export const rowsOf = (bags: Bags): number => bags.offsets.length - 1;

/** Tokens that sessions are told apart by: those that most sessions have. */
const MOST_TOKENS = 2000;

/**
 * A token counts 1 + ln n where a session has it n times: who typed `ls` forty times did not do forty different things. Raw
 * counts are bursty and drown what tells sessions apart (Madsen, Kauchak and Elkan 2005). A token of one session alone
 * cannot say what sessions share and is left out.
 */
export function bagsOf({ symbols, offsets, ids }: Encoded): Bags {
  const counts = new Int32Array(symbols.length);
  const sessionsWith = new Int32Array(symbols.length);
  eachSession(offsets, ids, counts, (touched) => {
    for (const id of touched) (sessionsWith[id] as number) += 1;
  });
  const shared = sharedOf(sessionsWith);
  const kept = new Int32Array(symbols.length).fill(-1);
  for (const [token, id] of shared.entries()) kept[id] = token;
  const tokens: number[] = [];
  const weights: number[] = [];
  const rows = [0];
  eachSession(offsets, ids, counts, (touched) => {
    for (const id of touched) {
      if (kept[id] === -1) continue;
      tokens.push(kept[id] as number);
      weights.push(1 + Math.log(counts[id] as number));
    }
    rows.push(tokens.length);
  });
  return {
    size: shared.length,
    offsets: Int32Array.from(rows),
    tokens: Int32Array.from(tokens),
    weights: Float64Array.from(weights),
    sessionsWith: Int32Array.from(shared, (id) => sessionsWith[id] as number),
  };
}

/** In the order of ids, which is that of first use. */
function sharedOf(sessionsWith: Int32Array): readonly number[] {
  const shared = [...sessionsWith.keys()].filter((id) => (sessionsWith[id] as number) > 1);
  if (shared.length <= MOST_TOKENS) return shared;
  return shared
    .sort((a, b) => (sessionsWith[b] as number) - (sessionsWith[a] as number) || a - b)
    .slice(0, MOST_TOKENS)
    .sort((a, b) => a - b);
}

/** Counts of one session at a time, in a scratch array that is clean again afterwards. */
function eachSession(offsets: Int32Array, ids: Int32Array, counts: Int32Array, see: (touched: readonly number[]) => void): void {
  for (let s = 0; s + 1 < offsets.length; s++) {
    const touched: number[] = [];
    for (let i = offsets[s] as number; i < (offsets[s + 1] as number); i++) {
      const id = ids[i] as number;
      if (counts[id] === 0) touched.push(id);
      (counts[id] as number) += 1;
    }
    see(touched);
    for (const id of touched) counts[id] = 0;
  }
}

/** Every n-th row, so that at most `most` are left; tokens keep their numbers. */
export function sampleOf(bags: Bags, most: number): Bags {
  const every = Math.ceil(rowsOf(bags) / most);
  if (every <= 1) return bags;
  const tokens: number[] = [];
  const weights: number[] = [];
  const offsets = [0];
  for (let row = 0; row < rowsOf(bags); row += every) {
    for (let i = bags.offsets[row] as number; i < (bags.offsets[row + 1] as number); i++) {
      tokens.push(bags.tokens[i] as number);
      weights.push(bags.weights[i] as number);
    }
    offsets.push(tokens.length);
  }
  return { ...bags, offsets: Int32Array.from(offsets), tokens: Int32Array.from(tokens), weights: Float64Array.from(weights) };
}
