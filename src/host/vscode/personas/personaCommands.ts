import * as vscode from 'vscode';
import type { App } from '../../../app/app.ts';
import type { PersonaEdit, PersonaVersionView } from '../../../app/personaEdits.ts';
import type { Persona, Result } from '../../../domain/index.ts';
import { agoOf } from '../../../show/ago.ts';
import { tell } from '../movement.ts';
import { followDocument } from './personaDiagnostics.ts';
import { versionUri } from './personaDocuments.ts';

const { t } = vscode.l10n;

type Target = { readonly id: string };
type Command = (app: App, target: Target | undefined, ports: unknown, targets: readonly Target[]) => Promise<void>;

/** Of the persona on which it was called in the tree; from the palette a person chooses one. */
export const personaCommands: Readonly<Record<string, Command>> = {
  'prewarm.renamePersona': (app, target) => withPersona(app, target, t('Rename which persona?'), rename),
  'prewarm.mergePersonas': merge,
  'prewarm.splitPersona': (app, target) => withPersona(app, target, t('Split which persona?'), split),
  'prewarm.deletePersona': (app, target) => withPersona(app, target, t('Delete which persona?'), remove),
  'prewarm.exportPersonas': exportThem,
  'prewarm.savePersonas': save,
  'prewarm.comparePersonaVersions': (app, target) => withPersona(app, target, t('Versions of which persona?'), compare),
  'prewarm.rollBackPersona': (app, target) => withPersona(app, target, t('Go back to a version of which persona?'), rollBack, 'gone too'),
  'prewarm.releasePersona': (app, target) => withPersona(app, target, t('Learn which persona anew?'), release),
};

interface Named {
  readonly id: string;
  readonly name: string;
}

async function rename(app: App, { id, name }: Named): Promise<void> {
  const others = new Set(app.state().personas.flatMap((p) => (p.id === id ? [] : [p.name])));
  const next = await vscode.window.showInputBox({
    title: t('Rename “{0}”', name),
    value: name,
    prompt: t('The name stays, whatever is learnt.'),
    validateInput: (text) =>
      text.trim() === '' ? t('A persona needs a name.') : others.has(text.trim()) ? t('Another persona is called that.') : undefined,
  });
  if (next === undefined || next.trim() === name) return;
  await told(app.personas.rename(id, next), () => t('“{0}” is now “{1}”.', name, next.trim()));
}

async function merge(app: App, target: Target | undefined, _ports: unknown, targets: readonly Target[]): Promise<void> {
  const all = app.state().personas;
  const chosen = all.filter((p) => targets.some((one) => one.id === p.id));
  const into = chosen.find((p) => p.id === target?.id) ?? chosen[0] ?? (await pick(all, t('Merge which persona? Its name stays.')));
  if (!into) return;
  const others = all.filter((p) => p.id !== into.id);
  const selected = chosen.filter((p) => p.id !== into.id);
  const from = selected.length === 1 ? selected[0] : await pick(others, t('Merge which persona into “{0}”?', into.name));
  if (!from) return;
  await told(app.personas.merge(into.id, from.id), () => t('“{0}” is part of “{1}” now, and stays so.', from.name, into.name));
}

async function split(app: App, { id, name }: Named): Promise<void> {
  const result = vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Splitting “{0}”', name), cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return app.personas.split(id, {
        signal: controller.signal,
        progress: (done) => progress.report({ message: `${Math.round(100 * done)} %` }),
      });
    },
  );
  await told(result, ({ personas }) => t('“{0}” is now {1}.', name, personas.map((p) => `“${p.name}”`).join(', ')));
}

async function remove(app: App, { id, name }: Named): Promise<void> {
  const yes = t('Delete');
  const detail = t('It stays away until sessions that are yet to come show it again. You can undo this, or go back to its last version.');
  if ((await vscode.window.showWarningMessage(t('Delete the persona “{0}”?', name), { modal: true, detail }, yes)) !== yes) return;
  await told(app.personas.remove(id), () => t('“{0}” is deleted.', name));
}

async function release(app: App, { id, name }: Named): Promise<void> {
  await told(app.personas.release(id), () => t('“{0}” is learnt from all of history again.', name));
}

async function exportThem(app: App, target: Target | undefined, _ports: unknown, targets: readonly Target[]): Promise<void> {
  const all = app.state().personas;
  const chosen = all.filter((p) => targets.some((one) => one.id === p.id) || p.id === target?.id);
  const wanted = chosen.length > 0 ? chosen : all;
  if (wanted.length === 0) return nobody();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = wanted.length === 1 ? fileNameOf(wanted[0]?.name ?? '') : 'personas';
  const file = await vscode.window.showSaveDialog({
    title: t('Export as Persona Document'),
    filters: { JSON: ['json'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${name}.json`) } : {}),
  });
  if (!file) return;
  if (folder && file.path === vscode.Uri.joinPath(folder, '.prewarm', 'personas.json').path) return save(app);
  const text = await app.personas.exportText(
    wanted.map((p) => p.id),
    await existingAt(file),
  );
  if (!text.ok) return tell([text.fault]);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text.value));
  followDocument(file);
  await vscode.window.showTextDocument(file);
}

/** A document that is there already keeps what others wrote in it. */
async function existingAt(file: vscode.Uri): Promise<{ readonly text: string; readonly name: string } | undefined> {
  try {
    return { text: new TextDecoder().decode(await vscode.workspace.fs.readFile(file)), name: vscode.workspace.asRelativePath(file) };
  } catch {
    return undefined;
  }
}

/** The only way in which anything is written into the repository. */
async function save(app: App): Promise<void> {
  if (app.state().personas.length === 0) return nobody();
  const done = await app.personas.saveToRepository();
  if (!done.ok) return tell([done.fault]);
  const { file, written } = done.value;
  const open = t('Open');
  const said = written ? t('Personas are saved in {0}.', file) : t('{0} says all of it already.', file);
  if ((await vscode.window.showInformationMessage(said, open)) !== open) return;
  await vscode.window.showTextDocument(vscode.Uri.joinPath(vscode.Uri.file(app.state().workspace.folder), file));
}

const fileNameOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '') || 'persona';

async function compare(app: App, { id, name }: Named): Promise<void> {
  const versions = await app.personas.versions(id);
  const older = await pickVersion(versions, t('Compare which version of “{0}”?', name));
  if (!older) return;
  const others = versions.filter((v) => v.number !== older.number);
  const newer = await pickVersion(others, t('With which?'), t('As it is now'));
  if (!newer) return;
  const [a, b] = newer === 'now' || newer.number > older.number ? [older, newer] : [newer, older];
  const right = b === 'now' ? versionUri(id, 'now', name) : versionUri(id, b.number, name);
  const title = b === 'now' ? t('{0}: version {1} ↔ now', name, a.number) : t('{0}: version {1} ↔ {2}', name, a.number, b.number);
  await vscode.commands.executeCommand('vscode.diff', versionUri(id, a.number, name), right, title);
}

async function rollBack(app: App, { id, name }: Named): Promise<void> {
  const version = await pickVersion(await app.personas.versions(id), t('Go back to which version of “{0}”?', name));
  if (!version) return;
  await told(app.personas.rollBack(id, version.number), ({ personas }) =>
    t('“{0}” is as it was in version {1}, and learns on from there.', personas.find((p) => p.id === id)?.name ?? name, version.number),
  );
}

async function pickVersion(versions: readonly PersonaVersionView[], title: string): Promise<PersonaVersionView | undefined>;
async function pickVersion(
  versions: readonly PersonaVersionView[],
  title: string,
  now: string,
): Promise<PersonaVersionView | 'now' | undefined>;
async function pickVersion(versions: readonly PersonaVersionView[], title: string, now?: string) {
  if (versions.length === 0 && now === undefined) return void vscode.window.showInformationMessage(t('No version of it is kept yet.'));
  const items = [...versions].reverse().map((v) => ({
    label: t('Version {0}', v.number),
    description: `${agoOf(Date.now() - v.at, t)} · ${authorWords(v)}`,
    detail: `${v.name}: ${v.reason}`,
    version: v as PersonaVersionView | 'now',
  }));
  const all = now === undefined ? items : [{ label: now, description: '', detail: '', version: 'now' as const }, ...items];
  return (await vscode.window.showQuickPick(all, { title, matchOnDetail: true }))?.version;
}

function authorWords({ author }: PersonaVersionView): string {
  if (author === 'test') return t('by a test');
  if (author === 'file') return t('from a document');
  return author === 'person' ? t('by you') : t('learnt');
}

async function withPersona(
  app: App,
  target: Target | undefined,
  title: string,
  act: (app: App, persona: Named) => Promise<void>,
  which: 'living' | 'gone too' = 'living',
): Promise<void> {
  const living = app.state().personas;
  const known = target && living.find((p) => p.id === target.id);
  const one = known ?? (await pick([...living, ...(which === 'living' ? [] : await goneOnes(app))], title));
  if (one) await act(app, one);
}

/** Deleted or merged, but with versions to go back to. */
async function goneOnes(app: App): Promise<readonly Named[]> {
  const living = new Set(app.state().personas.map((p) => p.id));
  const last = new Map((await app.personas.versions()).map((v) => [v.persona, v]));
  return [...last.values()].filter((v) => !living.has(v.persona)).map((v) => ({ id: v.persona, name: v.name }));
}

async function pick(personas: readonly (Named | Persona)[], title: string): Promise<Named | undefined> {
  if (personas.length === 0) return void nobody();
  const items = personas.map((p) => ({
    label: p.name,
    description: 'weight' in p ? t('{0} % of sessions', Math.round(100 * p.weight)) : t('gone'),
    id: p.id,
    name: p.name,
  }));
  return vscode.window.showQuickPick(items, { title });
}

/** What was done, with a way back; or why not. */
async function told(result: Thenable<Result<PersonaEdit>>, say: (edit: PersonaEdit) => string): Promise<void> {
  const done = await result;
  if (!done.ok) return tell([done.fault]);
  const undo = t('Undo');
  if ((await vscode.window.showInformationMessage(say(done.value), undo)) !== undo) return;
  const undone = await done.value.undo();
  if (!undone.ok) tell([undone.fault]);
}

const nobody = (): void => void vscode.window.showInformationMessage(t('No persona is known yet; Prewarm is learning from what you do.'));
