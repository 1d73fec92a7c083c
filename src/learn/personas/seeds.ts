import { similarity } from 'ml-distance';

/**
 * A first partition: seeds drawn among the sessions themselves, far ones likelier (k-means++, Arthur and Vassilvitskii 2007),
 * every session to its nearest seed by cosine distance. Where all are alike there are fewer seeds than asked for.
 */
export function seeded(vectors: readonly number[][], count: number, random: () => number): Int32Array {
  const owner = new Int32Array(vectors.length);
  const nearest = new Float64Array(vectors.length).fill(Number.POSITIVE_INFINITY);
  let next = Math.floor(random() * vectors.length);
  for (let seed = 0; seed < count && next !== -1; seed++) {
    for (let i = 0; i < vectors.length; i++) {
      const distance = cosineDistance(vectors[i] as number[], vectors[next] as number[]);
      if (distance >= (nearest[i] as number)) continue;
      nearest[i] = distance;
      owner[i] = seed;
    }
    next = drawn(nearest, random);
  }
  return owner;
}

/** 1 − cosine similarity; ml-distance's `similarity.cosine` is NaN for an empty vector, which is far from everything. */
export function cosineDistance(a: number[], b: number[]): number {
  const alike = similarity.cosine(a, b);
  return Number.isFinite(alike) ? Math.max(0, 1 - alike) : 1;
}

/** An index by the square of its distance; −1 where nothing is at a distance. */
function drawn(distances: Float64Array, random: () => number): number {
  let left = random() * distances.reduce((sum, d) => sum + d * d, 0);
  for (let i = 0; i < distances.length; i++) {
    const weight = (distances[i] as number) ** 2;
    left -= weight;
    if (left <= 0 && weight > 1e-9) return i;
  }
  return -1;
}
