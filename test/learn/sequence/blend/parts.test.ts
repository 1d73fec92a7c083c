import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../../src/learn/random.ts';
import { confidenceOf, Evidence } from '../../../../src/learn/sequence/blend/evidence.ts';
import { FadingCounts } from '../../../../src/learn/sequence/blend/fadingCounts.ts';
import { createTrail, follow, gapClass } from '../../../../src/learn/sequence/blend/trail.ts';

describe('confidence', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 2],
    [3, 4],
    [4, 4],
    [5, 6],
    [9, 6],
    [10, 8],
    [30, 8],
    [31, 10],
  ])('after %i times is of class %i, or one more where always the same followed', (times, of) => {
    expect(confidenceOf(times, 2)).toBe(of);
    expect(confidenceOf(times, 0)).toBe(of);
    expect(confidenceOf(times, 1)).toBe(of + 1);
  });
});

describe('evidence', () => {
  it('is what was said since it was cleared', () => {
    const evidence = new Evidence();
    expect([evidence.outcomes, evidence.logRatios, evidence.confidence]).toEqual([[], [], 0]);
    evidence.confidence = 7;
    evidence.say(3, 0.5);
    evidence.say(1, -2);
    expect([evidence.outcomes, evidence.logRatios]).toEqual([
      [3, 1],
      [0.5, -2],
    ]);
    evidence.clear();
    expect([evidence.outcomes, evidence.logRatios, evidence.confidence]).toEqual([[], [], 0]);
  });
});

describe('counts that fade', () => {
  it('by hand at one half: a b a → a 1 + 1/4, b 1/2', () => {
    const counts = new FadingCounts(0.5);
    for (const key of [1, 2, 1]) counts.add(key);
    expect([counts.count(1), counts.count(2), counts.count(3), counts.total()]).toEqual([1.25, 0.5, 0, 1.75]);
    expect([counts.additions, counts.distinct]).toEqual([3, 2]);
    const all: [number, number][] = [];
    counts.each((key, count) => all.push([key, count]));
    expect(all).toEqual([
      [1, 1.25],
      [2, 0.5],
    ]);
  });

  it('of nothing are nothing', () => {
    const counts = new FadingCounts(0.9);
    expect([counts.count(1), counts.total(), counts.additions, counts.distinct]).toEqual([0, 0, 0, 0]);
  });

  it('are the same as counts that are multiplied one by one, past where numbers would overflow', () => {
    const random = randomFrom(3);
    const counts = new FadingCounts(0.5);
    const naive = new Map<number, number>();
    for (let i = 0; i < 1500; i++) {
      const key = Math.floor(random() * 4);
      counts.add(key);
      for (const [k, n] of naive) naive.set(k, n * 0.5);
      naive.set(key, (naive.get(key) ?? 0) + 1);
      for (const [k, n] of naive) expect(counts.count(k)).toBeCloseTo(n, 5);
      expect(counts.total()).toBeCloseTo(
        [...naive.values()].reduce((a, b) => a + b),
        5,
      );
    }
    expect(counts.additions).toBe(1500);
  });

  it('forget at a rescale (2^333 > 1e100) what is worth less than a millionth, and nothing else', () => {
    const counts = new FadingCounts(0.5);
    const addTimes = (key: number, n: number) => Array.from({ length: n }, () => counts.add(key));
    counts.add(1);
    addTimes(0, 312);
    counts.add(2);
    addTimes(0, 18);
    // 332 additions: 1 faded to 2^-331, 2 to 2^-18 = 3.8e-6; nothing was dropped yet.
    expect(counts.distinct).toBe(3);
    counts.add(0);
    // 2^-19 = 1.9e-6 is kept, 2^-332 is not.
    expect(counts.distinct).toBe(2);
    expect(counts.count(2) / 2 ** -19).toBeCloseTo(1, 9);
    expect(counts.count(1)).toBe(0);
    expect(counts.total()).toBeCloseTo(2, 5);
  });
});

describe('classes of gaps', () => {
  it.each([
    [0, 0],
    [299, 0],
    [300, 1],
    [1500, 2],
    [4000, 3],
    [10_000, 4],
    [29_999, 4],
    [30_000, 5],
    [120_000, 6],
    [900_000, 7],
    [14_399_999, 7],
    [14_400_000, 8],
    [Number.POSITIVE_INFINITY, 8],
  ])('%d ms is of class %i', (gap, of) => expect(gapClass(gap)).toBe(of));
});

describe('a trail', () => {
  it('begins with nothing', () => {
    expect(createTrail()).toEqual({ symbols: [], byWorkspace: [], workspace: -1, at: 0, gap: Number.POSITIVE_INFINITY, run: 0, length: 0 });
  });

  it('keeps the latest first, per workspace too, with the gap and the run', () => {
    const trail = createTrail();
    follow(trail, 4, { at: 1000, workspace: 0 });
    expect([trail.gap, trail.run, trail.length]).toEqual([Number.POSITIVE_INFINITY, 1, 1]);
    follow(trail, 4, { at: 1700, workspace: 1 });
    expect([trail.gap, trail.run, trail.workspace]).toEqual([700, 2, 1]);
    follow(trail, 5, { at: 1800, workspace: 0 });
    expect(trail).toEqual({ symbols: [5, 4, 4], byWorkspace: [[5, 4], [4]], workspace: 0, at: 1800, gap: 100, run: 1, length: 3 });
  });

  it('looks back eight symbols', () => {
    const trail = createTrail();
    for (let i = 0; i < 8; i++) follow(trail, i, { at: i, workspace: 0 });
    expect(trail.symbols).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    follow(trail, 8, { at: 8, workspace: 0 });
    expect(trail.symbols).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(trail.length).toBe(9);
  });
});
