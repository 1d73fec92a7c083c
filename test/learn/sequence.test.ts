import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBlend, createPooledBlend } from '../../src/learn/sequence/blend/blend.ts';
import { createFrequency } from '../../src/learn/sequence/frequency.ts';
import { createGru } from '../../src/learn/sequence/gru.ts';
import { createHourOfWeek } from '../../src/learn/sequence/hourOfWeek.ts';
import { createIpam } from '../../src/learn/sequence/ipam.ts';
import { createMarkov } from '../../src/learn/sequence/markov.ts';
import type { NextModel, Occasion, PooledModel } from '../../src/learn/sequence/nextModel.ts';
import { createPersonalAndPooled, createPooledPpm, createPpm } from '../../src/learn/sequence/ppm.ts';

const MODELS: readonly [string, () => NextModel][] = [
  ['mfu', () => createFrequency('count')],
  ['markov1', () => createMarkov(1)],
  ['markov2', () => createMarkov(2)],
  ['ipam', createIpam],
  ['ppm3', () => createPpm(3)],
  ['hour of week', createHourOfWeek],
  ['gru', createGru],
  ['blend', () => createBlend()],
];
const POOLED: readonly [string, () => PooledModel][] = [
  ['personal+pooled', createPersonalAndPooled],
  ['pooled-ppm3', () => createPooledPpm(3)],
  ['blend', createPooledBlend],
];
const START = Date.UTC(2026, 0, 5, 9);
/** Gaps of seconds, minutes and hours, and two workspaces, so that no model is asked about only one. */
const occasion = (i: number): Occasion => ({ at: START + i * 40_000 + (i % 5 === 0 ? i * 3_600_000 : 0), workspace: i % 3 === 0 ? 1 : 0 });
const trained = (make: () => NextModel, sequence: readonly number[]): NextModel => {
  const model = make();
  for (const [i, symbol] of sequence.entries()) model.observe(symbol, occasion(i));
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
      { seed: 4, numRuns: 60 },
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
      { seed: 4, numRuns: 60 },
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
          asked.observe(symbol, occasion(i));
        }
        expect(asked.score(0)).toEqual(trained(make, sequence).score(0));
      }),
      { seed: 4, numRuns: 40 },
    );
  });
});

describe.each(POOLED)('%s, pooled', (_, make) => {
  const actors = fc.array(fc.nat(2), { minLength: 40, maxLength: 40 });
  const replayed = (sequence: readonly number[], who: readonly number[]): readonly NextModel[] => {
    const pooled = make();
    const views = [0, 1, 2].map((actor) => pooled.of(`${actor}`));
    for (const [i, symbol] of sequence.entries()) views[who[i] as number]?.observe(symbol, occasion(i));
    return views;
  };

  it('gives every actor probabilities that sum to 1 (property)', () => {
    fc.assert(
      fc.property(sequences, actors, (sequence, who) => {
        const known = Math.max(...sequence) + 1;
        for (const view of replayed(sequence, who)) {
          let sum = view.newProbability() as number;
          for (let s = 0; s < known; s++) sum += view.score(s).probability as number;
          expect(sum).toBeCloseTo(1, 6);
        }
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  it('learns from others what an actor has not done yet', () => {
    const habit = Array.from({ length: 60 }, (__, i) => i % 2);
    const [, fresh] = replayed(
      habit,
      habit.map(() => 0),
    ) as [NextModel, NextModel];
    fresh.observe(0, occasion(61));
    expect(fresh.score(1).rank).toBe(1);
    expect(fresh.score(1).probability).toBeGreaterThan(fresh.score(0).probability as number);
  });
});

describe('what a blend looks at beside the order', () => {
  const accuracy = (make: () => NextModel, sequence: readonly (readonly [number, Occasion])[]): number => {
    const model = make();
    let right = 0;
    let known = 0;
    for (const [i, [symbol, when]] of sequence.entries()) {
      if (i >= sequence.length / 2 && symbol < known && model.score(symbol).rank === 1) right++;
      known = Math.max(known, symbol + 1);
      model.observe(symbol, when);
    }
    return right / (sequence.length / 2);
  };

  it('the gap: what follows a pause differs from what follows at once', () => {
    let at = START;
    const sequence = Array.from({ length: 400 }, (_, i) => {
      const paused = (i * 7919) % 13 < 6;
      return { paused, at: (at += paused ? 600_000 : 1000) };
    });
    const symbols = sequence.map((_, i) => (i % 2 === 0 ? 0 : sequence[i - 1]?.paused ? 1 : 2));
    const events = sequence.map((e, i) => [symbols[i] as number, { at: e.at, workspace: 0 }] as const);
    const flat = events.map(([symbol], i) => [symbol, { at: START + i * 1000, workspace: 0 }] as const);
    expect(accuracy(createBlend, events)).toBeGreaterThan(accuracy(createBlend, flat) + 0.1);
  });

  it('a gru learns a cycle that is longer than its inputs', () => {
    const cycle = [0, 1, 0, 2];
    const events = Array.from({ length: 1200 }, (_, i) => [cycle[i % 4] as number, occasion(0)] as const);
    expect(accuracy(createGru, events)).toBeGreaterThan(0.95);
  });

  it('the hour of the week', () => {
    const hour = (i: number): Occasion => ({ at: START + i * 3_600_000, workspace: 0 });
    const events = Array.from({ length: 24 * 7 * 4 }, (_, i) => [Math.floor(i / 6) % 2, hour(i)] as const);
    expect(accuracy(createHourOfWeek, events)).toBeGreaterThan(0.75);
  });
});
