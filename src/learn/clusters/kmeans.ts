import { kmeans } from 'ml-kmeans';
import { randomFrom } from '../random.ts';

export interface Centred {
  /** A cluster's number per vector. */
  readonly owners: readonly number[];
  readonly centres: readonly (readonly number[])[];
  /** Sum of the squared distances to the centres: what k-means makes small. */
  readonly inertia: number;
}

/** k-means by squared Euclidean distance from several k-means++ starts, that with the least inertia first. `count` is at most the vectors'. */
export function kmeansRuns(
  vectors: readonly number[][],
  count: number,
  { seed, starts }: { readonly seed: number; readonly starts: number },
): readonly Centred[] {
  const random = randomFrom(seed);
  const runs = Array.from({ length: starts }, (): Centred => {
    const { clusters, centroids } = kmeans(vectors as number[][], count, {
      initialization: 'kmeans++',
      seed: Math.floor(random() * 2 ** 31),
      maxIterations: 100,
    });
    const inertia = vectors.reduce((sum, v, i) => sum + squaredDistance(v, centroids[clusters[i] as number] as number[]), 0);
    return { owners: clusters, centres: centroids, inertia };
  });
  return runs.sort((a, b) => a.inertia - b.inertia);
}

export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
