import { type Fault, failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { personasOf } from '../../learn/personasOf.ts';
import { checkPersonas } from '../../sense/pdl/check.ts';
import { differences } from '../../sense/pdl/difference.ts';
import type { Declared } from '../declared.ts';
import type { KnownTraffic } from '../knownTraffic.ts';
import { type PersonaDocument, type PersonaEntry, toDocument } from '../personaDocument.ts';
import type { PersonaEdits, PersonaFiles } from '../personaEdits.ts';
import type { DocumentFile } from '../ports.ts';
import { documentText } from './documentText.ts';
import { type FileMemory, type FromFile, fromFile } from './fromFile.ts';

export interface PersonaFilePorts {
  readonly now: () => UnixMs;
  readonly file: DocumentFile | undefined;
  readonly model: () => PersonaModel | undefined;
  readonly memory: () => FileMemory | undefined;
  readonly remember: (memory: FileMemory) => void;
  readonly declared: Declared;
  /** As the journal tells of it. */
  readonly traffic: () => Promise<KnownTraffic>;
  readonly edits: PersonaEdits;
  readonly trusted: () => boolean;
  /** Whether the file is looked at by itself. */
  readonly attends: () => boolean;
  readonly tell: (fault: Fault) => void;
  readonly pass: () => Promise<void>;
}

interface Saved {
  readonly file: string;
  readonly written: boolean;
}

/** Somebody may write the file at the same moment. */
const MOST_TRIES = 5;

const NOTHING: PersonaModel = { version: 1, components: [], background: {}, backgroundTotal: 0, sessions: 0 };

/** The persona document in the workspace's files: what is new in it is taken in, and it is written when somebody asks for it. */
export function createPersonaFile(ports: PersonaFilePorts): PersonaFiles & { look(): Promise<void>; forget(): void } {
  const { file, edits } = ports;
  /** The text that was last taken in, or found fault with. */
  let looked: string | undefined;
  let conflicts: readonly string[] = [];

  const memory = (): FileMemory => ports.memory() ?? { seen: [], saved: {} };
  const ours = (model: PersonaModel | undefined, ids?: readonly string[], traffic?: KnownTraffic): PersonaDocument =>
    toDocument(
      personasOf(model ?? NOTHING, ports.now()).filter((p) => ids?.includes(p.id) ?? true),
      ports.declared.resources(),
      traffic,
    );
  /** Entries by id. */
  const entries = (model: PersonaModel | undefined): ReadonlyMap<string, PersonaEntry> => {
    const { personas } = ours(model);
    return new Map((model?.components ?? []).map((c, i) => [c.id, personas[i] as PersonaEntry]));
  };

  /** As a version has it: nothing of what is declared here. */
  const asVersion = (id: string): PersonaEntry | undefined =>
    toDocument(personasOf(ports.model() ?? NOTHING, ports.now()).filter((p) => p.id === id)).personas[0];

  async function takeIn(text: string): Promise<FromFile | undefined> {
    looked = text;
    const document = read(text);
    if (!document) return undefined;
    const before = ports.model() ?? NOTHING;
    const { seen, saved } = memory();
    const found = fromFile(before, document, seen);
    if (found.came.size > 0) await edits.came(before, found.model, (id) => `from ${file?.name}: ${found.came.get(id) ?? 'makes room'}`);
    const known = entries(ports.model());
    const added = found.seen.flatMap(({ id }) => {
      const entry = known.get(id);
      return entry === undefined || Object.hasOwn(saved, id) ? [] : [[id, entry] as const];
    });
    ports.remember({ seen: found.seen, saved: { ...saved, ...Object.fromEntries(added) } });
    conflicts = found.conflicts;
    for (const message of conflicts) ports.tell({ code: 'bad-file', retry: 'never', message: `${file?.name}: ${message}` });
    return found;
  }

  /** Undefined where it can't be used, which is told. */
  function read(text: string): PersonaDocument | undefined {
    const { findings, document } = checkPersonas(text);
    const worst = findings.find((f) => f.severity === 'error');
    if (!worst) return document as PersonaDocument;
    const more = findings.filter((f) => f.severity === 'error').length - 1;
    const message = `${file?.name}:${worst.line}:${worst.column}: ${worst.message}${more > 0 ? ` (And ${more} more.)` : ''} Until then nothing is taken from it.`;
    ports.tell({ code: 'bad-file', retry: 'never', message });
    return undefined;
  }

  /** Writes once; undefined: somebody else did meanwhile. */
  async function writeOnce(to: DocumentFile): Promise<Result<Saved> | undefined> {
    const stands = await to.read();
    if (!stands.ok) return stands;
    if (stands.value !== undefined && stands.value !== looked) await takeIn(stands.value);
    const known = conflicts;
    const traffic = await ports.traffic();
    const model = ports.model();
    const document = ours(model, undefined, traffic);
    const text = documentText(document, stands.value === undefined ? undefined : { text: stands.value, name: to.name, ...since(model) });
    if (!text.ok) return text;
    if (text.value !== stands.value) {
      const done = await to.write(text.value, stands.value);
      if (!done.ok) return done.fault.retry === 'now' ? undefined : done;
    }
    ports.remember({ seen: memory().seen, saved: Object.fromEntries(entries(model)) });
    await takeIn(text.value);
    // What we wrote ourselves is no answer to them.
    conflicts = known;
    return ok({ file: to.name, written: text.value !== stands.value });
  }

  /** What was known when the file was last written or read, under the names of now. */
  function since(model: PersonaModel | undefined) {
    const { seen, saved } = memory();
    const names = new Map((model?.components ?? []).map((c) => [c.id, c.name]));
    const personas = Object.entries(saved).map(([id, entry]) => ({ ...entry, name: names.get(id) ?? entry.name }));
    const renamed = seen.flatMap(({ id, decided }) => {
      const name = names.get(id);
      return name === undefined || name === decided.name ? [] : [{ from: decided.name, to: name }];
    });
    return { base: { version: 1 as const, personas }, renamed };
  }

  async function lookNow(): Promise<void> {
    const stands = await file?.read();
    if (!stands || (stands.ok && stands.value === looked)) return;
    if (!stands.ok) ports.tell(stands.fault);
    // Who takes the file away takes nothing back: it may be another branch.
    else if (stands.value === undefined) looked = undefined;
    else await takeIn(stands.value);
  }

  async function saveNow(to: DocumentFile): Promise<Result<Saved>> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const done = await writeOnce(to);
      if (done) return done;
    }
    return failed('held-by-other', 'later', `${to.name} is being written by something else. Try again.`);
  }

  /** One after the other: each knows what the one before took in. */
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  }

  return {
    /** Cheap where the file is as it was. */
    look: () => (file && ports.trusted() && ports.attends() ? inTurn(lookNow) : Promise.resolve()),
    /** All that was known is erased; the file is not. */
    forget(): void {
      looked = undefined;
      conflicts = [];
    },
    async import(text, name) {
      if (!ports.trusted()) return failed('not-trusted', 'never', `${name} is not taken in in Restricted Mode. Trust the workspace first.`);
      const { findings, document } = checkPersonas(text);
      const worst = findings.find((f) => f.severity === 'error');
      if (worst) return failed('bad-file', 'never', `${name}:${worst.line}:${worst.column}: ${worst.message}`);
      const before = ports.model() ?? NOTHING;
      const { model, came, conflicts } = fromFile(before, document as PersonaDocument, [], 'theirs');
      const edit = await edits.came(before, model, (id) => `from ${name}: ${came.get(id) ?? 'makes room'}`);
      await ports.pass();
      return ok({ ...edit, personas: edit.personas.filter((p) => came.has(p.id)), came, conflicts });
    },
    async exportText(ids, existing) {
      const traffic = await ports.traffic();
      return documentText(ours(ports.model(), ids, traffic), existing);
    },
    async saveToRepository() {
      if (!file) return failed('unsupported', 'never', 'This Prewarm does not write into the workspace.');
      if (!ports.trusted())
        return failed('not-trusted', 'never', `${file.name} is not written in Restricted Mode. Trust the workspace first.`);
      const done = await inTurn(() => saveNow(file));
      await ports.pass();
      return done;
    },
    conflicts: () => conflicts,
    async compare(id, from, to) {
      const versions = await edits.versions(id);
      const entry = (number: number | 'now'): PersonaEntry | undefined =>
        number === 'now' ? asVersion(id) : versions.find((v) => v.number === number)?.document.personas[0];
      const [before, after] = [entry(from), entry(to)];
      if (!before || !after) return failed('not-found', 'never', `There is no version ${before ? to : from} of this persona.`);
      return ok(differences(json(before), json(after)));
    },
  };
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
