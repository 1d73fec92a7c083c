import type { ChoiceProblem } from './choiceProblem.ts';

/** What a unit of each budget is worth, in values, and what no choice can be better than. */
export interface Relaxed {
  readonly multipliers: readonly number[];
  /** The least value that any choice within the budgets can have, at most. */
  readonly bound: number;
}

const ROUNDS = 40;
const HALVINGS = 48;
const DOUBLINGS = 60;

/**
 * The Lagrangian bound of a multiple-choice knapsack (Fisher 1981): with λ ≥ 0 per unit of budget, Σ min (value + λ · takes) − λ · budgets
 * is below the value of every choice that keeps to the budgets. It is concave in λ; it is raised along one budget at a time, and along
 * pairs of them, by bisection of its slope. Any λ gives a bound that holds: a better one only saves work. Undefined where a budget is
 * too small for the least that it can be asked for.
 */
export function relaxed(problem: ChoiceProblem): Relaxed | undefined {
  const { budgets } = problem;
  const flat = flattened(problem);
  let at = budgets.map(() => 0);
  let best = flat.look(at);
  const scales = budgets.map((budget, b) => flat.valueRange / Math.max(budget, flat.most[b] as number, Number.MIN_VALUE) || 1);
  if (budgets.some((budget, b) => (flat.least[b] as number) > budget)) return undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const before = best.bound;
    for (const direction of directions(budgets.length, round)) {
      const moved = raised(at, direction, scales, flat);
      const seen = flat.look(moved);
      if (seen.bound > best.bound) [at, best] = [moved, seen];
    }
    if (best.bound - before <= 1e-10 * Math.max(1, Math.abs(best.bound))) break;
  }
  return { multipliers: at, bound: best.bound };
}

/** Each budget alone; in every second round also each pair, together and against each other. */
function directions(count: number, round: number): readonly (readonly number[])[] {
  const all: number[][] = [];
  for (let a = 0; a < count; a++) {
    all.push(unit(count, a, 1));
    if (round % 2 === 0) continue;
    for (let b = a + 1; b < count; b++)
      for (const [x, y] of [
        [1, 1],
        [1, -1],
        [1, -0.25],
        [0.25, -1],
      ] as const) {
        const pair = unit(count, a, x);
        pair[b] = y;
        all.push(pair);
      }
  }
  return all;
}

const unit = (count: number, at: number, size: number): number[] => Array.from({ length: count }, (_, i) => (i === at ? size : 0));

/** The highest point on a line through `at`, as far as no multiplier is below 0. */
function raised(at: readonly number[], direction: readonly number[], scales: readonly number[], flat: Flat): number[] {
  const step = direction.map((d, b) => d * (scales[b] as number));
  const point = (t: number): number[] => at.map((x, b) => Math.max(0, x + t * (step[b] as number)));
  const slope = (t: number): number => flat.look(point(t)).excess.reduce((sum, e, b) => sum + e * (step[b] as number), 0);
  const reach = (sign: number): number =>
    Math.min(...at.map((x, b) => ((step[b] as number) * sign < 0 ? x / Math.abs(step[b] as number) : Number.POSITIVE_INFINITY)));
  const sign = slope(0) > 0 ? 1 : -1;
  const furthest = reach(sign);
  if (furthest === 0) return [...at];
  let [low, high] = [0, Math.min(furthest, 1e-6)];
  for (let i = 0; i < DOUBLINGS && high < furthest && sign * slope(sign * high) > 0; i++)
    [low, high] = [high, Math.min(furthest, 2 * high)];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (sign * slope(sign * middle) > 0) low = middle;
    else high = middle;
  }
  return point(sign * high);
}

type Flat = ReturnType<typeof flattened>;

/** In flat arrays, since it is looked at hundreds of times. */
function flattened({ items, budgets }: ChoiceProblem) {
  const width = budgets.length;
  const choices = items.flat();
  const values = Float64Array.from(choices, (c) => c.value);
  const takes = Float64Array.from(choices.flatMap((c) => c.takes));
  const sizes = Int32Array.from(items, (own) => own.length);
  const extreme = (b: number, pick: (...all: number[]) => number): number =>
    items.reduce((sum, own) => sum + pick(...own.map((c) => c.takes[b] as number)), 0);
  const least = budgets.map((_, b) => extreme(b, Math.min));
  const most = budgets.map((_, b) => extreme(b, Math.max));
  const valueRange = items.reduce((sum, own) => sum + Math.max(...own.map((c) => c.value)) - Math.min(...own.map((c) => c.value)), 0);
  /** The bound at these multipliers, and by how much what is chosen there exceeds each budget. */
  function look(multipliers: readonly number[]): { readonly bound: number; readonly excess: readonly number[] } {
    const excess = budgets.map((b) => -b);
    let bound = 0;
    let at = 0;
    for (let i = 0; i < sizes.length; i++) {
      let low = Number.POSITIVE_INFINITY;
      let pick = at;
      for (const end = at + (sizes[i] as number); at < end; at++) {
        let sum = values[at] as number;
        for (let b = 0; b < width; b++) sum += (multipliers[b] as number) * (takes[at * width + b] as number);
        if (sum < low) {
          low = sum;
          pick = at;
        }
      }
      bound += low;
      for (let b = 0; b < width; b++) excess[b] = (excess[b] as number) + (takes[pick * width + b] as number);
    }
    for (let b = 0; b < width; b++) bound -= (multipliers[b] as number) * (budgets[b] as number);
    return { bound, excess };
  }
  return { look, least, most, valueRange };
}
