import type { Activity } from '../../domain/index.ts';
import { byDensity as densely, type Owners } from '../../learn/clusters/density.ts';
import { type Centred, kmeansRuns } from '../../learn/clusters/kmeans.ts';
import { silhouettes } from '../../learn/clusters/silhouette.ts';
import { tokenOf } from '../../learn/personaModel.ts';
import { bagsOf } from '../../learn/personas/bags.ts';
import { encode } from '../../learn/personas/encode.ts';
import { cosineDistance } from '../../learn/personas/seeds.ts';
import { vectorsOf } from '../../learn/personas/vectors.ts';

const RESTARTS = 20;
const MOST_CLUSTERS = 12;
/** Sessions that the number of clusters is judged on; a silhouette compares every pair. */
const JUDGED = 500;
/** For the density method: more neighbours than these make a session a core. */
const MIN_NEIGHBOURS = 5;

export const sessionVectors = (sessions: readonly (readonly Activity[])[]): number[][] => vectorsOf(bagsOf(encode(sessions, tokenOf)));

/** k-means on tf-idf vectors, the best of 20 starts; without `k`, the number with the best mean silhouette (Rousseeuw 1987). */
export function byKmeans(vectors: number[][], seed: number, k?: number): Owners {
  if (vectors.length < 3) return vectors.map(() => 0);
  const of = (count: number): readonly number[] => (kmeansRuns(vectors, count, { seed, starts: RESTARTS })[0] as Centred).owners;
  if (k !== undefined) return of(Math.min(k, vectors.length));
  const step = Math.ceil(vectors.length / JUDGED);
  const judged = vectors.filter((_, i) => i % step === 0);
  let best = { owners: vectors.map(() => 0) as Owners, score: 0 };
  for (let count = 2; count <= Math.min(MOST_CLUSTERS, vectors.length - 1); count++) {
    const owners = of(count);
    const each = silhouettes(
      judged,
      owners.filter((_, i) => i % step === 0),
      cosineDistance,
    );
    const score = each.reduce((sum, s) => sum + s, 0) / each.length;
    if (score > best.score) best = { owners, score };
  }
  return best.owners;
}

/** DBSCAN by cosine distance. */
export const byDensity = (vectors: number[][]): Owners => densely(vectors, cosineDistance, MIN_NEIGHBOURS);
