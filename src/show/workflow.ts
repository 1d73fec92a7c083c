import { type Addition, isWarm, type MadeEdit, type Overlay, type Persona, type PinRung, quantile } from '../domain/index.ts';
import { kindWord } from './kindWord.ts';
import { iconOf } from './resourceTree.ts';
import { rungWord } from './rungWord.ts';
import type { Shown, ShownResource } from './shown.ts';
import { english, type Translate } from './translate.ts';

export interface WorkflowNode {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly icon: string;
  /** Absent for an activity, which has no state. */
  readonly rung?: string;
  readonly warm: boolean;
  readonly probability: number;
  /** Until it is needed, from now; of a workflow that is not under way, from its begin. */
  readonly etaMs?: number;
  readonly memoryBytes?: number;
  readonly progress?: string;
  readonly endpoint?: string;
  /** What leads to it, by name. */
  readonly usedBy: readonly string[];
  /** What the developer said, in this workflow. */
  readonly pin?: Exclude<PinRung, 'free'>;
  /** `added`: it exists by hand alone; `put in`: it was declared, and put into the workflow by hand. */
  readonly byHand?: 'added' | 'put in';
}

export interface WorkflowEdge {
  readonly from: string;
  readonly to: string;
  readonly probability: number;
  readonly lagMs: number;
  /** `declared`: in a file, and can't be taken out here; `order`: where it was moved to, no more than that. */
  readonly origin: 'learnt' | 'by hand' | 'declared' | 'order';
}

/** One persona as plain rows: what the graph and its table twin draw. */
export interface Workflow {
  readonly persona: string | undefined;
  readonly personaId: string | undefined;
  /** Whether it is the one under way. */
  readonly active: boolean;
  /** That it is under way. */
  readonly probability: number;
  readonly mode: string;
  readonly trusted: boolean;
  /** In the order of need. */
  readonly nodes: readonly WorkflowNode[];
  readonly edges: readonly WorkflowEdge[];
  readonly personas: readonly { readonly id: string; readonly name: string; readonly active: boolean }[];
  /** Declared here and not in this workflow. */
  readonly others: readonly { readonly id: string; readonly name: string; readonly kind: string }[];
  readonly undo?: MadeEdit;
  readonly redo?: MadeEdit;
  readonly catalogue: readonly Addition[];
}

const MOST_ACTIVITIES = 10;
/** Shares of a cold start's order where nothing was learnt: what nobody knows comes last. */
const UNKNOWN_START_MS = Number.MAX_SAFE_INTEGER;

export interface WorkflowOptions {
  /** The persona that somebody chose to look at; else the one under way, else the most frequent. */
  readonly asked?: string | undefined;
  readonly catalogue?: readonly Addition[];
}

export function workflow(state: Shown, { asked, catalogue = [] }: WorkflowOptions = {}, t: Translate = english): Workflow {
  const personas = state.personas ?? (state.active ? [state.active] : []);
  const persona = personas.find((p) => p.id === asked) ?? state.active ?? [...personas].sort((a, b) => b.weight - a.weight)[0];
  const overlay = state.edits?.overlay;
  const isActive = persona !== undefined && persona.id === state.active?.id;
  const resources = resourcesOf(state, persona, overlay);
  const nodes = [...activitiesOf(state, persona, t), ...resources.map((r) => nodeOf(r, { state, persona, isActive, overlay }, t))];
  const shown = new Map(nodes.map((n) => [n.id, n]));
  const startsAt = startsOf(persona);
  const edges = edgesOf(persona, resources, shown, startsAt, overlay);
  const start = (id: string): number => startsAt.get(id) ?? UNKNOWN_START_MS;
  return {
    persona: persona?.name,
    personaId: persona?.id,
    active: isActive,
    mode: state.mode,
    trusted: state.trusted,
    nodes: nodes
      .map((n) => ({
        ...n,
        usedBy: edges.filter((e) => e.to === n.id && e.origin !== 'order').map((e) => shown.get(e.from)?.label ?? e.from),
      }))
      .sort((a, b) => start(a.id) - start(b.id)),
    edges,
    probability: state.match.personas.find((p) => p.id === persona?.id)?.probability ?? 0,
    personas: personas.map((p) => ({ id: p.id, name: p.name, active: p.id === state.active?.id })),
    others: state.resources
      .filter((r) => isDrawn(r) && !shown.has(r.resource.id))
      .map(({ resource: { id, name, kind } }) => ({ id, name, kind: kindWord(kind, t) })),
    ...(state.edits?.undo ? { undo: state.edits.undo } : {}),
    ...(state.edits?.redo ? { redo: state.edits.redo } : {}),
    catalogue,
  };
}

/** A loose file is never warmed, and another copy is not another part of a workflow. */
const isDrawn = ({ resource }: ShownResource): boolean =>
  resource.spec.type !== 'data-file' && !/^(standby|replica)/.test(resource.variant ?? '');

function resourcesOf(state: Shown, persona: Persona | undefined, overlay: Overlay | undefined): readonly ShownResource[] {
  const used = new Set(persona?.uses.map((u) => u.resource));
  const isOut = (id: string): boolean => ofIt(overlay?.members, persona).some((m) => m.resource === id && !m.in);
  return state.resources.filter((r) => isDrawn(r) && !isOut(r.resource.id) && (!persona || used.has(r.resource.id) || isWarm(r.rung)));
}

function activitiesOf(state: Shown, persona: Persona | undefined, t: Translate): readonly WorkflowNode[] {
  return (persona?.uses ?? [])
    .filter((u) => !state.resources.some((r) => r.resource.id === u.resource) && !isResourceId(u.resource))
    .slice(0, MOST_ACTIVITIES)
    .map((u) => ({
      id: u.resource,
      label: plain(u.resource),
      kind: kindWord(u.resource.split(':')[0] ?? '', t),
      icon: 'circle-small-filled',
      warm: false,
      probability: u.probability,
      usedBy: [],
    }));
}

/** Of an engine's that is not declared any more: no activity. */
const isResourceId = (token: string): boolean => /^(docker|compose|devcontainer|dataset|process|embedded):/.test(token);

interface Around {
  readonly state: Shown;
  readonly persona: Persona | undefined;
  readonly isActive: boolean;
  readonly overlay: Overlay | undefined;
}

function nodeOf(r: ShownResource, { state, persona, isActive, overlay }: Around, t: Translate): WorkflowNode {
  const { id } = r.resource;
  const use = persona?.uses.find((u) => u.resource === id);
  const need = isActive || !persona ? state.needs.find((n) => n.resource === id) : undefined;
  const pin = ofIt(overlay?.pins, persona).findLast((p) => p.resource === id)?.rung;
  const isAdded = overlay?.additions.some((a) => a.resource === id);
  const isPutIn = ofIt(overlay?.members, persona).some((m) => m.resource === id && m.in);
  const etaMs = need?.etaMs ?? quantile(use?.firstUseMs ?? [], 0.5);
  return {
    id,
    label: r.resource.name,
    kind: kindWord(r.resource.kind, t),
    icon: iconOf(r.resource.kind),
    rung: rungWord(r.rung, t),
    warm: isWarm(r.rung),
    probability: need?.probability ?? (isActive ? 0 : (use?.probability ?? 0)),
    memoryBytes: r.resource.memoryBytes,
    usedBy: [],
    ...(etaMs === undefined ? {} : { etaMs }),
    ...(r.progress ? { progress: r.progress } : {}),
    ...(r.endpoint ? { endpoint: r.endpoint } : {}),
    ...(pin ? { pin } : {}),
    ...(isAdded ? { byHand: 'added' as const } : isPutIn ? { byHand: 'put in' as const } : {}),
  };
}

const startsOf = (persona: Persona | undefined): ReadonlyMap<string, number> =>
  new Map((persona?.uses ?? []).map((u) => [u.resource, quantile(u.firstUseMs, 0.5) ?? 0]));

function edgesOf(
  persona: Persona | undefined,
  resources: readonly ShownResource[],
  shown: ReadonlyMap<string, WorkflowNode>,
  startsAt: ReadonlyMap<string, number>,
  overlay: Overlay | undefined,
): readonly WorkflowEdge[] {
  const byHand = ofIt(overlay?.edges, persona).filter((e) => e.edge);
  const isByHand = (from: string, to: string): boolean => byHand.some((e) => e.from === from && e.to === to);
  const found = new Map<string, WorkflowEdge>();
  const draw = (edge: WorkflowEdge): void => {
    const key = JSON.stringify([edge.from, edge.to]);
    if (shown.has(edge.from) && shown.has(edge.to) && !found.has(key)) found.set(key, edge);
  };
  for (const { resource } of resources)
    for (const from of resource.dependsOn)
      draw({
        from,
        to: resource.id,
        probability: 1,
        lagMs: 0,
        origin: overlay?.edges.some((e) => e.from === from && e.to === resource.id && e.edge) ? 'by hand' : 'declared',
      });
  // Left to right in the order of need: what comes later on the whole is not drawn as leading back.
  const leadsOn = (from: string, to: string): boolean => (startsAt.get(from) ?? 0) <= (startsAt.get(to) ?? 0);
  for (const e of persona?.edges ?? [])
    if (isByHand(e.from, e.to) || leadsOn(e.from, e.to))
      draw({
        from: e.from,
        to: e.to,
        probability: e.probability,
        lagMs: e.lagMs.p50,
        origin: isByHand(e.from, e.to) ? 'by hand' : 'learnt',
      });
  for (const { resource, after } of ofIt(overlay?.moves, persona))
    if (after !== undefined) draw({ from: after, to: resource, probability: 0, lagMs: 0, origin: 'order' });
  return [...found.values()];
}

/** What holds in this workflow. */
const ofIt = <T extends { readonly persona: string | undefined }>(
  list: readonly T[] | undefined,
  persona: Persona | undefined,
): readonly T[] => (list ?? []).filter((x) => x.persona === undefined || x.persona === persona?.id);

const plain = (token: string): string => token.replace(/^[a-z-]+:/, '');
