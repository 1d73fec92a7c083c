import { type Budgets, type Costed, type CostPlan, least, leastWaiting } from './leastWaiting.ts';
import type { Placeable } from './placings.ts';

/** Plans of which none is both cheaper and has less waiting than another: the cheapest first. */
export type TradeOff = readonly CostPlan[];

export const MOST_POINTS = 24;

/**
 * Cost against expected waiting (the ε-constraint method, Haimes, Lasdon and Wismer 1971): the least waiting, at the least cost; then the
 * least waiting that costs less; and so on to the cheapest. Every point is on the front; where there are more than `most`, steps are taken
 * that are evenly wide in cost. Where not even one plan is possible, why.
 */
export function tradeOff(
  resources: readonly Placeable[],
  budgets: Budgets,
  most = MOST_POINTS,
): { readonly ok: true; readonly front: TradeOff } | Extract<Costed, { ok: false }> {
  const cheapest = least('costPerHour', resources, budgets);
  if (!cheapest.ok) return cheapest;
  const floor = cheapest.plan.totals.costPerHour;
  const all = walked(resources, budgets, floor, 0, most);
  if (isFloor(all.at(-1), floor)) return { ok: true, front: all.reverse() };
  const range = (all[0]?.totals.costPerHour ?? floor) - floor;
  return { ok: true, front: walked(resources, budgets, floor, range / (most - 1), most).reverse() };
}

/** From the dearest down, each at least `step` cheaper than the one before; the last of `most` is the cheapest. */
function walked(resources: readonly Placeable[], budgets: Budgets, floor: number, step: number, most: number): CostPlan[] {
  const front: CostPlan[] = [];
  let ceiling = budgets.costPerHour ?? Number.POSITIVE_INFINITY;
  while (front.length < most && !isFloor(front.at(-1), floor)) {
    const point = onFront(resources, { ...budgets, costPerHour: ceiling });
    if (!point) break;
    front.push(point);
    const { costPerHour } = point.totals;
    ceiling = step > 0 && front.length === most - 1 ? floor : Math.max(floor, costPerHour - Math.max(step, 1e-7 * costPerHour));
  }
  return front;
}

const isFloor = (plan: CostPlan | undefined, floor: number): boolean =>
  plan !== undefined && plan.totals.costPerHour <= floor * (1 + 1e-9) + 1e-12;

/** The least waiting, and among plans with that the cheapest. */
function onFront(resources: readonly Placeable[], budgets: Budgets): CostPlan | undefined {
  const quickest = leastWaiting(resources, budgets);
  if (!quickest.ok) return undefined;
  const { waitingS } = quickest.plan.totals;
  const cheapest = least('costPerHour', resources, { ...budgets, waitingS: Math.min(waitingS, budgets.waitingS ?? waitingS) });
  return cheapest.ok ? cheapest.plan : quickest.plan;
}

/** The plan of a chosen point: the least waiting for at most so much per hour; the cheapest where that is too little. */
export function planFor(front: TradeOff, costPerHour: number): CostPlan | undefined {
  return front.findLast((plan) => plan.totals.costPerHour <= costPerHour + 1e-12) ?? front[0];
}
