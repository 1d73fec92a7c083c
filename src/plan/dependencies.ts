import type { Resource, ResourceId } from '../domain/index.ts';

/** Everything the resource depends on, near and far; a cycle is walked once. */
export function dependenciesOf(id: ResourceId, byId: ReadonlyMap<ResourceId, Resource>): readonly ResourceId[] {
  const found = new Set<ResourceId>();
  const walk = (at: ResourceId): void => {
    for (const next of byId.get(at)?.dependsOn ?? []) {
      if (next === id || found.has(next) || !byId.has(next)) continue;
      found.add(next);
      walk(next);
    }
  };
  walk(id);
  return [...found];
}

/**
 * The same resources with the edges that close a circle left out (depth-first back edges, in the order given), so that
 * everything downstream may walk dependencies without end. Returns what was cut, to be told.
 */
export function withoutCycles(resources: readonly Resource[]): { resources: readonly Resource[]; cut: readonly string[] } {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const state = new Map<ResourceId, 'open' | 'done'>();
  const kept = new Map<ResourceId, ResourceId[]>();
  const cut: string[] = [];
  const visit = (id: ResourceId): void => {
    state.set(id, 'open');
    const edges: ResourceId[] = [];
    for (const next of byId.get(id)?.dependsOn ?? []) {
      if (!byId.has(next)) continue;
      if (state.get(next) === 'open') {
        cut.push(`${id} → ${next}`);
        continue;
      }
      edges.push(next);
      if (!state.has(next)) visit(next);
    }
    kept.set(id, edges);
    state.set(id, 'done');
  };
  for (const resource of resources) if (!state.has(resource.id)) visit(resource.id);
  return { resources: resources.map((r) => ({ ...r, dependsOn: kept.get(r.id) ?? [] })), cut };
}
