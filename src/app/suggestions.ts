import type { Resource, ResourceId } from '../domain/index.ts';
import type { Suggestion } from './app.ts';
import type { View } from './pipeline.ts';

/** The suggestions that the mode `suggest` makes: what was asked about once is not asked about again in this session. */
export function createSuggestions(resource: (id: ResourceId) => Resource | undefined) {
  const listeners = new Set<(suggestion: Suggestion) => void>();
  const suggested = new Set<ResourceId>();
  return {
    listen(listener: (suggestion: Suggestion) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    endSession(): void {
      suggested.clear();
    },
    make({ plan, active, match }: Pick<View, 'plan' | 'active' | 'match'>): void {
      if (!active) return;
      const resources = plan.proposed.filter((id) => !suggested.has(id)).flatMap((id) => resource(id) ?? []);
      if (resources.length === 0) return;
      for (const { id } of resources) suggested.add(id);
      const probability = match.personas.find((p) => p.id === active.id)?.probability ?? 0;
      for (const listener of listeners) listener({ persona: active.name, probability, resources });
    },
  };
}
