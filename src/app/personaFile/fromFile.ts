import type { Pin } from '../../domain/index.ts';
import type { Component, PersonaModel } from '../../learn/personaModel.ts';
import { withPinned } from '../../learn/personas/edit.ts';
import { highestId } from '../../learn/personas/identify.ts';
import {
  type DemandFields,
  demandFields,
  type RequirementFields,
  requirementFields,
  type SlaFields,
  saidIn,
} from '../../sense/pdl/demand.ts';
import { alike, type Conflict, threeWay } from '../../sense/pdl/threeWay.ts';
import { componentOf, type PersonaDocument, type PersonaEntry } from '../personaDocument.ts';

/** What people decided of a persona, in the form of the document. What is learnt is each developer's own, and is not here. */
interface Decided extends DemandFields {
  readonly name: string;
  readonly pins: readonly Pin[];
  readonly resources: readonly { readonly id: string; readonly requirements?: RequirementFields; readonly sla?: SlaFields }[];
}

/** What a document said of one persona when it was last read. */
export interface Seen {
  /** Of the persona that it was about, which may be gone. */
  readonly id: string;
  readonly decided: Decided;
  /** Ids of all that it uses: by these it is known again under another name. */
  readonly uses: readonly string[];
}

/** What is remembered of a document between two looks at it. */
export interface FileMemory {
  readonly seen: readonly Seen[];
  /** By id: the entry as we wrote it, or would have, when it was last written or first read. */
  readonly saved: Readonly<Record<string, PersonaEntry>>;
}

export interface FromFile {
  readonly model: PersonaModel;
  readonly seen: readonly Seen[];
  /** By id of the personas that changed: what came, in a few words. */
  readonly came: ReadonlyMap<string, string>;
  /** Sentences: what both changed, and which holds. */
  readonly conflicts: readonly string[];
}

/** Of what a persona uses, so much is the same where it was only renamed. */
const ALIKE = 0.6;

/**
 * Joins what a document says with what is known here, since it was last `seen`: names, pins, patterns, profiles, requirements and
 * service levels, field by field. What both changed stays as it is here, and is told, unless `theirs` is to hold: then somebody asked for it. A persona that nobody knows here comes in whole.
 */
export function fromFile(
  model: PersonaModel,
  document: PersonaDocument,
  before: readonly Seen[],
  holds: 'ours' | 'theirs' = 'ours',
): FromFile {
  const components = [...model.components];
  const came = new Map<string, string>();
  const conflicts: string[] = [];
  const seen: Seen[] = [];
  let issued = highestId(model);
  const matched = whoIsWho(document.personas, before, components);
  for (const [i, entry] of document.personas.entries()) {
    const was = matched.get(entry);
    const at = components.findIndex((c) => c.id === was?.id);
    const decided = decidedIn(entry);
    if (at !== -1) {
      const own = components[at] as Component;
      const next = joined(own, was?.seen?.decided, decided, { all: components, conflicts, holds });
      if (next.came.length > 0) came.set(own.id, next.came.join(', '));
      components[at] = next.component;
      seen.push({ id: own.id, decided, uses: idsOf(entry) });
    } else if (was) {
      // It was deleted here; who has it in the file keeps it there.
      seen.push({ id: was.id, decided, uses: idsOf(entry) });
      if (threeWay(was.seen?.decided, decided, undefined).conflicts.length > 0)
        conflicts.push(`“${entry.name}” was changed in the file and deleted here. It stays deleted here, and stays in the file.`);
    } else {
      const id = `p${++issued}`;
      components.push(...fresh(entry, i, id, components));
      came.set(id, 'new in the file');
      seen.push({ id, decided, uses: idsOf(entry) });
    }
  }
  const there = new Set(seen.map((s) => s.id));
  for (const gone of before.filter((s) => !there.has(s.id))) takeOut(gone, components, came, conflicts);
  const changed = came.size > 0;
  return { model: changed ? { ...model, components: roomFor(components, model), issued } : model, seen, came, conflicts };
}

interface Was {
  readonly id: string;
  readonly seen?: Seen;
}

/** By the name that it had when it was last seen, by the name that it has here, or by what it uses where it was renamed. */
function whoIsWho(
  entries: readonly PersonaEntry[],
  before: readonly Seen[],
  components: readonly Component[],
): ReadonlyMap<PersonaEntry, Was> {
  const found = new Map<PersonaEntry, Was>();
  const free = new Set(before);
  const take = (entry: PersonaEntry, seen: Seen | undefined): void => {
    if (!seen) return;
    free.delete(seen);
    found.set(entry, { id: seen.id, seen });
  };
  for (const entry of entries)
    take(
      entry,
      [...free].find((s) => s.decided.name === entry.name),
    );
  for (const entry of entries) {
    if (found.has(entry)) continue;
    const here = components.find((c) => c.name === entry.name && ![...found.values()].some((w) => w.id === c.id));
    if (here) found.set(entry, { id: here.id });
    else
      take(
        entry,
        [...free].find((s) => overlap(s.uses, idsOf(entry)) >= ALIKE),
      );
  }
  return found;
}

const idsOf = (entry: PersonaEntry): readonly string[] => (entry.resources ?? []).map((r) => r.id);

/** Jaccard's index. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const both = a.filter((one) => b.includes(one)).length;
  return both / (new Set([...a, ...b]).size || 1);
}

function decidedIn(entry: PersonaEntry): Decided {
  return decidedOf(entry.name, entry.pins ?? [], saidIn(entry));
}

const decidedHere = (c: Component): Decided => decidedOf(c.name, c.pins ?? [], c.said ?? NOTHING);

const NOTHING = { patterns: [], profiles: [], requirements: [] } as const;

function decidedOf(name: string, pins: readonly Pin[], said: ReturnType<typeof saidIn>): Decided {
  const resources = said.requirements.map((r) => {
    const requirements = requirementFields(r);
    const { priority, latencyTargetMs } = r;
    const sla = {
      ...(priority === undefined ? {} : { priority }),
      ...(latencyTargetMs === undefined ? {} : { latency_target_ms: latencyTargetMs }),
    };
    return { id: r.resource, requirements, sla };
  });
  return { name, pins, engagement_patterns: [], resource_profiles: [], ...demandFields(said), resources };
}

interface Joined {
  readonly component: Component;
  readonly came: readonly string[];
}

interface Among {
  readonly all: readonly Component[];
  readonly conflicts: string[];
  readonly holds: 'ours' | 'theirs';
}

function joined(own: Component, base: Decided | undefined, theirs: Decided, { all, conflicts, holds }: Among): Joined {
  const ours = decidedHere(own);
  const merge = holds === 'ours' ? threeWay(base, theirs, ours) : threeWay(base, ours, theirs);
  const merged = merge.value as Decided;
  if (holds === 'ours') conflicts.push(...merge.conflicts.filter((c) => !isPinned(c, merged.pins)).map((c) => told(own.name, c)));
  const clash = merged.name !== own.name && all.some((c) => c !== own && c.name === merged.name);
  if (clash) conflicts.push(`“${own.name}” is called “${merged.name}” in the file, as another persona is here. It keeps its name here.`);
  const name = clash ? own.name : merged.name;
  const came = FIELDS.flatMap(([field, word]) => {
    const [was, is] = field === 'name' ? [own.name, name] : [ours[field], merged[field]];
    return alike(was, is) ? [] : [word];
  });
  if (came.length === 0) return { component: own, came };
  const said = saidIn(merged);
  const { pins: _pins, said: _said, ...rest } = own;
  return {
    component: withPinned({
      ...rest,
      name,
      ...(merged.pins.length > 0 ? { pins: merged.pins } : {}),
      ...(saysNothing(said) && !isOnlyOfFile(own) ? {} : { said }),
    }),
    came,
  };
}

const FIELDS = [
  ['name', 'name'],
  ['pins', 'pins'],
  ['engagement_patterns', 'patterns'],
  ['resource_profiles', 'profiles'],
  ['resources', 'requirements and service levels'],
] as const satisfies readonly (readonly [keyof Decided, string])[];

/** A pin of the same thing decides it, whatever else is written. */
const isPinned = ({ path }: Conflict, pins: readonly Pin[]): boolean => {
  const [list, resource, part, field] = path;
  return (
    (list === 'resources' && part === 'sla' && pins.some((p) => p.resource === resource && p.field === field)) ||
    (list === 'name' && pins.some((p) => p.field === 'name'))
  );
};

const told = (persona: string, { path, theirs, ours }: Conflict): string =>
  ours === undefined
    ? `“${persona}”: ${path.join(' / ')} was changed in the file and taken out here. The file's ${short(theirs)} holds.`
    : theirs === undefined
      ? `“${persona}”: ${path.join(' / ')} was taken out of the file and changed here. ${short(ours)} stays here.`
      : `“${persona}”: ${path.join(' / ')} is ${short(theirs)} in the file and ${short(ours)} here; both were changed. What is here stays. Pin it to decide.`;

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** It came in by a document, and no session has shown it yet. */
const isOnlyOfFile = (c: Component): boolean => c.lastAt === undefined && c.said !== undefined;

const saysNothing = (said: Component['said']): boolean => Object.values(said ?? NOTHING).every((list) => list.length === 0);

/** A persona as the document has it, until sessions teach more. */
function fresh(entry: PersonaEntry, i: number, id: string, all: readonly Component[]): readonly Component[] {
  const said = saidIn(entry);
  return all.some((c) => c.name === entry.name) ? [] : [{ ...componentOf(entry, i), id, said }];
}

/** Whoever took it out of the file takes out what the file had said. A persona that only the file knew goes with it. */
function takeOut(gone: Seen, components: Component[], came: Map<string, string>, conflicts: string[]): void {
  const at = components.findIndex((c) => c.id === gone.id);
  const own = components[at];
  if (!own) return;
  const bare: Decided = { name: own.name, pins: [], engagement_patterns: [], resource_profiles: [], resources: [] };
  const next = joined(own, { ...gone.decided, name: own.name }, bare, { all: components, conflicts, holds: 'ours' });
  const onlyOfFile = isOnlyOfFile(own) && saysNothing(next.component.said);
  if (!onlyOfFile && next.came.length === 0) return;
  came.set(own.id, onlyOfFile ? 'gone from the file' : `gone from the file: ${next.came.join(', ')}`);
  if (onlyOfFile) components.splice(at, 1);
  else components[at] = next.component;
}

/** Weights are shares: those that are new make the others smaller. */
function roomFor(components: readonly Component[], before: PersonaModel): readonly Component[] {
  const most = Math.min(
    1,
    Math.max(
      0.95,
      before.components.reduce((sum, c) => sum + c.weight, 0),
    ),
  );
  const total = components.reduce((sum, c) => sum + c.weight, 0);
  const scale = total > most ? most / total : 1;
  return [...components]
    .map((c) => (scale < 1 ? { ...c, weight: c.weight * scale } : c))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
}
