import { type Edge, type Overlay, quantile, type ResourceId } from '../../domain/index.ts';
import { type Component, countOf, type PersonaModel, type Use } from '../personaModel.ts';
import { editedPersonas, ofWorkflow } from './overlay.ts';

/** Between a thing and what was moved behind it, where nothing else is known, ms. */
const STEP_MS = 1000;
/** Of a resource that was never used: wanted from the session's begin. */
const AT_ONCE = [{ value: 0, probability: 1 }] as const;

/** The model with what the developer changed by hand laid over it; what was learnt stays as it is. Personas that are not known are passed over. */
export function editedModel<M extends PersonaModel>(model: M, overlay: Overlay): M {
  const ofAll = [...overlay.members, ...overlay.edges, ...overlay.moves].some((x) => x.persona === undefined);
  const edited = editedPersonas(overlay);
  if (!ofAll && edited.size === 0) return model;
  const components = model.components.map((c) => (ofAll || edited.has(c.id) ? editedPersona(c, overlay) : c));
  return { ...model, components };
}

function editedPersona(persona: Component, overlay: Overlay): Component {
  const { id } = persona;
  const members = new Map(ofWorkflow(overlay.members, id).map((m) => [m.resource, m.in]));
  const edges = withEdges(persona.edges, overlay, id).filter((e) => members.get(e.from) !== false && members.get(e.to) !== false);
  const uses = withMembers(persona.uses, members);
  const led = withLed(uses, overlay, id, members);
  const moved = withMoves(led, overlay, id);
  return {
    ...persona,
    ...withHeard(persona, members),
    edges,
    uses: [...moved].sort((a, b) => b.probability - a.probability || (a.resource < b.resource ? -1 : 1)),
  };
}

/**
 * Who uses what was put in is of this workflow: where nothing was learnt of it yet, it counts as if each session had used it once. Else
 * its first use would speak for the workflow of which the least is known.
 */
function withHeard(
  { unigram, total, support }: Component,
  members: ReadonlyMap<ResourceId, boolean>,
): Pick<Component, 'unigram' | 'total'> {
  const fresh = [...members].filter(([resource, isIn]) => isIn && countOf(unigram, resource) === 0).map(([resource]) => resource);
  if (fresh.length === 0) return { unigram, total };
  const known = new Map([...Object.entries(unigram), ...fresh.map((resource): [string, number] => [resource, support])]);
  return { unigram: Object.fromEntries(known), total: total + fresh.length * support };
}

/** What was put in is used for certain, what was taken out is not. */
function withMembers(uses: readonly Use[], members: ReadonlyMap<ResourceId, boolean>): readonly Use[] {
  const kept = uses.filter((u) => members.get(u.resource) !== false).map((u) => (members.get(u.resource) ? { ...u, probability: 1 } : u));
  const known = new Set(kept.map((u) => u.resource));
  const fresh = [...members].filter(([resource, isIn]) => isIn && !known.has(resource)).map(([resource]) => useOf(resource, 1, 0));
  return [...kept, ...fresh];
}

function withEdges(learnt: readonly Edge[], overlay: Overlay, persona: string): readonly Edge[] {
  const said = ofWorkflow(overlay.edges, persona);
  const isSaid = (e: Edge): boolean => said.some((s) => s.from === e.from && s.to === e.to);
  return [
    ...learnt.filter((e) => !isSaid(e)),
    ...said.flatMap(({ from, to, edge }) =>
      edge ? [{ from, to, probability: edge.probability, lagMs: { p50: edge.lagMs, p90: edge.lagMs } }] : [],
    ),
  ];
}

/** What a thing leads to is used at least as often as the thing, by the edge's probability. */
function withLed(uses: readonly Use[], overlay: Overlay, persona: string, members: ReadonlyMap<ResourceId, boolean>): readonly Use[] {
  const by = new Map(uses.map((u) => [u.resource, u]));
  for (const { from, to, edge } of ofWorkflow(overlay.edges, persona)) {
    if (!edge || members.get(to) === false || members.get(from) === false) continue;
    const least = (by.get(from)?.probability ?? 0) * edge.probability;
    const own = by.get(to) ?? useOf(to, 0, startOf(by.get(from)) + edge.lagMs);
    if (least > 0 && least > own.probability) by.set(to, { ...own, probability: least });
  }
  return [...by.values()];
}

/** Each is needed right after the one that it was moved behind, or before all others. */
function withMoves(uses: readonly Use[], overlay: Overlay, persona: string): readonly Use[] {
  const by = new Map(uses.map((u) => [u.resource, u]));
  for (const { resource, after } of ofWorkflow(overlay.moves, persona)) {
    const own = by.get(resource);
    if (!own) continue;
    const at = after === undefined ? 0 : startOf(by.get(after)) + STEP_MS;
    by.set(resource, { ...own, firstUseMs: [{ value: at, probability: 1 }] });
  }
  return [...by.values()];
}

const startOf = (use: Use | undefined): number => quantile(use?.firstUseMs ?? [], 0.5) ?? 0;

const useOf = (resource: string, probability: number, startMs: number): Use => ({
  resource,
  probability,
  again: 0.5,
  firstUseMs: startMs > 0 ? [{ value: startMs, probability: 1 }] : AT_ONCE,
  gapMs: [],
  durationMs: [],
});
