import { kmeans } from 'ml-kmeans';
import { randomFrom } from '../random.ts';

export interface Centred {
  /** A cluster's number per vector. */
  readonly owners: readonly number[];
  readonly centres: readonly (readonly number[])[];
}

/** k-means by squared Euclidean distance: of several k-means++ starts the one with the least inertia. `count` is at most the vectors'. */
export function bestKmeans(vectors: readonly number[][], count: number, { seed, starts }: { seed: number; starts: number }): Centred {
  const random = randomFrom(seed);
  let best: (Centred & { readonly inertia: number }) | undefined;
  for (let start = 0; start < starts; start++) {
    const { clusters, centroids } = kmeans(vectors as number[][], count, {
      initialization: 'kmeans++',
      seed: Math.floor(random() * 2 ** 31),
      maxIterations: 100,
    });
    const inertia = vectors.reduce((sum, v, i) => sum + squaredDistance(v, centroids[clusters[i] as number] as number[]), 0);
    if (!best || inertia < best.inertia) best = { owners: clusters, centres: centroids, inertia };
  }
  return best as Centred;
}

export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
