import { type ResourceId, type Rung, rungIndex } from '../domain/index.ts';

export interface Wish {
  readonly resource: ResourceId;
  /** Asked for or pinned by a person, or in use: taken first, and never refused. */
  readonly certain: boolean;
  /** Best first; never empty. */
  readonly options: readonly Option[];
}

export interface Option {
  readonly rung: Rung;
  readonly valueS: number;
  /** At which rung each dependency must be with it. */
  readonly with: ReadonlyMap<ResourceId, Rung>;
}

export interface Granted {
  readonly granted: ReadonlyMap<ResourceId, Rung>;
  readonly usedBytes: number;
  /** Wishes of which not even a lower rung fitted, or whose best did not. */
  readonly refused: ReadonlySet<ResourceId>;
}

/** Memory that it holds at this rung. */
export type MemoryAt = (id: ResourceId, rung: Rung) => number;

/**
 * Greedy knapsack: certain wishes first, then by value per byte of their best rung; an option is granted together with what it
 * depends on or not at all, and where the best does not fit, the next lower rung of the same resource that does. Greedy is within
 * one item of the optimum, and a developer can follow it.
 */
export function allot(wishes: readonly Wish[], memoryAt: MemoryAt, budgetBytes: number): Granted {
  const granted = new Map<ResourceId, Rung>();
  const refused = new Set<ResourceId>();
  let usedBytes = 0;
  const raised = (option: Option, resource: ResourceId): readonly (readonly [ResourceId, Rung])[] =>
    [[resource, option.rung] as const, ...option.with].filter(([id, rung]) => rungIndex(rung) > rungIndex(granted.get(id) ?? 'absent'));
  const extraBytes = (option: Option, resource: ResourceId): number =>
    raised(option, resource).reduce((sum, [id, rung]) => sum + memoryAt(id, rung) - memoryAt(id, granted.get(id) ?? 'absent'), 0);

  for (const { resource, certain, options } of byUrgency(wishes, memoryAt)) {
    const best = options[0] as Option;
    const lower = options.filter((o) => o === best || rungIndex(o.rung) < rungIndex(best.rung));
    const option = lower.find((o) => certain || usedBytes + extraBytes(o, resource) <= budgetBytes);
    if (option !== best) refused.add(resource);
    if (!option) continue;
    usedBytes += extraBytes(option, resource);
    for (const [id, rung] of raised(option, resource)) granted.set(id, rung);
  }
  return { granted, usedBytes, refused };
}

function byUrgency(wishes: readonly Wish[], memoryAt: MemoryAt): readonly Wish[] {
  const density = ({ resource, options: [best] }: Wish): number => (best ? best.valueS / Math.max(1, memoryAt(resource, best.rung)) : 0);
  return [...wishes].sort((a, b) => {
    if (a.certain !== b.certain) return a.certain ? -1 : 1;
    return density(b) - density(a) || (a.resource < b.resource ? -1 : 1);
  });
}
