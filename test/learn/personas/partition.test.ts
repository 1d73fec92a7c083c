import { describe, expect, it } from 'vitest';
import { type Bags, bagsOf, rowsOf } from '../../../src/learn/personas/bags.ts';
import { group } from '../../../src/learn/personas/group.ts';
import { logGamma } from '../../../src/learn/personas/logGamma.ts';
import { dot, logsOf, NONE, type Partition, partition } from '../../../src/learn/personas/partition.ts';
import { cosineDistance, seeded } from '../../../src/learn/personas/seeds.ts';
import { randomFrom } from '../../../src/learn/random.ts';
import { plantedSessions } from '../planted.ts';
import { encodedOf, sessionOf } from './made.ts';

/** Weights of one session by token. */
const rowOf = (bags: Bags, row: number): readonly number[] => {
  const weights = Array<number>(bags.size).fill(0);
  for (let i = bags.offsets[row] as number; i < (bags.offsets[row + 1] as number); i++)
    weights[bags.tokens[i] as number] = bags.weights[i] as number;
  return weights;
};

/** The exact integrated complete-data log-likelihood of any partition, from its definition: no counts are kept. */
function naiveScore(bags: Bags, owner: readonly number[]): number {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const owners = [...new Set(owner.filter((k) => k !== NONE))];
  const sizes = owners.map((k) => owner.filter((o) => o === k).length);
  const evidence = owners.map((k) => {
    const rows = owner.flatMap((o, row) => (o === k ? [rowOf(bags, row)] : []));
    const counts = Array.from({ length: bags.size }, (_, token) => sum(rows.map((r) => r[token] as number)));
    // Dirichlet(1, …): Γ(V) / Γ(V + Σ n) · Π Γ(n + 1).
    return logGamma(bags.size) - logGamma(bags.size + sum(counts)) + sum(counts.map((n) => logGamma(n + 1)));
  });
  const prior =
    logGamma(Math.max(1, sizes.length)) + sum(sizes.map((n) => logGamma(n + 1))) - logGamma(sum(sizes) + Math.max(1, sizes.length));
  return sum(evidence) + prior;
}

/** Every partition of `n` things, as owners numbered in the order of first appearance (Bell numbers: 203 of six). */
function* partitionsOf(n: number, owner: readonly number[] = []): Iterable<readonly number[]> {
  if (owner.length === n) yield owner;
  else for (let k = 0; k <= Math.max(-1, ...owner) + 1; k++) yield* partitionsOf(n, [...owner, k]);
}
const found = (bags: Bags, most = 12, seed = 1): Partition => partition(bags, most, randomFrom(seed), () => {});

describe('a partition', () => {
  it.each([
    ['two plain kinds', ['a b a', 'b a b', 'a a b', 'c d c', 'd c d', 'c c d']],
    ['one kind', ['a b', 'b a', 'a b a', 'b b a', 'a a']],
    ['three kinds', ['a b a b', 'a b b', 'c d c d', 'd d c', 'e f e f e', 'f e f']],
    ['what overlaps', ['a b c', 'a b', 'b c d', 'c d', 'd e a', 'e a']],
    ['what has nothing in common', ['a b a', 'b a b', 'x', 'c d c c', 'd c d d', '']],
  ])('is the best of all there are, by exact likelihood: %s', (_, sessions) => {
    const bags = bagsOf(encodedOf(...sessions));
    const { owner, score, clusters } = found(bags);
    expect(score).toBeCloseTo(naiveScore(bags, [...owner]), 9);
    const rows = [...owner.keys()].filter((row) => owner[row] !== NONE);
    expect(rows).toEqual([...owner.keys()].filter((row) => bags.offsets[row] !== bags.offsets[row + 1]));
    let best = Number.NEGATIVE_INFINITY;
    for (const part of partitionsOf(rows.length)) {
      const all = Array<number>(owner.length).fill(NONE);
      for (const [i, row] of rows.entries()) all[row] = part[i] as number;
      best = Math.max(best, naiveScore(bags, all));
    }
    expect(score).toBeCloseTo(best, 9);
    for (const [k, cluster] of clusters.entries()) {
      const own = rows.filter((row) => owner[row] === k);
      expect(cluster.sessions).toBe(own.length);
      const counts = own.reduce((sums, row) => sums.map((n, t) => n + (rowOf(bags, row)[t] as number)), Array<number>(bags.size).fill(0));
      expect([...cluster.counts]).toEqual(counts.map((n) => expect.closeTo(n, 9)));
      expect(cluster.total).toBeCloseTo(
        counts.reduce((a, b) => a + b, 0),
        9,
      );
    }
    // Numbered in the order of their first session.
    expect([...new Set(rows.map((row) => owner[row]))]).toEqual(clusters.map((__, k) => k));
  });

  const planted = () =>
    bagsOf(encodedOf(...plantedSessions(60, 3).map((s) => s.activities.map((a) => a.resource.replaceAll(' ', '_')).join(' '))));
  it('has at most as many clusters as are asked for, the likest merged', () => {
    expect(found(planted()).clusters).toHaveLength(4);
    for (const most of [3, 2, 1]) expect(found(planted(), most).clusters).toHaveLength(most);
  });

  it('no session moved elsewhere would be likelier as a whole', () => {
    const bags = planted();
    const { owner, score, clusters } = found(bags);
    for (let row = 0; row < 60; row++)
      for (let k = 0; k < clusters.length; k++) {
        const moved = [...owner];
        moved[row] = k;
        expect(naiveScore(bags, moved)).toBeLessThanOrEqual(score + 1e-9);
      }
  });

  it('tells how far it is: six steps of which it takes five', () => {
    const told: number[] = [];
    partition(planted(), 12, randomFrom(1), (done) => told.push(done));
    expect(told).toEqual([1, 2, 3, 4, 5].map((n) => expect.closeTo(n / 6, 12)));
  });

  it('of more sessions than the sample covers all of them', () => {
    const kinds = ['a b a', 'b a b', 'c d c', 'd c d'];
    const bags = bagsOf(encodedOf(...Array.from({ length: 2100 }, (_, i) => kinds[i % 4] as string)));
    const { owner, clusters } = found(bags);
    expect(clusters.map((c) => c.sessions)).toEqual([1050, 1050]);
    expect([...owner.slice(0, 4), ...owner.slice(-4)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });
});

describe('logarithms of clusters', () => {
  it('are at the mean of their posterior: (sessions + 1) of all + clusters, (n + 1) of total + tokens', () => {
    const bags = bagsOf(encodedOf('a b', 'a b'));
    const clusters = [
      { counts: Float64Array.of(3, 1), total: 4, sessions: 2 },
      { counts: Float64Array.of(0, 2), total: 2, sessions: 5 },
    ];
    const { weight, tokens } = logsOf(bags, clusters);
    expect(weight.map(Math.exp)).toEqual([expect.closeTo(3 / 9, 12), expect.closeTo(6 / 9, 12)]);
    expect(tokens.map((t) => [...t.map(Math.exp)])).toEqual([
      [expect.closeTo(4 / 6, 12), expect.closeTo(2 / 6, 12)],
      [expect.closeTo(1 / 4, 12), expect.closeTo(3 / 4, 12)],
    ]);
    expect(dot(bags, 2, 4, Float64Array.of(10, 1))).toBe(11);
    expect(dot(bags, 0, 1, Float64Array.of(10, 1))).toBe(10);
  });
});

describe('seeds', () => {
  it('cosine distance is 0 of alike, 1 of strangers and of nothing, never below 0', () => {
    expect(cosineDistance([1, 2], [2, 4])).toBeCloseTo(0, 12);
    expect(cosineDistance([1, 0], [0, 1])).toBe(1);
    expect(cosineDistance([0, 0], [0, 1])).toBe(1);
    expect(cosineDistance([1, 0], [1, 1])).toBeCloseTo(1 - Math.SQRT1_2, 12);
    for (let i = 1; i < 50; i++) expect(cosineDistance([i / 7, i / 3], [i / 7, i / 3])).toBeGreaterThanOrEqual(0);
  });

  const corners = [
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0.9, 0.1],
  ];
  it('the first is drawn evenly, the next by squared distance; each owner is its nearest', () => {
    // 0.5 of five is the third; all others are at distance 1, but for the last, which is near.
    const draws = [0.5, 0.1, 0.99];
    expect([...seeded(corners, 3, () => draws.shift() as number)]).toEqual([1, 1, 0, 2, 0]);
    const others = [0, 0, 0];
    expect([...seeded(corners, 1, () => others.shift() as number)]).toEqual([0, 0, 0, 0, 0]);
  });

  it('a draw takes the first whose squares reach it', () => {
    // From the first: distances 0, 0, 1, 1, 1, whose squares sum to 3; 1/3 of it is the third, just above it the fourth.
    const second = (draw: number) => {
      const draws = [0, draw, 0];
      return [...seeded(corners, 2, () => draws.shift() as number)];
    };
    expect(second(0.33)).toEqual([0, 0, 1, 0, 1]);
    expect(second(0.34)).toEqual([0, 0, 0, 1, 1]);
    expect(second(0.999)).toEqual([0, 0, 1, 1, 1]);
  });

  it('are fewer where all are alike', () => {
    let draws = 0;
    const owner = seeded(
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      5,
      () => {
        draws++;
        return 0.4;
      },
    );
    expect([...owner]).toEqual([0, 0, 0]);
    expect(draws).toBe(2);
  });
});

describe('a grouping', () => {
  const sessions = ['a b a', 'b a b', 'a a b', 'c d c', 'd c d', 'c c d', 'x'].map((tokens, i) => sessionOf(tokens, i * 10 ** 6));

  it('shares out each session by Bayes’ rule, with a twentieth for a background of everything', () => {
    const { count, shares } = group(sessions, 12, randomFrom(1));
    expect(count).toBe(2);
    const bags = bagsOf(encodedOf('a b a', 'b a b', 'a a b', 'c d c', 'd c d', 'c c d', 'x'));
    const { clusters } = found(bags);
    const chance = (row: number, counts: readonly number[]) => {
      const total = counts.reduce((a, b) => a + b, 0);
      return rowOf(bags, row).reduce((p, n, token) => p * (((counts[token] as number) + 1) / (total + bags.size)) ** n, 1);
    };
    const everything = Array.from({ length: bags.size }, (_, token) =>
      sessions.reduce((sum, __, row) => sum + (rowOf(bags, row)[token] as number), 0),
    );
    for (let row = 0; row < 6; row++) {
      // Three sessions each: (3 + 1) / (6 + 2).
      const own = clusters.map((c) => 0.95 * 0.5 * chance(row, [...c.counts]));
      const all = own.reduce((a, b) => a + b, 0.05 * chance(row, everything));
      for (const [k, p] of own.entries()) expect(shares[row * 2 + k]).toBeCloseTo(p / all, 9);
    }
    expect(rowsOf(bags)).toBe(7);
    expect([...shares.slice(12)]).toEqual([0, 0]);
  });

  it('has no cluster of a session alone, and none where nothing is shared', () => {
    const alone = group([...sessions.slice(0, 3), sessionOf('c d c d c d e'), sessionOf('e f g', 9)], 12, randomFrom(1));
    expect(alone.count).toBe(1);
    expect(group([sessionOf('a'), sessionOf('b')], 12, randomFrom(1))).toEqual({ count: 0, shares: new Float64Array(0) });
    expect(group([], 12, randomFrom(1))).toEqual({ count: 0, shares: new Float64Array(0) });
  });

  it('keeps places apart only where a session moves between them', () => {
    const at = (tokens: string, ...places: readonly (string | undefined)[]) =>
      sessionOf(tokens).map((a, i) => ({
        ...a,
        ...(places[i % places.length] === undefined ? {} : { workspace: places[i % places.length] as string }),
      }));
    const repeat = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));
    const still = repeat(12, (i) => at('a b a b a b', i % 2 === 0 ? 'here' : 'there'));
    expect(group(still, 12, randomFrom(1)).count).toBe(1);
    const moving = repeat(12, (i) => (i % 2 === 0 ? at('a b c d a b', 'here', 'there') : at('a b c d a b', 'there', 'here')));
    expect(group(moving, 12, randomFrom(1)).count).toBe(2);
    // Somewhere and nowhere are two places too; what ends is no feature anywhere.
    const nowhere = repeat(12, (i) => (i % 2 === 0 ? at('a b c d a b', 'here', undefined) : at('a b c d a b', undefined, 'here')));
    expect(group(nowhere, 12, randomFrom(1)).count).toBe(2);
    const ends = repeat(12, (i) => [
      ...at('a b a b', 'here'),
      ...at('z z', i % 2 === 0 ? 'here' : 'there').map((a) => ({ ...a, kind: 'command.ended' })),
    ]);
    expect(group(ends, 12, randomFrom(1)).count).toBe(1);
  });
});
