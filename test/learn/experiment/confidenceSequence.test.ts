import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Differences,
  evidence,
  interval,
  isAbove,
  isBelow,
  meanDifference,
  NO_DIFFERENCES,
  pairsToSee,
  withBlock,
} from '../../../src/learn/experiment/confidenceSequence.ts';
import { randomFrom } from '../../../src/learn/random.ts';

const ofPairs = (ds: readonly number[]): Differences => ds.reduce((all, d) => withBlock(all, 1, d), NO_DIFFERENCES);
const ALPHA = 0.05;
const LIMIT = 10;
const differences = fc.array(fc.double({ min: -LIMIT, max: LIMIT, noNaN: true }), { maxLength: 60 });

/** The highest evidence of any look, with these signs. */
function highest(sizes: readonly number[], signs: number, effect: number): number {
  let all = NO_DIFFERENCES;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, size] of sizes.entries()) {
    all = withBlock(all, 1, (signs >> i) & 1 ? size : -size);
    most = Math.max(most, evidence(all, effect, LIMIT));
  }
  return most;
}

describe('evidence of a difference', () => {
  it('is a wrong word for no more than α of all throws of the coins, whatever the sizes: counted over every throw', () => {
    const size = fc.oneof(fc.constant(0), fc.double({ min: 0, max: LIMIT, noNaN: true }), fc.constant(LIMIT));
    fc.assert(
      fc.property(fc.array(size, { minLength: 13, maxLength: 13 }), fc.constantFrom(0.05, 0.2, 0.5), (sizes, alpha) => {
        const throws = 2 ** sizes.length;
        let wrong = 0;
        for (let signs = 0; signs < throws; signs++) if (highest(sizes, signs, 0) >= -Math.log(alpha)) wrong++;
        expect(wrong / throws).toBeLessThanOrEqual(alpha);
      }),
      { numRuns: 30 },
    );
  });

  it('is expected to be no more than even where there is none: its mean over every throw is at most 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: LIMIT, noNaN: true }), { minLength: 10, maxLength: 10 }), (sizes) => {
        let sum = 0;
        for (let signs = 0; signs < 1024; signs++)
          sum += Math.exp(evidence(ofPairs(sizes.map((s, i) => ((signs >> i) & 1 ? s : -s))), 0, LIMIT));
        expect(sum / 1024).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it('grows with what differs', () => {
    expect(evidence(ofPairs(Array(40).fill(5)), 0, LIMIT)).toBeGreaterThan(evidence(ofPairs(Array(20).fill(5)), 0, LIMIT));
    expect(evidence(ofPairs(Array(40).fill(5)), 5, LIMIT)).toBeLessThanOrEqual(0);
  });
});

describe('the confidence sequence', () => {
  it('says nothing before it has seen anything, and holds the mean always', () => {
    expect(interval(NO_DIFFERENCES, LIMIT, ALPHA)).toEqual({ lower: -LIMIT, upper: LIMIT });
    fc.assert(
      fc.property(differences, (ds) => {
        const all = ofPairs(ds);
        const { lower, upper } = interval(all, LIMIT, ALPHA);
        expect(lower).toBeLessThanOrEqual(meanDifference(all) + 1e-9);
        expect(upper).toBeGreaterThanOrEqual(meanDifference(all) - 1e-9);
        expect(lower).toBeGreaterThanOrEqual(-LIMIT);
        expect(upper).toBeLessThanOrEqual(LIMIT);
      }),
    );
  });

  it('agrees with “surely above” and “surely below”', () => {
    fc.assert(
      fc.property(differences, fc.double({ min: -LIMIT, max: LIMIT, noNaN: true }), (ds, effect) => {
        const all = ofPairs(ds);
        const { lower, upper } = interval(all, LIMIT, ALPHA);
        if (Math.abs(effect - lower) > 1e-6) expect(isAbove(all, effect, LIMIT, ALPHA)).toBe(effect < lower);
        if (Math.abs(effect - upper) > 1e-6) expect(isBelow(all, effect, LIMIT, ALPHA)).toBe(effect > upper);
      }),
    );
  });

  it('does not hang on the order of blocks', () => {
    fc.assert(
      fc.property(differences, (ds) => {
        const [a, b] = [interval(ofPairs(ds), LIMIT, ALPHA), interval(ofPairs([...ds].reverse()), LIMIT, ALPHA)];
        expect(b.lower).toBeCloseTo(a.lower, 6);
        expect(b.upper).toBeCloseTo(a.upper, 6);
      }),
    );
  });

  it('does not take what was not seen yet for what never happens', () => {
    // One session in fifty is as bad as can be: in 13 of 100 tests of fifty pairs none was seen.
    const random = randomFrom(7);
    let wrong = 0;
    for (let test = 0; test < 400; test++) {
      let all = NO_DIFFERENCES;
      let missed = false;
      for (let i = 0; i < 300; i++) {
        all = withBlock(all, 1, random() < 0.02 ? LIMIT : 0);
        const { lower, upper } = interval(all, LIMIT, ALPHA);
        missed ||= lower > 0.02 * LIMIT || upper < 0.02 * LIMIT;
      }
      if (missed) wrong++;
    }
    expect(wrong / 400).toBeLessThanOrEqual(ALPHA);
  });
});

describe('how long a test takes', () => {
  it('is about when the evidence is there', () => {
    const pairs = pairsToSee({ effect: 1, spread: 3 }, { limit: LIMIT, alpha: ALPHA, most: 5000 }) as number;
    const seen = Array.from({ length: 60 }, (_, seed) => {
      const random = randomFrom(seed + 1);
      let all = NO_DIFFERENCES;
      for (let i = 1; ; i++) {
        all = withBlock(all, 1, random() < 0.5 ? 4 : -2);
        if (isAbove(all, 0, LIMIT, ALPHA)) return i;
      }
    }).sort((a, b) => a - b);
    expect(pairs).toBeGreaterThan(0.6 * (seen[30] as number));
    expect(pairs).toBeLessThan(1.6 * (seen[30] as number));
  });

  it('is not known where it would never end', () => {
    expect(pairsToSee({ effect: 0, spread: 3 }, { limit: LIMIT, alpha: ALPHA, most: 5000 })).toBeUndefined();
  });
});
