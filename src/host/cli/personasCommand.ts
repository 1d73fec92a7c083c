import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { App } from '../../app/app.ts';
import type { PersonaEdit, PersonaVersionView } from '../../app/personaEdits.ts';
import { failed, ok, type Persona, type Result } from '../../domain/index.ts';
import { agoOf } from '../../show/ago.ts';
import { PERSONA_FILE } from '../node/personaFile.ts';
import { checkDocument, readText } from './checkDocument.ts';
import type { Invocation, Report } from './command.ts';
import { withApp } from './liveCommands.ts';
import { personaNamed } from './personaNamed.ts';

type Act = (app: App, args: readonly string[], invocation: Invocation) => Promise<Result<Report>>;

/** By the word that follows `personas`, with what it needs. */
const ACTS: Readonly<Record<string, { readonly args: string; readonly act: Act }>> = {
  list: { args: '', act: async (app) => ok(listed(app)) },
  rename: {
    args: '<persona> <name>',
    act: (app, [name, next]) => edit(app, name, (id) => (next === undefined ? missing('rename') : app.personas.rename(id, next))),
  },
  merge: { args: '<persona> <other>', act: merge },
  split: { args: '<persona>', act: (app, [name], { signal }) => edit(app, name, (id) => app.personas.split(id, { signal })) },
  delete: { args: '<persona>', act: (app, [name]) => edit(app, name, (id) => app.personas.remove(id)) },
  export: { args: '[persona…] [-o FILE]', act: exportThem },
  import: { args: '<file>', act: importThem },
  versions: { args: '<persona>', act: versions },
  compare: { args: '<persona> <version> [<version>]', act: compare },
  rollback: { args: '<persona> <version>', act: rollBack },
  release: { args: '<persona>', act: (app, [name]) => edit(app, name, (id) => app.personas.release(id)) },
};

/** Lists personas without a word; each is named by its id or its name. */
export const personasCommand = (invocation: Invocation): Promise<Result<Report>> => {
  const [word = 'list', ...args] = invocation.positionals;
  if (word === 'check') return checkDocument(args, invocation);
  const found = Object.hasOwn(ACTS, word) ? ACTS[word] : undefined;
  if (!found)
    return Promise.resolve(
      failed('wrong-usage', 'never', `prewarm personas does not know “${word}”; it knows ${[...Object.keys(ACTS), 'check'].join(', ')}.`),
    );
  return withApp(invocation, async (app) => {
    // What was learnt in the meantime is read first.
    await app.settle();
    return found.act(app, args, invocation);
  });
};

function listed(app: App): Report {
  const { personas, active } = app.state();
  return {
    json: {
      personas: personas.map(({ id, name, weight, confidence, support, lastAt, held, uses }) => ({
        id,
        name,
        weight,
        confidence,
        sessions: support,
        ...(lastAt === undefined ? {} : { lastSeen: new Date(lastAt).toISOString() }),
        ...(held ? { held } : {}),
        uses: uses.map(({ resource, probability }) => ({ resource, probability })),
      })),
    },
    lines:
      personas.length > 0
        ? personas.map((p) => line(p, p.id === active?.id))
        : ['No persona is known yet; Prewarm is learning from what you do.'],
  };
}

function line({ id, name, weight, confidence, support, lastAt, held }: Persona, active: boolean): string {
  const seen = lastAt === undefined ? '' : `, last seen ${agoOf(Date.now() - lastAt)}`;
  const share = `${Math.round(100 * weight)} %`.padStart(5);
  return `${active ? '*' : ' '} ${id.padEnd(4)} ${share}  ${name}  (${support} sessions, confidence ${confidence.toFixed(2)}${seen}${held ? ', held' : ''})`;
}

async function merge(app: App, [into, from]: readonly string[]): Promise<Result<Report>> {
  const other = await resolvePersona(app, from, 'merge');
  return other.ok ? edit(app, into, (id) => app.personas.merge(id, other.value)) : other;
}

async function edit(
  app: App,
  name: string | undefined,
  act: (id: string) => Result<never> | Promise<Result<PersonaEdit>>,
): Promise<Result<Report>> {
  const id = await resolvePersona(app, name, 'delete');
  return id.ok ? edited(app, act(id.value)) : id;
}

async function exportThem(app: App, names: readonly string[], { options }: Invocation): Promise<Result<Report>> {
  const ids: string[] = [];
  for (const name of names) {
    const id = await resolvePersona(app, name, 'export');
    if (!id.ok) return id;
    ids.push(id.value);
  }
  const chosen = ids.length > 0 ? ids : undefined;
  if (typeof options.output !== 'string') {
    const document = await app.personas.exportMeasured(chosen);
    return ok({ json: document, lines: [JSON.stringify(document, null, 2)] });
  }
  const { personas } = app.personas.export(chosen);
  if (!chosen && isPersonaFile(app, options.output)) return saved(app, personas.length);
  return written(app, options.output, chosen, personas.length);
}

const isPersonaFile = (app: App, file: string): boolean => resolve(file) === resolve(app.state().workspace.folder, PERSONA_FILE);

/** Into the workspace's own document: what is new there is taken in first. */
async function saved(app: App, personas: number): Promise<Result<Report>> {
  const done = await app.personas.saveToRepository();
  if (!done.ok) return done;
  const { file, written } = done.value;
  const conflicts = app.personas.conflicts();
  return ok({
    json: { written: file, changed: written, personas, conflicts },
    lines: [written ? `${personas} personas written to ${file}` : `${file} says all of it already`, ...conflicts.map((c) => `! ${c}`)],
  });
}

/** A document that is there already is changed where it differs, and left alone where it is none. */
async function written(app: App, file: string, ids: readonly string[] | undefined, personas: number): Promise<Result<Report>> {
  try {
    const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const text = await app.personas.exportText(ids, before === undefined ? undefined : { text: before, name: file });
    if (!text.ok) return text;
    if (text.value !== before) await writeFile(file, text.value);
  } catch (error) {
    return failed('storage-failed', 'never', `${file} could not be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  return ok({ json: { written: file, personas }, lines: [`${personas} personas written to ${file}`] });
}

async function importThem(app: App, [file]: readonly string[]): Promise<Result<Report>> {
  if (file === undefined) return missing('import');
  const text = await readText(file);
  if (!text.ok) return text;
  const done = await app.personas.import(text.value, file);
  if (!done.ok) return done;
  await app.settle();
  const { personas, came, conflicts } = done.value;
  const lines = personas.map(({ id, name }) => `${name}: ${came.get(id)}`);
  return ok({
    json: { changed: personas.map((p) => ({ ...p, came: came.get(p.id) })), conflicts, ...listed(app).json },
    lines: [...(lines.length > 0 ? lines : [`${file} says nothing new`]), ...conflicts.map((c) => `! ${c}`)],
  });
}

async function compare(app: App, [name, from, to = 'now']: readonly string[]): Promise<Result<Report>> {
  const id = await resolvePersona(app, name, 'compare', 'gone too');
  if (!id.ok) return id;
  if (from === undefined) return missing('compare');
  const found = await app.personas.compare(id.value, Number(from), to === 'now' ? 'now' : Number(to));
  if (!found.ok) return found;
  const changes = found.value.map(({ path, before, after }) => ({ path: path.join(' / '), before, after }));
  return ok({
    json: { persona: id.value, from: Number(from), to: to === 'now' ? 'now' : Number(to), changes },
    lines: changes.length > 0 ? changes.map(changeLine) : ['They are the same.'],
  });
}

const changeLine = ({ path, before, after }: { readonly path: string; readonly before: unknown; readonly after: unknown }): string =>
  before === undefined
    ? `+ ${path}: ${shortened(after)}`
    : after === undefined
      ? `- ${path}: ${shortened(before)}`
      : `  ${path}: ${shortened(before)} → ${shortened(after)}`;

function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

async function versions(app: App, [name]: readonly string[]): Promise<Result<Report>> {
  const id = await resolvePersona(app, name, 'versions', 'gone too');
  if (!id.ok) return id;
  const all = await app.personas.versions(id.value);
  return ok({ json: { versions: all.map(({ at, ...v }) => ({ ...v, at: new Date(at).toISOString() })) }, lines: all.map(versionLine) });
}

const versionLine = ({ number, at, author, name, reason, changed }: PersonaVersionView): string =>
  `${String(number).padStart(3)}  ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}  ${author.padEnd(7)} ${name}: ${reason}${changedText(changed)}`;

/** The first of what changed, and how much more. */
const changedText = (changed: readonly string[]): string =>
  changed.length === 0 ? '' : ` [${changed.slice(0, 3).join('; ')}${changed.length > 3 ? `; and ${changed.length - 3} more` : ''}]`;

async function rollBack(app: App, [name, number]: readonly string[]): Promise<Result<Report>> {
  const id = await resolvePersona(app, name, 'rollback', 'gone too');
  if (!id.ok) return id;
  return number === undefined ? missing('rollback') : edited(app, app.personas.rollBack(id.value, Number(number)));
}

async function edited(app: App, edit: Result<never> | Promise<Result<PersonaEdit>>): Promise<Result<Report>> {
  const done = await edit;
  if (!done.ok) return done;
  await app.settle();
  const { json, lines } = listed(app);
  return ok({ json: { changed: done.value.personas, ...json }, lines });
}

const missing = (word: string): Result<never> =>
  failed('wrong-usage', 'never', `Something is missing. Usage: prewarm personas ${word} ${ACTS[word]?.args ?? ''}`);

async function resolvePersona(app: App, name: string | undefined, word: string, which?: 'living' | 'gone too'): Promise<Result<string>> {
  return name === undefined ? missing(word) : personaNamed(app, name, which);
}
