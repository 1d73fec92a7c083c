import { describe, expect, it } from 'vitest';
import { bucketOf, cellOf, countBucket } from '../../../src/learn/rhythm/cells.ts';
import { createHybridHistogram } from '../../../src/learn/rhythm/hybridHistogram.ts';

const WORD = 1n << 32n;

/** As `cellOf`, in whole numbers without end that are cut to 32 bits after each step. */
function naiveCell(context: bigint, ...features: readonly [bigint, bigint, bigint]): number {
  let h = 2166136261n;
  for (const x of [context, ...features]) {
    h = ((h ^ (x + 0x9e37n)) * 16777619n) % WORD;
    h ^= h >> 13n;
  }
  h = (h * 0x5bd1e995n) % WORD;
  return Number(BigInt.asIntN(32, h ^ (h >> 15n)));
}

describe('cells', () => {
  it.each([
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [1, 2, 3, 4],
    [34, 5, 28, 22],
    [15, 2, 4096 * 7 + 3, 11],
  ])('%i %i %i %i, as in numbers without end', (context, a, b, c) =>
    expect(cellOf(context, a, b, c)).toBe(naiveCell(BigInt(context), BigInt(a), BigInt(b), BigInt(c))),
  );

  it('features that are left out are 0', () =>
    expect([cellOf(9), cellOf(9, 1), cellOf(9, 1, 2)]).toEqual([cellOf(9, 0, 0, 0), cellOf(9, 1, 0, 0), cellOf(9, 1, 2, 0)]));

  it('negative features have cells of their own', () => expect(new Set([-1, 0, 1].map((x) => cellOf(3, x))).size).toBe(3));

  it('ten thousand contexts share hardly any place of 2^18: about 190 by chance', () => {
    const places = new Set<number>();
    for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) places.add(cellOf(5, a, b) & ((1 << 18) - 1));
    expect(10_000 - places.size).toBeLessThan(300);
  });
});

describe('buckets', () => {
  it('of no edges are all 0', () => expect(bucketOf(7, [])).toBe(0));
  it('take an edge into the next', () => expect([4, 5, 6].map((x) => bucketOf(x, [5]))).toEqual([0, 1, 1]));
  it('of counts step where 1.5 · log2(1 + n) does: 0.58, 1.52, 2.17', () =>
    expect([0.58, 0.6, 1.51, 1.53, 2.99, 3].map((n) => countBucket(n, 40))).toEqual([0, 1, 1, 2, 2, 3]));
  it('of counts end at the most', () => expect([countBucket(1e6, 7), countBucket(1e6, 40)]).toEqual([7, 29]));
});

const MINUTE = 60_000;

describe('the hybrid histogram, by hand', () => {
  const windowOf = (minutes: readonly number[]) => {
    const histogram = createHybridHistogram();
    for (const gap of minutes) histogram.observe(gap * MINUTE);
    const { fromMs, toMs } = histogram.window();
    return [fromMs / MINUTE, toMs / MINUTE];
  };
  const times = (n: number, gap: number) => Array<number>(n).fill(gap);

  it('5 of 100 gaps reach the head, 99 the tail', () => {
    // Bin 10 holds 5, which is 5 %: from 9. Bin 30 holds up to the 99th: to 31 · 1.1.
    expect(windowOf([...times(5, 10), ...times(94, 30), ...times(1, 200)])).toEqual([9, expect.closeTo(34.1, 9)]);
    // One less below: the head is in bin 30; one more above: the tail is in bin 200.
    expect(windowOf([...times(4, 10), ...times(94, 30), ...times(2, 200)])).toEqual([27, expect.closeTo(221.1, 9)]);
  });

  it('a gap of 239 minutes is inside, one of 240 is not', () => {
    expect(windowOf(times(10, 239.99))).toEqual([expect.closeTo(215.1, 9), expect.closeTo(264, 9)]);
    expect(windowOf(times(10, 240))).toEqual([0, 240]);
  });

  it('counts outside only for the share, not for head and tail', () => {
    expect(windowOf([...times(10, 20), ...times(10, 500)])).toEqual([18, expect.closeTo(23.1, 9)]);
    expect(windowOf([...times(10, 20), ...times(11, 500)])).toEqual([0, 240]);
  });

  it('tells something from a variation above 2 on: in how many bins as many gaps are', () => {
    // m of 240 bins alike: variation √(240 / m − 1); 48 bins give exactly 2, which tells nothing.
    const spread = (m: number) => windowOf(Array.from({ length: m }, (_, i) => i));
    expect(spread(48)).toEqual([0, 240]);
    expect(spread(47)).toEqual([expect.closeTo(1.8, 9), expect.closeTo(47 * 1.1, 9)]);
  });
});
