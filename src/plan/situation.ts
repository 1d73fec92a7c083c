import type {
  Action,
  Cost,
  Decision,
  Feedback,
  Mode,
  Need,
  Observation,
  ProviderName,
  Resource,
  ResourceId,
  Rung,
  UnixMs,
} from '../domain/index.ts';
import { holdsMemory } from './ladder.ts';
import type { Pressure } from './pressure.ts';
import type { Setback } from './setback.ts';
import type { Settling } from './settle.ts';
import type { Prices } from './value.ts';

/** All that one pass knows. Times in Unix ms. */
export interface Situation {
  readonly now: UnixMs;
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly resources: readonly Resource[];
  readonly observations: ReadonlyMap<ResourceId, Observation>;
  readonly needs: ReadonlyMap<ResourceId, Need>;
  readonly costs: ReadonlyMap<ResourceId, Cost>;
  /** The newest verdict of the developer per resource. */
  readonly feedback: ReadonlyMap<ResourceId, Feedback>;
  /** Connections open or seen a moment ago, and later than the developer's last word; or a client waits for it. */
  readonly inUse: ReadonlySet<ResourceId>;
  /** The engine that would do it, and the rungs it has; undefined where none can. */
  readonly engineOf: (resource: Resource) => { readonly provider: ProviderName; readonly rungs: readonly Rung[] } | undefined;
  readonly settling: Settling;
  readonly limits: Limits;
  /** How eager to warm each resource, as its ledger taught; 1 where nothing is said. */
  readonly eagernessOf?: (resource: ResourceId) => number;
  /** What is on its way to another rung. */
  readonly moving?: ReadonlyMap<ResourceId, Rung>;
  /** How warm each standby is wanted: one that serves for certain, one that waits where memory is left. */
  readonly standbys?: ReadonlyMap<ResourceId, Rung>;
  /** What failed before, and when it may be tried again. */
  readonly setbacks?: ReadonlyMap<ResourceId, Setback>;
}

export interface Limits {
  readonly memoryBytes: number;
  readonly settleMs: number;
  readonly prices: Prices;
  /** What the machine leaves us now; undefined: all of the budget. */
  readonly pressure?: Pressure;
}

export interface Plan {
  readonly decisions: readonly Decision[];
  readonly actions: readonly Action[];
  /** Worth warming, but the mode asks first (`suggest`) or only watches (`shadow`). */
  readonly proposed: readonly ResourceId[];
  readonly settling: Settling;
  readonly usedBytes: number;
}

/** What may be held now. */
export const budgetBytes = ({ memoryBytes, pressure }: Limits): number => Math.min(memoryBytes, pressure?.memoryBytes ?? memoryBytes);

export const rungOf = (id: ResourceId, s: Situation): Rung | 'unknown' => s.observations.get(id)?.rung ?? 'unknown';

/** Ours, and holding memory or on its way to. */
export function isHeld(id: ResourceId, s: Situation): boolean {
  const seen = s.observations.get(id);
  if (!seen || seen.rung === 'unknown' || seen.owner === 'developer') return false;
  return (seen.owner === 'prewarm' && holdsMemory(seen.rung)) || holdsMemory(s.moving?.get(id) ?? 'absent');
}
