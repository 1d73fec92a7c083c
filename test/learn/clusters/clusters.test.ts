import { describe, expect, it } from 'vitest';
import { byDensity } from '../../../src/learn/clusters/density.ts';
import { kmeansRuns, squaredDistance } from '../../../src/learn/clusters/kmeans.ts';
import { silhouettes } from '../../../src/learn/clusters/silhouette.ts';
import { randomFrom } from '../../../src/learn/random.ts';

const apart = (a: number, b: number): number => Math.abs(a - b);
const distance = (a: readonly number[], b: readonly number[]): number => Math.sqrt(squaredDistance(a, b));

/** `size` points around each middle. */
function around(middles: readonly (readonly number[])[], size: number, spread: number): number[][] {
  const random = randomFrom(5);
  const bell = (): number => random() + random() + random() - 1.5;
  return middles.flatMap((middle) => Array.from({ length: size }, () => middle.map((x) => x + spread * bell())));
}

describe('silhouettes', () => {
  it('are (other − own) / the greater of both, by hand', () => {
    // Of 0: own (1 away) 1, other (10 and 12 away) 11; of 12: own 2, other 11.5.
    expect(silhouettes([0, 1, 10, 12], [0, 0, 1, 1], apart)).toEqual([10 / 11, 9 / 10, 7.5 / 9.5, 9.5 / 11.5]);
  });
  it('are 0 for one alone, and for all where there is one cluster', () => {
    expect(silhouettes([0, 1, 10], [0, 0, 1], apart)[2]).toBe(0);
    expect(silhouettes([0, 1, 10], [2, 2, 2], apart)).toEqual([0, 0, 0]);
    expect(silhouettes([], [], apart)).toEqual([]);
  });
});

describe('k-means', () => {
  it('has the run with the least inertia first, and that is the planted one', () => {
    const vectors = around(
      [
        [0, 0],
        [9, 0],
        [0, 9],
      ],
      30,
      1,
    );
    const runs = kmeansRuns(vectors, 3, { seed: 1, starts: 5 });
    expect(runs.map((r) => r.inertia)).toEqual(runs.map((r) => r.inertia).sort((a, b) => a - b));
    const owners = runs[0]?.owners ?? [];
    for (const part of [0, 30, 60]) expect(new Set(owners.slice(part, part + 30)).size).toBe(1);
    expect(new Set(owners).size).toBe(3);
  });
});

describe('the density method', () => {
  it('finds clusters of another form than k-means can, and leaves what is far from all', () => {
    const ring = Array.from({ length: 60 }, (_, i) => [5 * Math.cos(i / 9.55), 5 * Math.sin(i / 9.55)]);
    const owners = byDensity([...ring, ...around([[0, 0]], 30, 0.5), [40, 40]], distance, 4);
    expect(new Set(owners.slice(0, 60)).size).toBe(1);
    expect(new Set(owners.slice(60, 90)).size).toBe(1);
    expect(owners[0]).not.toBe(owners[60]);
    expect(owners[90]).toBeUndefined();
  });
  it('is nothing for nothing, and noise for one', () => {
    expect(byDensity([], distance, 4)).toEqual([]);
    expect(byDensity([[1]], distance, 4)).toEqual([undefined]);
  });
});
