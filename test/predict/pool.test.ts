import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestWeight, type Heard, pooled } from '../../src/predict/pool.ts';

const outcomes = (said: number, rhythm: number, uses: number, of: number): readonly Heard[] =>
  Array.from({ length: of }, (_, i) => ({ said, rhythm, used: i < uses }));

describe('two opinions', () => {
  it.each([
    [0.2, 0.8, 0, 0.2],
    [0.2, 0.8, 1, 0.8],
    [0.2, 0.8, 0.5, 0.5],
    [0.5, 0.8, 0.5, 2 / 3],
    [0, 1, 0.5, 0.5],
  ])('%s and %s, the second weighing %s, are %s', (said, rhythm, weight, p) => expect(pooled(said, rhythm, weight)).toBeCloseTo(p, 9));

  it('lie between both (property)', () => {
    const chance = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(chance, chance, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, weight) => {
        const p = pooled(a, b, weight);
        expect(p).toBeGreaterThanOrEqual(Math.min(a, b) - 1e-9);
        expect(p).toBeLessThanOrEqual(Math.max(a, b) + 1e-9);
      }),
      { seed: 2 },
    );
  });
});

describe('what the second is worth', () => {
  it('nothing on fewer than fifty outcomes, all where only it is right', () => {
    expect(bestWeight(outcomes(0.1, 0.9, 49, 49))).toBe(0);
    expect(bestWeight(outcomes(0.1, 0.9, 45, 50))).toBe(1);
  });
  it('nothing where it is wrong, or hardly better', () => {
    expect(bestWeight(outcomes(0.9, 0.1, 45, 50))).toBe(0);
    expect(bestWeight(outcomes(0.5, 0.51, 50, 100))).toBe(0);
  });
  it('half where the truth is half way', () => {
    expect(bestWeight([...outcomes(0.2, 0.8, 50, 100)])).toBe(0.5);
  });
});
