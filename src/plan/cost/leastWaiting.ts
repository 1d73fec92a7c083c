import type { ResourceId } from '../../domain/index.ts';
import type { ChoiceProblem } from './choiceProblem.ts';
import { type Optimum, optimum } from './optimum.ts';
import type { Placeable, Placing } from './placings.ts';

export const BUDGETS = ['moneyPerHour', 'memoryBytes', 'cpuCores', 'costPerHour', 'waitingS'] as const;
export type Budget = (typeof BUDGETS)[number];
/** What may be spent at most; of what is not said as much as there is. */
export type Budgets = Readonly<Partial<Record<Budget, number>>>;

/** What was chosen for each resource, and what that is together. */
export interface CostPlan {
  readonly placings: readonly Placing[];
  readonly totals: Readonly<Record<Budget, number>>;
  /** How much of what was asked to be least may be too much, in its unit; 0: it is proven to be the least. */
  readonly gap: number;
}

/** Why there is no plan, and the smallest change with which there would be one. */
export interface Unmet {
  /** Latency targets that cannot be met, with the least that can: together the fewest milliseconds above targets. */
  readonly targets: readonly { readonly resource: ResourceId; readonly targetMs: number; readonly possibleMs: number }[];
  /** Budgets too small even for nothing but the least of each resource, and what each would have to be. */
  readonly budgets: readonly { readonly budget: Budget; readonly is: number; readonly needed: number }[];
  /** No way at all is known to have these. */
  readonly impossible: readonly ResourceId[];
}

export type Costed = { readonly ok: true; readonly plan: CostPlan } | { readonly ok: false; readonly unmet: Unmet };

/** The choice of rung, size and provider for each resource with the least expected waiting under latency targets and budgets. */
export const leastWaiting = (resources: readonly Placeable[], budgets: Budgets): Costed => least('waitingS', resources, budgets);

/** The same with the least of something else. */
export function least(wish: Budget, resources: readonly Placeable[], budgets: Budgets): Costed {
  const allowed = resources.map(({ latencyTargetMs = Number.POSITIVE_INFINITY, placings }) =>
    placings.filter((p) => p.readyMs <= latencyTargetMs),
  );
  const found = allowed.every((own) => own.length > 0) ? optimum(problemOf(allowed, budgets, (p) => p[wish])) : undefined;
  return found ? { ok: true, plan: planOf(allowed, found) } : { ok: false, unmet: whatIsUnmet(resources, budgets) };
}

function problemOf(items: readonly (readonly Placing[])[], budgets: Budgets, value: (p: Placing, item: number) => number): ChoiceProblem {
  const limited = BUDGETS.filter((b) => Number.isFinite(budgets[b]));
  return {
    items: items.map((placings, i) => placings.map((p) => ({ value: value(p, i), takes: limited.map((b) => p[b]) }))),
    budgets: limited.map((b) => budgets[b] as number),
  };
}

function planOf(items: readonly (readonly Placing[])[], { picks, gap }: Optimum): CostPlan {
  const placings = picks.map((pick, i) => items[i]?.[pick] as Placing);
  const total = (b: Budget): number => placings.reduce((sum, p) => sum + p[b], 0);
  return { placings, gap, totals: Object.fromEntries(BUDGETS.map((b) => [b, total(b)])) as Record<Budget, number> };
}

/** Against a millisecond above a target nothing, but it decides what is even. */
const LITTLE_MS_PER_SECOND = 1e-3;

/** The same budgets without targets, and as little above them as can be: that is the cheapest relaxation; where it is even, with the least waiting. */
function whatIsUnmet(resources: readonly Placeable[], budgets: Budgets): Unmet {
  const impossible = resources.filter((r) => r.placings.length === 0).map((r) => r.resource);
  if (impossible.length > 0) return { targets: [], budgets: [], impossible };
  const all = resources.map((r) => r.placings);
  const aboveMs = (p: Placing, i: number): number =>
    Math.max(0, p.readyMs - (resources[i]?.latencyTargetMs ?? Number.POSITIVE_INFINITY)) + LITTLE_MS_PER_SECOND * p.waitingS;
  const found = optimum(problemOf(all, budgets, aboveMs));
  if (!found) return { targets: [], budgets: tooSmall(all, budgets), impossible };
  const targets = resources.flatMap(({ resource, latencyTargetMs: targetMs = Number.POSITIVE_INFINITY, placings }, i) => {
    const possibleMs = placings[found.picks[i] as number]?.readyMs ?? 0;
    return possibleMs > targetMs ? [{ resource, targetMs, possibleMs }] : [];
  });
  return { targets, budgets: [], impossible };
}

/** What each would need by itself; where each is enough by itself but not all together, what would be needed of each with the others kept. */
function tooSmall(all: readonly (readonly Placing[])[], budgets: Budgets): Unmet['budgets'] {
  const limited = BUDGETS.filter((b) => Number.isFinite(budgets[b]));
  const needs = limited.flatMap((budget) => {
    const { [budget]: is = 0, ...others } = budgets;
    const found = optimum(problemOf(all, others, (p) => p[budget]));
    return found && found.value > is ? [{ budget, is, needed: found.value }] : [];
  });
  if (needs.length > 0) return needs;
  return limited.map((budget) => ({
    budget,
    is: budgets[budget] as number,
    needed: all.reduce((sum, own) => sum + Math.min(...own.map((p) => p[budget])), 0),
  }));
}
