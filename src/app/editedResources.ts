import type { Overlay, Resource, ResourceId } from '../domain/index.ts';
import { ofWorkflow } from '../learn/edits/overlay.ts';
import { resourceOf } from '../sense/catalogue.ts';

/** What is declared, as the developer changed it by hand: with what they added, what they said depends on what, and what they said it takes. */
export function editedResources(declared: readonly Resource[], overlay: Overlay): readonly Resource[] {
  const taken = new Set(declared.map((r) => r.id));
  const added = overlay.additions.filter((a) => !taken.has(a.resource)).map((a) => resourceOf(a.resource, a.addition));
  if (added.length === 0 && overlay.edges.length === 0 && overlay.requirements.length === 0) return declared;
  const all = [...declared, ...added];
  const known = new Set(all.map((r) => r.id));
  const memory = new Map(overlay.requirements.map((r) => [r.resource, r.memoryBytes]));
  return all.map((r) => {
    const needs = overlay.edges.filter((e) => e.to === r.id && e.edge && known.has(e.from)).map((e) => e.from);
    const memoryBytes = memory.get(r.id);
    return {
      ...r,
      dependsOn: [...new Set([...r.dependsOn, ...needs])],
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    };
  });
}

/** What of a workflow was put in or taken out by hand: no other opinion on its need counts. */
export const decidedByHand = (overlay: Overlay, persona: string | undefined): ReadonlySet<ResourceId> =>
  new Set(ofWorkflow(overlay.members, persona).map((m) => m.resource));
