import { type EngagementPattern, failed, ok, type Persona, type Resource, type Result, type UnixMs } from '../domain/index.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { expectOfPersona, renamePersona } from '../learn/personas/edit.ts';
import { forgetPersona } from '../learn/personas/forget.ts';
import { mergePersonas } from '../learn/personas/merge.ts';
import { endedIn, releasePersona, restorePersona } from '../learn/personas/restore.ts';
import { type Difference, differences } from '../sense/pdl/difference.ts';
import type { KnownTraffic } from './knownTraffic.ts';
import { type PersonaDocument, toDocument } from './personaDocument.ts';
import { documentOf, type PersonaVersions } from './personaVersions.ts';
import type { PersonaVersion, SplitOptions } from './ports.ts';

/** What a person does with personas. Each edit holds when history is learnt anew, is kept as a version, and can be undone. */
export interface AppPersonas extends PersonaFiles {
  rename(id: string, name: string): Promise<Result<PersonaEdit>>;
  /** What is expected of its users from now on; a pattern of the same name is replaced. */
  expect(id: string, pattern: EngagementPattern): Promise<Result<PersonaEdit>>;
  /** The first stays, with its name. */
  merge(into: string, from: string): Promise<Result<PersonaEdit>>;
  /** Into the workflows that its sessions show; learns in the worker. Refused where there is one. */
  split(id: string, options?: SplitOptions): Promise<Result<PersonaEdit>>;
  /** Stays away until later sessions show it again. */
  remove(id: string): Promise<Result<PersonaEdit>>;
  /** Exactly as it was in that version; from then on it learns from what comes, until it is released. */
  rollBack(id: string, version: number): Promise<Result<PersonaEdit>>;
  /** Learnt from all of history again. */
  release(id: string): Promise<Result<PersonaEdit>>;
  /** Newest last; of all personas, those that are gone too, where none is named. */
  versions(id?: string): Promise<readonly PersonaVersionView[]>;
  /** The persona document of these, or of all. */
  export(ids?: readonly string[]): PersonaDocument;
  /** With the traffic of their resources, as the journal tells of it. */
  exportMeasured(ids?: readonly string[]): Promise<PersonaDocument>;
}

/** Personas in documents that people write. */
export interface PersonaFiles {
  /** What a document says of names, pins, patterns, profiles, requirements and service levels; personas that are new come in whole. */
  import(text: string, name: string): Promise<Result<ImportedDocument>>;
  /** With measured traffic, the text for a file: of one that is there already only what differs is changed, and what others wrote there stays. */
  exportText(ids: readonly string[] | undefined, existing?: { readonly text: string; readonly name: string }): Promise<Result<string>>;
  /** Into the workspace's own persona document, where what others wrote there stays. Nothing else writes it. */
  saveToRepository(): Promise<Result<{ readonly file: string; readonly written: boolean }>>;
  /** What the workspace's persona document and we both changed, in sentences; what is here holds. */
  conflicts(): readonly string[];
  /** What differs between two versions of a persona; `now` is as it is. */
  compare(id: string, from: number, to: number | 'now'): Promise<Result<readonly Difference[]>>;
}

export interface ImportedDocument extends PersonaEdit {
  /** By id: what came, in a few words. */
  readonly came: ReadonlyMap<string, string>;
  readonly conflicts: readonly string[];
}

export interface PersonaEdit {
  /** The personas that came of it. */
  readonly personas: readonly { readonly id: string; readonly name: string }[];
  /** Everything as before; refused where something else was edited since. */
  undo(): Promise<Result<void>>;
}

export interface PersonaVersionView extends Omit<PersonaVersion, 'snapshot'> {
  readonly name: string;
  readonly document: PersonaDocument;
  /** Fields that the version before it has otherwise, such as `pins / name`; what changes with time alone is left out. */
  readonly changed: readonly string[];
}

export interface PersonaEditPorts {
  readonly now: () => UnixMs;
  readonly model: () => PersonaModel | undefined;
  readonly remember: (model: PersonaModel) => void;
  readonly personas: () => readonly Persona[];
  readonly resources: () => readonly Resource[];
  readonly versions: PersonaVersions;
  /** As the journal tells of it. */
  readonly traffic: () => Promise<KnownTraffic>;
  readonly learning: {
    edited(): void;
    relearn(): Promise<void>;
    split(id: string, options: SplitOptions): Promise<Result<PersonaModel | undefined>>;
  };
  /** So that what is shown follows. */
  readonly pass: () => Promise<void>;
}

type Reason = (id: string) => string;

/** Edits, and what is decided like one: by a test, by a document. */
export interface PersonaEdits extends Omit<AppPersonas, keyof PersonaFiles> {
  /** As it was in that version, under its present name. */
  adopt(id: string, version: Pick<PersonaVersion, 'at' | 'snapshot'>, reason: string): Promise<Result<PersonaEdit>>;
  /** It stays as it is, and its versions tell why. */
  note(id: string, reason: string): Promise<void>;
  /** What came from a document; what is shown follows with the next pass. */
  came(before: PersonaModel, after: PersonaModel, reason: Reason): Promise<PersonaEdit>;
}

export function createPersonaEdits({
  now,
  model,
  remember,
  personas,
  resources,
  traffic,
  versions,
  learning,
  pass,
}: PersonaEditPorts): PersonaEdits {
  const document = (ids: readonly string[] | undefined, measured?: KnownTraffic): PersonaDocument =>
    toDocument(
      personas().filter((p) => ids?.includes(p.id) ?? true),
      resources(),
      measured,
    );

  /** Which edit was the last. */
  let last: object | undefined;
  let editedAt = 0;

  /** No two edits at one time, and room before each for how it was: going back counts what was decided since. */
  function time(): UnixMs {
    editedAt = Math.max(now(), editedAt + 2);
    return editedAt;
  }

  async function edit(
    change: (model: PersonaModel, at: UnixMs) => Result<PersonaModel>,
    reason: Reason,
    author: PersonaVersion['author'] = 'person',
  ): Promise<Result<PersonaEdit>> {
    const before = model();
    if (!before) return nothing;
    const at = time();
    const after = change(before, at);
    return after.ok ? kept(before, after.value, { author, reason }, at) : after;
  }

  async function kept(
    before: PersonaModel,
    after: PersonaModel,
    why: { readonly author: PersonaVersion['author']; readonly reason: Reason },
    at = time(),
    of?: readonly string[],
  ): Promise<Result<PersonaEdit>> {
    const edited = of ? onlyOf(of, before, after) : after;
    const done = await recorded(before, edited, why, at, after);
    await versions.record(edited, after, { author: 'learnt', reason: () => 'learnt anew' }, at);
    await pass();
    return ok(done);
  }

  async function recorded(
    before: PersonaModel,
    edited: PersonaModel,
    why: { readonly author: PersonaVersion['author']; readonly reason: Reason },
    at = time(),
    after = edited,
  ): Promise<PersonaEdit> {
    take(after);
    const own = {};
    last = own;
    await versions.record(before, edited, why, at);
    const was = new Map(before.components.map((c) => [c.id, c]));
    const changed = edited.components.filter((c) => was.get(c.id) !== c).map(({ id, name }) => ({ id, name }));
    return { personas: changed, undo: () => undone(own, before, after, why.reason) };
  }

  async function undone(own: object, before: PersonaModel, after: PersonaModel, reason: Reason): Promise<Result<void>> {
    if (last !== own) return failed('wrong-usage', 'never', 'Personas were edited since then. Go back to a version instead.');
    last = undefined;
    take(before);
    await versions.record(after, before, { author: 'person', reason: (id) => `undone: ${reason(id)}` }, time());
    // What was learnt since is learnt again.
    void learning.relearn();
    await pass();
    return ok(undefined);
  }

  function take(next: PersonaModel): void {
    remember(next);
    learning.edited();
  }

  const nameOf = (id: string): string => model()?.components.find((c) => c.id === id)?.name ?? id;

  return {
    came: (before, after, reason) => recorded(before, after, { author: 'file', reason }),
    rename: (id, name) => {
      const before = nameOf(id);
      return edit(
        (m) => renamePersona(m, id, name),
        () => `renamed from “${before}”`,
      );
    },
    expect: (id, pattern) =>
      edit(
        (m) => expectOfPersona(m, id, pattern),
        () => `expected: ${pattern.expectedVolume} ${pattern.name}`,
      ),
    merge: (into, from) => {
      const [a, b] = [nameOf(into), nameOf(from)];
      return edit(
        (m, at) => mergePersonas(m, into, from, at),
        (id) => (id === into ? `merged with “${b}”` : `merged into “${a}”`),
      );
    },
    remove: (id) =>
      edit(
        (m, at) => forgetPersona(m, id, at),
        () => 'deleted',
      ),
    async split(id, options = {}) {
      const before = model();
      if (!before) return nothing;
      const name = nameOf(id);
      const split = await learning.split(id, options);
      if (!split.ok) return split;
      if (!split.value) return failed('cancelled', 'now', 'Personas were edited meanwhile, so nothing was split. Try again.');
      return kept(
        before,
        split.value,
        { author: 'person', reason: () => `split from “${name}”` },
        time(),
        partsOf(id, before, split.value),
      );
    },
    async rollBack(id, number) {
      const version = (await versions.of(id)).find((v) => v.number === number);
      if (!version) return failed('not-found', 'never', `There is no version ${number} of this persona.`);
      const edits = model()?.edits?.length;
      const at = version.gone ? version.at - 1 : version.at;
      const all = await versions.of();
      const done = await edit(
        (m) =>
          restorePersona(
            m,
            version.snapshot,
            at,
            endedIn(m, id, at).flatMap((other) => all.filter((v) => v.persona === other).at(-1)?.snapshot ?? []),
          ),
        (changed) => (changed === id ? `back to version ${number}` : 'no longer merged'),
      );
      // Of what was merged with it or split from it, its sessions are to be taken out again.
      if (done.ok && model()?.edits?.length !== edits) void learning.relearn();
      return done;
    },
    adopt: (id, { snapshot, at }, reason) =>
      edit(
        (m) => restorePersona(m, { ...snapshot, name: nameOf(id) }, at),
        () => reason,
        'test',
      ),
    async note(id, reason) {
      const before = model();
      if (!before?.components.some((c) => c.id === id)) return;
      // Another object, so that it is seen as a version of its own.
      const after = { ...before, components: before.components.map((c) => (c.id === id ? { ...c } : c)) };
      await versions.record(before, after, { author: 'test', reason: () => reason }, time());
    },
    async release(id) {
      const done = await edit(
        (m) => releasePersona(m, id),
        () => 'learnt from all of history again',
      );
      if (done.ok) void learning.relearn();
      return done;
    },
    async versions(id) {
      /** By persona: the one before. */
      const before = new Map<string, PersonaDocument>();
      return (await versions.of(id)).map((version) => {
        const { snapshot, ...told } = version;
        const document = documentOf(version, model());
        const last = before.get(version.persona);
        before.set(version.persona, document);
        return { ...told, name: snapshot.name, document, changed: last ? changesBetween(last, document) : [] };
      });
    },
    export: (ids) => document(ids),
    exportMeasured: async (ids) => document(ids, await traffic()),
  };
}

const changesBetween = (before: PersonaDocument, after: PersonaDocument): readonly string[] =>
  differences(before.personas[0], after.personas[0])
    .filter(({ path }) => path[0] !== 'updated_at' && path[0] !== 'confidence')
    .map(({ path }) => path.join(' / '));

/** All others were learnt anew too, which is no part of the edit. */
const onlyOf = (ids: readonly string[], before: PersonaModel, after: PersonaModel): PersonaModel => ({
  ...after,
  components: [...before.components.filter((c) => !ids.includes(c.id)), ...after.components.filter((c) => ids.includes(c.id))],
});

/** The persona that was split, and what was not there before. */
const partsOf = (id: string, before: PersonaModel, after: PersonaModel): readonly string[] =>
  after.components.flatMap((c) => (c.id === id || !before.components.some((b) => b.id === c.id) ? [c.id] : []));

const nothing = failed('not-found', 'never', 'No persona is known yet; Prewarm is learning from what you do.');
