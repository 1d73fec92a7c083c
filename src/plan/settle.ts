import type { ResourceId, UnixMs } from '../domain/index.ts';

/** Since when each warm resource has been without a reason to stay warm. Plain data, carried from pass to pass. */
export type Settling = Readonly<Record<ResourceId, UnixMs>>;

/**
 * Anti-flap: a resource is let go only after it has been unwanted for `settleMs` on end, so that a probability that
 * wavers about the threshold does not start and stop containers.
 */
export function settle(previous: Settling, unwanted: ReadonlySet<ResourceId>, now: UnixMs, settleMs: number) {
  const settling: Record<ResourceId, UnixMs> = {};
  const release = new Set<ResourceId>();
  for (const id of unwanted) {
    const since = previous[id] ?? now;
    settling[id] = since;
    if (now - since >= settleMs) release.add(id);
  }
  return { settling: settling as Settling, release: release as ReadonlySet<ResourceId> };
}
