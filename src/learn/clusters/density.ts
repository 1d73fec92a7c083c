/** A cluster's number per vector; undefined is noise. */
export type Owners = readonly (number | undefined)[];

/**
 * DBSCAN (Ester, Kriegel, Sander and Xu 1996): a vector with more than so many others within the radius is a core. The radius is found: where
 * the sorted distances to the neighbour of that number bend most, farthest below the chord from the first to the last, as in
 * Satopää et al. (2011). Compares every pair, and holds all distances.
 */
export function byDensity<V>(vectors: readonly V[], distance: (a: V, b: V) => number, neighbours: number): Owners {
  const distances = vectors.map((v) => distancesTo(v, vectors, distance));
  const radius = bend(Float64Array.from(distances, (row) => row.toSorted()[neighbours] ?? 1).sort());
  const near = distances.map((row) => within(row, radius));
  const owners = new Array<number | undefined>(vectors.length).fill(undefined);
  const isCore = (i: number): boolean => (near[i] as number[]).length > neighbours;
  let clusters = 0;
  for (const start of owners.keys()) {
    if (owners[start] !== undefined || !isCore(start)) continue;
    const own = clusters++;
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (owners[at] !== undefined) continue;
      owners[at] = own;
      if (isCore(at)) open.push(...(near[at] as number[]));
    }
  }
  return owners;
}

function distancesTo<V>(v: V, vectors: readonly V[], distance: (a: V, b: V) => number): Float64Array {
  const row = new Float64Array(vectors.length);
  for (let j = 0; j < row.length; j++) row[j] = distance(v, vectors[j] as V);
  return row;
}

function within(row: Float64Array, radius: number): readonly number[] {
  const near: number[] = [];
  for (let j = 0; j < row.length; j++) if ((row[j] as number) <= radius) near.push(j);
  return near;
}

function bend(rising: Float64Array): number {
  const [first, last] = [rising[0] ?? 0, rising.at(-1) ?? 0];
  const below = rising.map((y, i) => first + ((last - first) * i) / Math.max(1, rising.length - 1) - y);
  return rising[below.indexOf(Math.max(...below))] ?? 0;
}
