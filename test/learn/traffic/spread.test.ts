import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, quantile } from '../../../src/domain/index.ts';
import { spreadOf } from '../../../src/learn/traffic/spread.ts';

const weighed = fc.array(fc.record({ value: fc.double({ min: 0, max: 1e9, noNaN: true }), weight: fc.integer({ min: 0, max: 50 }) }), {
  minLength: 1,
  maxLength: 300,
});

describe('a spread', () => {
  it('keeps the mean of its sample, sums to 1, and rises', () => {
    fc.assert(
      fc.property(weighed, (sample) => {
        const total = sample.reduce((sum, s) => sum + s.weight, 0);
        const spread = spreadOf(
          sample.map((s) => s.value),
          sample.map((s) => s.weight),
        );
        if (total === 0) {
          expect(spread).toEqual([]);
          return;
        }
        const plain = sample.reduce((sum, s) => sum + s.value * s.weight, 0) / total;
        expect(Math.abs((mean(spread) as number) - plain)).toBeLessThanOrEqual(1e-9 * Math.max(1, plain));
        expect(spread.reduce((sum, p) => sum + p.probability, 0)).toBeCloseTo(1, 9);
        for (const [i, { value }] of spread.entries()) if (i > 0) expect(value).toBeGreaterThan(spread[i - 1]?.value as number);
      }),
    );
  });
  it.each([0.1, 0.5, 0.9, 0.95, 0.99])('has the quantile %d of the sample near enough', (share) => {
    const sample = Array.from({ length: 1000 }, (_, i) => i);
    expect(Math.abs((quantile(spreadOf(sample), share) as number) - 1000 * share)).toBeLessThan(1);
  });
  it('keeps few values as they are', () => {
    expect(spreadOf([0, 0, 0, 5])).toEqual([
      { value: 0, probability: 0.75 },
      { value: 5, probability: 0.25 },
    ]);
    expect(spreadOf([])).toEqual([]);
  });
  it('keeps the sum of a long tail', () => {
    const sample = [...new Array(999).fill(0).map((_, i) => i % 20), 1_000_000];
    expect((mean(spreadOf(sample)) as number) * 1000).toBeCloseTo(
      sample.reduce((a, b) => a + b, 0),
      3,
    );
  });
});
