import { writeFile } from 'node:fs/promises';
import type { App } from '../../app/app.ts';
import type { PersonaEdit, PersonaVersionView } from '../../app/personaEdits.ts';
import { failed, ok, type Persona, type Result } from '../../domain/index.ts';
import { agoOf } from '../../show/ago.ts';
import type { Invocation, Report } from './command.ts';
import { withApp } from './liveCommands.ts';

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
  versions: { args: '<persona>', act: versions },
  rollback: { args: '<persona> <version>', act: rollBack },
  release: { args: '<persona>', act: (app, [name]) => edit(app, name, (id) => app.personas.release(id)) },
};

/** Lists personas without a word; each is named by its id or its name. */
export const personasCommand = (invocation: Invocation): Promise<Result<Report>> => {
  const [word = 'list', ...args] = invocation.positionals;
  const found = Object.hasOwn(ACTS, word) ? ACTS[word] : undefined;
  if (!found)
    return Promise.resolve(
      failed('wrong-usage', 'never', `prewarm personas does not know “${word}”; it knows ${Object.keys(ACTS).join(', ')}.`),
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
  const other = await resolve(app, from, 'merge');
  return other.ok ? edit(app, into, (id) => app.personas.merge(id, other.value)) : other;
}

async function edit(
  app: App,
  name: string | undefined,
  act: (id: string) => Result<never> | Promise<Result<PersonaEdit>>,
): Promise<Result<Report>> {
  const id = await resolve(app, name, 'delete');
  return id.ok ? edited(app, act(id.value)) : id;
}

async function exportThem(app: App, names: readonly string[], { options }: Invocation): Promise<Result<Report>> {
  const ids: string[] = [];
  for (const name of names) {
    const id = await resolve(app, name, 'export');
    if (!id.ok) return id;
    ids.push(id.value);
  }
  const document = await app.personas.exportMeasured(ids.length > 0 ? ids : undefined);
  const text = JSON.stringify(document, null, 2);
  if (typeof options.output !== 'string') return ok({ json: document, lines: [text] });
  try {
    await writeFile(options.output, `${text}\n`);
  } catch (error) {
    return failed('storage-failed', 'never', `${options.output} could not be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  return ok({
    json: { written: options.output, personas: document.personas.length },
    lines: [`${document.personas.length} personas written to ${options.output}`],
  });
}

async function versions(app: App, [name]: readonly string[]): Promise<Result<Report>> {
  const id = await resolve(app, name, 'versions', 'gone too');
  if (!id.ok) return id;
  const all = await app.personas.versions(id.value);
  return ok({ json: { versions: all.map(({ at, ...v }) => ({ ...v, at: new Date(at).toISOString() })) }, lines: all.map(versionLine) });
}

const versionLine = ({ number, at, author, name, reason }: PersonaVersionView): string =>
  `${String(number).padStart(3)}  ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}  ${author.padEnd(7)} ${name}: ${reason}`;

async function rollBack(app: App, [name, number]: readonly string[]): Promise<Result<Report>> {
  const id = await resolve(app, name, 'rollback', 'gone too');
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

/** By id, or by name in whatever case. */
async function resolve(app: App, name: string | undefined, word: string, which: 'living' | 'gone too' = 'living'): Promise<Result<string>> {
  if (name === undefined) return missing(word);
  const gone = which === 'living' ? [] : (await app.personas.versions()).map((v) => ({ id: v.persona, name: v.name }));
  const known = [...app.state().personas, ...gone.reverse()];
  const found =
    known.find((p) => p.id === name) ??
    known.find((p) => p.name === name) ??
    known.find((p) => p.name.toLowerCase() === name.toLowerCase());
  if (found) return ok(found.id);
  const names = app.state().personas.map((p) => `${p.id} “${p.name}”`);
  return failed('not-found', 'never', `There is no persona “${name}”. Known: ${names.join(', ') || 'none'}.`);
}
