import type { Resource, ResourceId, Rung, Tuning } from '../../domain/index.ts';
import { isReplica, replicaOf, replicatedBy } from '../../plan/replica.ts';
import type { Measure, Remedy } from './remedy.ts';

/** What holds now: begun or done, and not being taken back; the newest last. */
export const holding = (remedies: readonly Remedy[]): readonly Remedy[] =>
  remedies.filter((r) => r.phase === 'applying' || r.phase === 'applied').sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));

/** What is declared, as remedies changed it. */
export function tuned(declared: readonly Resource[], remedies: readonly Remedy[]): readonly Resource[] {
  const tunings = tuningsOf(holding(remedies).flatMap((r) => r.measures));
  if (tunings.size === 0) return declared;
  return declared.map((r) => {
    const tuning = tunings.get(r.id);
    return tuning ? { ...r, tuning } : r;
  });
}

function tuningsOf(measures: readonly Measure[]): ReadonlyMap<ResourceId, Tuning> {
  const tunings = new Map<ResourceId, Tuning>();
  for (const measure of measures) {
    const before = tunings.get(measure.resource);
    if (measure.how === 'limits') tunings.set(measure.resource, { ...before, limits: { ...before?.limits, ...measure.limits } });
    if (measure.how === 'environment')
      tunings.set(measure.resource, { ...before, environment: { ...before?.environment, ...measure.environment } });
  }
  return tunings;
}

/** With replicas beside what remedies want more than one of. */
export function withReplicas(resources: readonly Resource[], remedies: readonly Remedy[]): readonly Resource[] {
  const wanted = new Map<ResourceId, number>();
  for (const measure of holding(remedies).flatMap((r) => r.measures))
    if (measure.how === 'replicas') wanted.set(measure.resource, measure.replicas);
  if (wanted.size === 0) return resources;
  return resources.flatMap((r) => [r, ...replicasOf(r, r.variant === undefined ? (wanted.get(r.id) ?? 1) : 1)]);
}

/** All but the first. */
export const replicasOf = (resource: Resource, replicas: number): readonly Resource[] =>
  Array.from({ length: Math.max(0, replicas - 1) }, (_, i) => replicaOf(resource, i + 1));

/** Replicas are as warm as the first, as far as that runs. */
export function replicaWishes(resources: readonly Resource[], rungOf: (id: ResourceId) => Rung | 'unknown'): ReadonlyMap<ResourceId, Rung> {
  return new Map(
    resources.filter(isReplica).map((r): [ResourceId, Rung] => {
      const rung = rungOf(replicatedBy(r.id));
      return [r.id, rung === 'ready' || rung === 'seeded' ? 'ready' : 'created'];
    }),
  );
}
