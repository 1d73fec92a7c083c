/** How well two partitions of the same things agree: 1 where they are equal. */
export interface Agreement {
  /** Rand index adjusted for chance (Hubert and Arabie 1985); 0 is what chance gives. */
  readonly ari: number;
  /** Mutual information over the arithmetic mean of both entropies. */
  readonly nmi: number;
}

export function agreement(a: readonly string[], b: readonly string[]): Agreement {
  const [left, right, both] = [tally(a), tally(b), tally(a.map((x, i) => JSON.stringify([x, b[i]])))];
  const expected = (pairs(left) * pairs(right)) / choose2(a.length);
  const most = (pairs(left) + pairs(right)) / 2;
  const mutual = entropy(left) + entropy(right) - entropy(both);
  const mean = (entropy(left) + entropy(right)) / 2;
  return { ari: most === expected ? 1 : (pairs(both) - expected) / (most - expected), nmi: mean === 0 ? 1 : Math.max(0, mutual / mean) };
}

function tally(labels: readonly string[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts.values()];
}

const choose2 = (n: number): number => (n * (n - 1)) / 2;
const pairs = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + choose2(n), 0);

function entropy(counts: readonly number[]): number {
  const all = counts.reduce((sum, n) => sum + n, 0);
  return -counts.reduce((sum, n) => sum + (n / all) * Math.log(n / all), 0);
}
