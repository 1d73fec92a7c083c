/**
 * Of each vector (distance to the nearest other cluster − to the own) / the greater of both, −1 to 1, where a distance to a cluster is the
 * mean of those to its vectors (Rousseeuw 1987). 0 for one alone in its cluster, and for all where there are not two.
 */
export function silhouettes<V>(vectors: readonly V[], owners: readonly number[], distance: (a: V, b: V) => number): readonly number[] {
  const sizes = new Array<number>(Math.max(0, ...owners) + 1).fill(0);
  for (const own of owners) (sizes[own] as number)++;
  if (sizes.filter((size) => size > 0).length < 2) return vectors.map(() => 0);
  return vectors.map((v, i) => {
    const own = owners[i] as number;
    if (sizes[own] === 1) return 0;
    const sums = new Array<number>(sizes.length).fill(0);
    for (const [j, w] of vectors.entries()) (sums[owners[j] as number] as number) += distance(v, w);
    const within = (sums[own] as number) / ((sizes[own] as number) - 1);
    const nearest = Math.min(...sums.flatMap((sum, k) => (k === own || sizes[k] === 0 ? [] : [sum / (sizes[k] as number)])));
    return (nearest - within) / Math.max(nearest, within, 1e-12);
  });
}
