import type { Component, PersonaModel } from '../../learn/personaModel.ts';
import { withPinned } from '../../learn/personas/edit.ts';
import { highestId } from '../../learn/personas/identify.ts';
import { saidIn } from '../../sense/pdl/demand.ts';
import { alike, threeWay } from '../../sense/pdl/threeWay.ts';
import { componentOf, type PersonaDocument, type PersonaEntry } from '../personaDocument.ts';
import { type Decided, decidedHere, decidedIn, isPinned, saysNothing, told } from './decided.ts';

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
 * service levels, field by field. What both changed stays as it is here, and is told, unless `theirs` is to hold: then somebody asked for
 * it. A persona that nobody knows here comes in whole.
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
    } else if (components.some((c) => c.name === entry.name)) {
      conflicts.push(`“${entry.name}” is new in the file, and another persona is called that here. Rename one of them to have it here.`);
    } else {
      const id = `p${++issued}`;
      components.push({ ...componentOf(entry, i), id, said: saidIn(entry) });
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
  const isHere = (id: string): boolean => components.some((c) => c.id === id);
  for (const entry of entries) {
    const same = [...free].filter((s) => s.decided.name === entry.name);
    take(entry, same.find((s) => isHere(s.id)) ?? (components.some((c) => c.name === entry.name) ? undefined : same[0]));
  }
  for (const entry of entries) {
    if (found.has(entry)) continue;
    const here = components.find((c) => c.name === entry.name && ![...found.values()].some((w) => w.id === c.id));
    const renamed = [...free].find((s) => overlap(s.uses, idsOf(entry)) >= ALIKE);
    if (here) found.set(entry, { id: here.id });
    else take(entry, renamed);
  }
  return found;
}

const idsOf = (entry: PersonaEntry): readonly string[] => (entry.resources ?? []).map((r) => r.id);

/** Jaccard's index. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const other = new Set(b);
  return a.filter((one) => other.has(one)).length / (new Set([...a, ...b]).size || 1);
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

/** It came in by a document, and no session has shown it yet. */
const isOnlyOfFile = (c: Component): boolean => c.lastAt === undefined && c.said !== undefined;

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
