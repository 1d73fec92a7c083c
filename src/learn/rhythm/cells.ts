/** A 32-bit number for one context of up to four features (FNV-1a over the features, then one round of mixing). */
export function cellOf(context: number, a = 0, b = 0, c = 0): number {
  let h = mixed(2166136261, context);
  h = mixed(h, a);
  h = mixed(h, b);
  h = mixed(h, c);
  h = Math.imul(h, 0x5bd1e995);
  return h ^ (h >>> 15);
}

function mixed(h: number, x: number): number {
  const next = Math.imul(h ^ (x + 0x9e37), 16777619);
  return next ^ (next >>> 13);
}

/** The place of `value` among ascending `edges`: 0 below the first, `edges.length` from the last on. */
export function bucketOf(value: number, edges: readonly number[]): number {
  let place = 0;
  while (place < edges.length && value >= (edges[place] as number)) place++;
  return place;
}

/** Steps of a count on a logarithmic scale: 0 → 0, 1 → 1, 2 → 2, 4 → 3, 10 → 5 … at most `most`. */
export const countBucket = (count: number, most: number): number => Math.min(most, Math.floor(1.5 * Math.log2(1 + count)));
