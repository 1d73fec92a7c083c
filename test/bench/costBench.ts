/**
 * The exact optimum over 1,000 resources with 8 choices each (rung, size, provider), under one budget (money) and two (money and memory),
 * at three degrees of tightness: how long it takes, and the ratio of what was found to the bound that nothing can be below,
 * as millionths above 1.
 * Faster costs more, as on any price list, with noise; `gap` is 0 where the optimum is proven.
 */
import { randomFrom } from '../../src/learn/random.ts';
import type { ChoiceProblem } from '../../src/plan/cost/choiceProblem.ts';
import { relaxed } from '../../src/plan/cost/multipliers.ts';
import { optimum } from '../../src/plan/cost/optimum.ts';
import { type Figure, figure, tell } from './figures.ts';

const RESOURCES = 1000;
const CHOICES = 8;
const RUNS = 5;

const figures: Record<string, Figure> = {};
for (const budgets of [1, 2]) {
  const took: number[] = [];
  const ratios: number[] = [];
  const gaps: number[] = [];
  for (const tightness of [0.2, 0.5, 0.8])
    for (let run = 0; run < RUNS; run++) {
      const problem = priceList(budgets, tightness, run);
      const begun = performance.now();
      const found = optimum(problem);
      took.push(performance.now() - begun);
      ratios.push(1e6 * ((found?.value ?? Number.NaN) / (relaxed(problem)?.bound ?? Number.NaN) - 1));
      gaps.push(found?.gap ?? Number.NaN);
    }
  const name = budgets === 1 ? 'one budget' : 'two budgets';
  figures[`${name}: optimum of ${RESOURCES} × ${CHOICES}`] = figure('ms', took);
  figures[`${name}: found above the bound`] = figure('millionths', ratios);
  figures[`${name}: gap`] = figure('s', gaps);
}
tell(figures);

function priceList(budgets: number, tightness: number, seed: number): ChoiceProblem {
  const random = randomFrom(100 * seed + budgets);
  const items = Array.from({ length: RESOURCES }, () => {
    const size = 0.2 + random();
    return Array.from({ length: CHOICES }, (_, level) => ({
      value: size * 10 * (1 - level / CHOICES) ** 2 * (0.8 + 0.4 * random()),
      takes: Array.from({ length: budgets }, () => size * level * (0.6 + 0.8 * random())),
    }));
  });
  const most = Array.from({ length: budgets }, (_, b) =>
    items.reduce((sum, own) => sum + Math.max(...own.map((c) => c.takes[b] as number)), 0),
  );
  return { items, budgets: most.map((m) => tightness * m) };
}
