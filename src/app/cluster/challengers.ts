import { kmeans } from 'ml-kmeans';
import type { Activity } from '../../domain/index.ts';
import { tokenOf } from '../../learn/personaModel.ts';
import { bagsOf } from '../../learn/personas/bags.ts';
import { encode } from '../../learn/personas/encode.ts';
import { cosineDistance } from '../../learn/personas/seeds.ts';
import { vectorsOf } from '../../learn/personas/vectors.ts';
import { randomFrom } from '../../learn/random.ts';

/** A cluster's number per session; undefined is noise. */
export type Owners = readonly (number | undefined)[];

const RESTARTS = 20;
const MOST_CLUSTERS = 12;
/** Sessions that the number of clusters is judged on; a silhouette compares every pair. */
const JUDGED = 500;
/** DBSCAN: neighbours that make a session a core. */
const MIN_NEIGHBOURS = 5;

export const sessionVectors = (sessions: readonly (readonly Activity[])[]): number[][] => vectorsOf(bagsOf(encode(sessions, tokenOf)));

/** k-means on tf-idf vectors, the best of 20 starts; without `k`, the number with the best mean silhouette (Rousseeuw 1987). */
export function byKmeans(vectors: number[][], seed: number, k?: number): Owners {
  if (vectors.length < 3) return vectors.map(() => 0);
  if (k !== undefined) return bestOf(vectors, Math.min(k, vectors.length), seed);
  const step = Math.ceil(vectors.length / JUDGED);
  const judged = vectors.filter((_, i) => i % step === 0);
  let best = { owners: vectors.map(() => 0) as Owners, score: 0 };
  for (let count = 2; count <= Math.min(MOST_CLUSTERS, vectors.length - 1); count++) {
    const owners = bestOf(vectors, count, seed);
    const score = silhouette(
      judged,
      owners.filter((_, i) => i % step === 0),
    );
    if (score > best.score) best = { owners, score };
  }
  return best.owners;
}

function bestOf(vectors: number[][], k: number, seed: number): Owners {
  const random = randomFrom(seed);
  let best: { readonly owners: Owners; readonly inertia: number } | undefined;
  for (let start = 0; start < RESTARTS; start++) {
    const { clusters, centroids } = kmeans(vectors, k, {
      initialization: 'kmeans++',
      seed: Math.floor(random() * 2 ** 31),
      maxIterations: 100,
    });
    const inertia = vectors.reduce((sum, v, i) => sum + squared(v, centroids[clusters[i] as number] as number[]), 0);
    if (!best || inertia < best.inertia) best = { owners: clusters, inertia };
  }
  return (best as { owners: Owners }).owners;
}

function squared(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + (x - (b[i] as number)) ** 2, 0);
}

/** Mean over all of (distance to the nearest other cluster − to the own) / the greater of both. */
function silhouette(vectors: readonly number[][], owners: Owners): number {
  const sizes = new Map<number, number>();
  for (const own of owners) sizes.set(own as number, (sizes.get(own as number) ?? 0) + 1);
  if (sizes.size < 2) return 0;
  const of = vectors.map((v, i) => {
    const sums = new Map<number, number>();
    vectors.forEach((w, j) => {
      const own = owners[j] as number;
      sums.set(own, (sums.get(own) ?? 0) + cosineDistance(v, w));
    });
    const own = owners[i] as number;
    const size = sizes.get(own) as number;
    if (size === 1) return 0;
    const within = (sums.get(own) as number) / (size - 1);
    const nearest = Math.min(...[...sums].filter(([k]) => k !== own).map(([k, sum]) => sum / (sizes.get(k) as number)));
    return (nearest - within) / Math.max(nearest, within, 1e-12);
  });
  return of.reduce((sum, s) => sum + s, 0) / of.length;
}

/**
 * DBSCAN (Ester, Kriegel, Sander and Xu 1996) by cosine distance. The radius is where the sorted distances to the fifth
 * neighbour bend most: farthest below the chord from the first to the last, as in Satopää et al. (2011).
 */
export function byDensity(vectors: number[][]): Owners {
  const distances = vectors.map((v) => vectors.map((w) => cosineDistance(v, w)));
  const radius = bend(distances.map((row) => [...row].sort((a, b) => a - b)[MIN_NEIGHBOURS] ?? 1).sort((a, b) => a - b));
  const near = distances.map((row) => [...row.keys()].filter((j) => (row[j] as number) <= radius));
  const owners = new Array<number | undefined>(vectors.length).fill(undefined);
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

  function isCore(i: number): boolean {
    return (near[i] as number[]).length > MIN_NEIGHBOURS;
  }
}

function bend(rising: readonly number[]): number {
  const [first, last] = [rising[0] ?? 0, rising.at(-1) ?? 0];
  const below = rising.map((y, i) => first + ((last - first) * i) / Math.max(1, rising.length - 1) - y);
  return rising[below.indexOf(Math.max(...below))] ?? 0;
}
