import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POINTS, passed, reached, timesOf, within } from '../../src/predict/times.ts';

const at = (...values: number[]) => values.map((value) => ({ value, probability: 1 / values.length }));
const EIGHT = Float32Array.of(100, 200, 300, 400, 500, 600, 700, 800);

describe('the eight times of a distribution', () => {
  it.each([
    ['one value eight times', at(5), [5, 5, 5, 5, 5, 5, 5, 5]],
    ['two values four times each', at(9, 4), [4, 4, 4, 4, 9, 9, 9, 9]],
    ['eight values once each, in order', at(8, 7, 6, 5, 4, 3, 2, 1), [1, 2, 3, 4, 5, 6, 7, 8]],
    [
      'weights of any sum',
      [
        { value: 1, probability: 30 },
        { value: 2, probability: 10 },
      ],
      [1, 1, 1, 1, 1, 1, 2, 2],
    ],
    [
      'what has no weight is not there',
      [
        { value: 1, probability: 0 },
        { value: 2, probability: 0.1 },
      ],
      [2, 2, 2, 2, 2, 2, 2, 2],
    ],
    [
      'a rare value does not stand for an eighth',
      [
        { value: 1, probability: 0.95 },
        { value: 2, probability: 0.05 },
      ],
      [1, 1, 1, 1, 1, 1, 1, 1],
    ],
    ['time does not run backwards', at(-7), [0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s', (_, distribution, times) => expect(timesOf(distribution)).toEqual(times));
  it.each([[[]], [[{ value: 3, probability: 0 }]], [[{ value: 3, probability: -1 }]]])('none of %j', (none) =>
    expect(timesOf(none)).toBeUndefined(),
  );
  it('are always eight', () => {
    const distribution = fc.array(fc.record({ value: fc.nat(), probability: fc.double({ min: 1e-6, max: 1, noNaN: true }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(distribution, (d) => {
        const times = timesOf(d) as number[];
        expect(times).toHaveLength(POINTS);
        expect([...times].sort((a, b) => a - b)).toEqual(times);
      }),
    );
  });
});

describe('how much has passed', () => {
  it.each([
    [0, 0],
    [50, 1 / 32],
    [100, 1 / 16],
    [150, 2 / 16],
    [200, 3 / 16],
    [790, 14.8 / 16],
    [800, 15 / 16],
    [2600, 1 - (1 / 16) * 0.5],
    [1e12, 1],
  ])('by %d ms it is %d', (t, share) => expect(passed(EIGHT, 0, t)).toBeCloseTo(share, 8));
  it('jumps where values are equal', () => {
    const two = Float32Array.of(10, 10, 10, 10, 20, 20, 20, 20);
    expect(passed(two, 0, 9)).toBeCloseTo(0.9 / 16, 8);
    expect(passed(two, 0, 10)).toBeCloseTo(7 / 16, 8);
    expect(passed(two, 0, 15)).toBeCloseTo(8 / 16, 8);
    expect(passed(two, 0, 20)).toBeCloseTo(15 / 16, 8);
  });
  it('knows a time of nothing', () => {
    expect(passed(new Float32Array(8), 0, 0)).toBeCloseTo(15 / 16, 8);
    expect(passed(new Float32Array(8), 0, 1000)).toBeCloseTo(1 - 1 / 32, 8);
  });
  it('reads from its offset', () => expect(passed(Float32Array.of(...Array(8).fill(1), ...EIGHT), 8, 150)).toBeCloseTo(2 / 16, 8));
  it('only grows, from 0 to below 1 (property)', () => {
    const times = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(times, fc.nat(20_000), fc.nat(20_000), (ts, a, b) => {
        const sorted = Float32Array.from(ts.sort((x, y) => x - y));
        const [low, high] = [passed(sorted, 0, Math.min(a, b)), passed(sorted, 0, Math.max(a, b))];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeGreaterThanOrEqual(low - 1e-12);
        expect(high).toBeLessThan(1);
      }),
    );
  });
});

describe('within', () => {
  it.each([
    ['nothing waited yet', 0.8, 0, 200, 0.8 * (3 / 16)],
    ['half of it gone by', 0.8, 200, 200, (0.8 * (4 / 16)) / (0.8 * (13 / 16) + 0.2)],
    ['certain, and late', 1, 800, 1800, 0.5],
    ['never used', 0, 100, 1e9, 0],
    ['no time at all', 1, 300, 0, 0],
  ])('%s', (_, ever, waited, span, chance) => expect(within(ever, EIGHT, 0, waited, span)).toBeCloseTo(chance, 8));
  it('is nothing where nothing can come any more', () => expect(within(1, Float32Array.of(...Array(8).fill(-1000)), 0, 5, 9)).toBe(0));
});

describe('reached', () => {
  it.each([
    [0.25, 250],
    [0.5, 500],
    [0.9, 900],
  ])('finds where a share of %d is reached', (q, t) => {
    const found = reached((x) => Math.min(1, x / 1000), q, 1e9);
    expect(found).toBeGreaterThanOrEqual(t);
    expect(found).toBeLessThan(t * 1.0002 + 0.2);
  });
  it('is 0 where it is reached at once', () => expect(reached(() => 1, 0.5, 1e9)).toBe(0));
  it('is the end where it never is', () => expect(reached(() => 0, 0.5, 5000)).toBeCloseTo(5000, 3));
});
