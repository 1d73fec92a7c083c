import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBlend } from '../../src/learn/sequence/blend/blend.ts';
import { createFrequency } from '../../src/learn/sequence/frequency.ts';
import { createIpam } from '../../src/learn/sequence/ipam.ts';
import { createMarkov } from '../../src/learn/sequence/markov.ts';
import type { NextModel } from '../../src/learn/sequence/nextModel.ts';
import { createPpm } from '../../src/learn/sequence/ppm.ts';

const MODELS: readonly [string, () => NextModel][] = [
  ['mfu', () => createFrequency('count')],
  ['markov1', () => createMarkov(1)],
  ['markov2', () => createMarkov(2)],
  ['ipam', createIpam],
  ['ppm3', () => createPpm(3)],
  ['blend', () => createBlend()],
];
const trained = (make: () => NextModel, sequence: readonly number[]): NextModel => {
  const model = make();
  for (const symbol of sequence) model.observe(symbol);
  return model;
};
/** Symbols numbered in the order of their first appearance, as every model asks. */
const sequences = fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }).map((raw) => {
  const numbers = new Map<number, number>();
  return raw.map((x) => {
    if (!numbers.has(x)) numbers.set(x, numbers.size);
    return numbers.get(x) as number;
  });
});

describe('by hand', () => {
  it('mfu: 0 0 1 → 2/5, 1/5, new 2/5', () => {
    const model = trained(() => createFrequency('count'), [0, 0, 1]);
    expect([model.score(0), model.score(1), model.newProbability()]).toEqual([
      { rank: 1, probability: 0.4 },
      { rank: 2, probability: 0.2 },
      0.4,
    ]);
  });
  it('mru ranks the last first', () => expect(trained(() => createFrequency('recency'), [0, 0, 1]).score(1).rank).toBe(1));
  it('ppm of order 1 on 0 1 0: after 0 came 1 once (1/2); 0 is the other half’s 2/3, by order 0 without 1', () => {
    const model = trained(() => createPpm(1), [0, 1, 0]);
    expect(model.score(1)).toEqual({ rank: 1, probability: 0.5 });
    expect(model.score(0).probability).toBeCloseTo(0.5 * (2 / 3), 12);
    expect(model.newProbability()).toBeCloseTo(0.5 / 3, 12);
  });
  it('markov1 ranks what followed, then by frequency', () => {
    const model = trained(() => createMarkov(1), [0, 1, 2, 2, 2, 0]);
    expect([1, 2, 0].map((s) => model.score(s).rank)).toEqual([1, 2, 3]);
  });
});

describe.each(MODELS)('%s', (_, make) => {
  it('gives probabilities that sum to 1 (property)', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const model = trained(make, sequence);
        const known = Math.max(...sequence) + 1;
        let sum = model.newProbability() as number;
        for (let s = 0; s < known; s++) sum += model.score(s).probability as number;
        expect(sum).toBeCloseTo(1, 6);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('ranks every known symbol once (property)', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const model = trained(make, sequence);
        const known = Math.max(...sequence) + 1;
        const ranks = Array.from({ length: known }, (__, s) => model.score(s).rank).sort((a, b) => a - b);
        expect(ranks).toEqual(ranks.map((___, i) => i + 1));
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('never uses the future: asking changes nothing (property)', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const asked = make();
        for (const [i, symbol] of sequence.entries()) {
          if (i > 0) {
            asked.score(0);
            asked.newProbability();
          }
          asked.observe(symbol);
        }
        expect(asked.score(0)).toEqual(trained(make, sequence).score(0));
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
