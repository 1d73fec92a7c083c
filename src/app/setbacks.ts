import type { Action, Fault, ResourceId, UnixMs } from '../domain/index.ts';
import { isEngineFault } from '../plan/breaker.ts';
import { afterFailure, type Setback } from '../plan/setback.ts';

/** What failed and when it may be tried again. Kept in memory only: after a restart everything may be tried once. */
export function createSetbacks(now: () => UnixMs) {
  const all = new Map<ResourceId, Setback>();
  return {
    all: (): ReadonlyMap<ResourceId, Setback> => new Map(all),
    of: (id: ResourceId): Setback | undefined => all.get(id),
    failed(id: ResourceId, verb: Action['verb'], fault: Fault): void {
      all.set(id, afterFailure(all.get(id), verb, fault, now()));
    },
    clear: (id: ResourceId): void => void all.delete(id),
    clearAll: (): void => all.clear(),
    /** What failed for the engine's sake may be tried again. */
    engineIsBack(): void {
      for (const [id, { fault }] of all) if (isEngineFault(fault.code)) all.delete(id);
    },
    /** When the next of them may be tried; undefined where none will be by itself. */
    nextAt(): UnixMs | undefined {
      const times = [...all.values()].flatMap(({ nextAt }) => (nextAt !== undefined && nextAt > now() ? [nextAt] : []));
      return times.length > 0 ? Math.min(...times) : undefined;
    },
  };
}

export type Setbacks = ReturnType<typeof createSetbacks>;
