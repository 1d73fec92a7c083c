import type { ResourceId } from '../domain/index.ts';

export interface Wish {
  readonly resource: ResourceId;
  readonly memoryBytes: number;
  readonly valueS: number;
  /** Asked for or pinned by a person, or in use: taken first, and never refused. */
  readonly certain: boolean;
  /** What must be warm with it, itself left out; resources that cost nothing more are left out too. */
  readonly with: readonly ResourceId[];
}

export interface Granted {
  readonly granted: ReadonlySet<ResourceId>;
  readonly usedBytes: number;
}

/**
 * Greedy knapsack: certain wishes first, then by value per byte; a wish is granted together with its dependencies or
 * not at all. Greedy is within one item of the optimum, and a developer can follow it.
 */
export function allot(wishes: readonly Wish[], memoryOf: (id: ResourceId) => number, budgetBytes: number): Granted {
  const granted = new Set<ResourceId>();
  let usedBytes = 0;
  for (const wish of [...wishes].sort(byUrgency)) {
    const group = [wish.resource, ...wish.with].filter((id) => !granted.has(id));
    const bytes = group.reduce((sum, id) => sum + memoryOf(id), 0);
    if (!wish.certain && usedBytes + bytes > budgetBytes) continue;
    for (const id of group) granted.add(id);
    usedBytes += bytes;
  }
  return { granted, usedBytes };
}

function byUrgency(a: Wish, b: Wish): number {
  if (a.certain !== b.certain) return a.certain ? -1 : 1;
  return density(b) - density(a) || (a.resource < b.resource ? -1 : 1);
}

const density = (wish: Wish): number => wish.valueS / Math.max(1, wish.memoryBytes);
