import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { type ChoiceProblem, within } from '../../../src/plan/cost/choiceProblem.ts';
import { relaxed } from '../../../src/plan/cost/multipliers.ts';
import { optimum } from '../../../src/plan/cost/optimum.ts';

const CASES = 1000;

/** Whole and broken numbers, ties, zeros, budgets that fit all, some or none. */
function randomProblem(seed: number, budgets: number): ChoiceProblem {
  const random = randomFrom(seed);
  const whole = random() < 0.5;
  const amount = (): number => (random() < 0.1 ? 0 : whole ? Math.floor(10 * random()) : 10 * random());
  const items = Array.from({ length: 1 + Math.floor(6 * random()) }, () =>
    Array.from({ length: 1 + Math.floor(4 * random()) }, () => ({ value: amount(), takes: Array.from({ length: budgets }, amount) })),
  );
  const share = 0.1 + 0.9 * random();
  return {
    items,
    budgets: Array.from({ length: budgets }, () => (whole ? Math.floor(share * 6 * items.length) : share * 6 * items.length)),
  };
}

function bruteForce({ items, budgets }: ChoiceProblem): number | undefined {
  let best: number | undefined;
  const walk = (i: number, value: number, takes: readonly number[]): void => {
    if (i === items.length) {
      if (takes.every((t, b) => within(t, budgets[b] as number)) && (best === undefined || value < best)) best = value;
      return;
    }
    for (const choice of items[i] ?? [])
      walk(
        i + 1,
        value + choice.value,
        takes.map((t, b) => t + (choice.takes[b] as number)),
      );
  };
  walk(
    0,
    0,
    budgets.map(() => 0),
  );
  return best;
}

describe('the optimum', () => {
  it.each([1, 2, 3])('is that of trying everything, in a thousand cases with %i budgets', (budgets) => {
    let feasible = 0;
    for (let seed = 0; seed < CASES; seed++) {
      const problem = randomProblem(seed, budgets);
      const expected = bruteForce(problem);
      const found = optimum(problem);
      if (expected === undefined) {
        expect(found, `case ${seed}`).toBeUndefined();
        continue;
      }
      feasible++;
      expect(found?.value, `case ${seed}`).toBeCloseTo(expected, 9);
      expect(found?.gap).toBe(0);
      expect(found?.takes.every((t, b) => within(t, problem.budgets[b] as number))).toBe(true);
      expect(relaxed(problem)?.bound, `case ${seed}`).toBeLessThanOrEqual(expected + 1e-9);
    }
    expect(feasible).toBeGreaterThan(CASES / 4);
    expect(feasible).toBeLessThan(CASES);
  });

  it('without budgets takes the best of each', () => {
    const items = [
      [
        { value: 3, takes: [] },
        { value: 1, takes: [] },
      ],
      [{ value: 2, takes: [] }],
    ];
    expect(optimum({ items, budgets: [] })).toEqual({ picks: [1, 0], value: 3, takes: [], gap: 0 });
  });

  it('of nothing is nothing', () => expect(optimum({ items: [], budgets: [1] })).toEqual({ picks: [], value: 0, takes: [0], gap: 0 }));

  it('sees at once that budgets contradict each other', () => {
    const items = Array.from({ length: 200 }, (_, i) => [
      { value: i % 7, takes: [1 + i / 1000, 0] },
      { value: i % 5, takes: [0, 1 + i / 2000] },
    ]);
    expect(optimum({ items, budgets: [80, 80] })).toBeUndefined();
    expect(optimum({ items, budgets: [120, 120] })?.gap).toBe(0);
  });

  it('a hundred that are all the same', () => {
    const items = Array.from({ length: 100 }, () => [
      { value: 5, takes: [0] },
      { value: 2, takes: [3] },
      { value: 0, takes: [7] },
    ]);
    // 2 for 3 saves most per unit: all hundred would take 300, and 200 are there for 66 of them.
    expect(optimum({ items, budgets: [200] })).toMatchObject({ value: 5 * 34 + 2 * 66, gap: 0 });
  });
});
