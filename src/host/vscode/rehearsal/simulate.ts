import * as vscode from 'vscode';
import type { App } from '../../../app/app.ts';
import type { NamedText } from '../../../app/rehearsals/parsed.ts';
import { failed, ok, type Persona, type Result } from '../../../domain/index.ts';
import { tell } from '../movement.ts';
import type { RehearsalSubject } from './rehearsalMessages.ts';

const { t } = vscode.l10n;

/** Beside the workspace's own persona document, as the command line looks for them. */
const PRACTICES_FILE = '.prewarm/practices.json';

/** Asks which personas are rehearsed, and lets that begin; how they are, is changed in the view. */
export async function simulate(
  app: App,
  targets: readonly { readonly id: string }[],
  begin: (subject: RehearsalSubject) => Promise<void>,
): Promise<void> {
  const picked = await pickPersonas(app, targets);
  if (!picked) return;
  const practices = await ownPractices(app.state().workspace.folder);
  if (!practices.ok) return tell([practices.fault]);
  const subject = picked === 'file' ? await subjectIn(app.state().workspace.folder) : await subjectOf(app, picked);
  if (subject) await begin({ ...subject, practices: practices.value });
}

type Subject = Omit<RehearsalSubject, 'practices'>;

const subjectOf = async (app: App, personas: readonly Persona[]): Promise<Subject> => ({
  document: {
    name: 'The persona document of this workspace',
    text: JSON.stringify(await app.personas.exportMeasured(personas.map((p) => p.id))),
  },
});

/** Those that were clicked, or the active one, first and ticked; a file stands for none of them. */
async function pickPersonas(app: App, targets: readonly { readonly id: string }[]): Promise<readonly Persona[] | 'file' | undefined> {
  const { personas, active } = app.state();
  const clicked = personas.filter((p) => targets.some((target) => target.id === p.id));
  const first = clicked.length > 0 ? clicked : personas.filter((p) => p.id === (active ?? personas[0])?.id);
  const known = [...first, ...personas.filter((p) => !first.includes(p))].map((persona) => ({
    label: persona.name,
    description: t('{0} % of sessions', Math.round(100 * persona.weight)),
    picked: first.includes(persona),
    persona,
  }));
  const file = { label: t('$(file) Those of a persona document…'), description: '', picked: false, persona: undefined };
  const picked = await vscode.window.showQuickPick([...known, file], {
    title: t('Rehearse which personas?'),
    placeHolder:
      known.length > 0
        ? t('Several are rehearsed together; how, is changed in the view.')
        : t('No persona is known here yet, but those of a document can be rehearsed.'),
    canPickMany: true,
  });
  if (!picked || picked.length === 0) return undefined;
  return picked.includes(file) ? 'file' : picked.flatMap(({ persona }) => persona ?? []);
}

/** Of a file that a person chooses: all of its personas, or those that they tick. */
async function subjectIn(folder: string): Promise<Subject | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: t('Which persona document?'),
      openLabel: t('Rehearse'),
      defaultUri: vscode.Uri.file(folder),
      filters: { JSON: ['json', 'jsonc'] },
    })) ?? [];
  if (!uri) return undefined;
  const name = vscode.workspace.asRelativePath(uri);
  const text = await textOf(uri, name);
  if (!text.ok) {
    tell([text.fault]);
    return undefined;
  }
  const document: NamedText = { name, text: text.value };
  const names = namesIn(text.value);
  if (names.length < 2) return { document };
  const picked = await vscode.window.showQuickPick(
    names.map((label) => ({ label, picked: true })),
    { title: t('Rehearse which personas?'), canPickMany: true },
  );
  return picked && picked.length > 0 ? { document, personas: picked.map((item) => item.label) } : undefined;
}

/** None where it is no persona document: whoever rehearses it says what is wrong with it. */
function namesIn(text: string): readonly string[] {
  try {
    const { personas } = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly personas?: readonly { readonly name?: unknown }[] };
    return (personas ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  } catch {
    return [];
  }
}

/** The workspace's own, where it has some. */
async function ownPractices(folder: string): Promise<Result<readonly NamedText[]>> {
  const read = await textOf(vscode.Uri.joinPath(vscode.Uri.file(folder), PRACTICES_FILE), PRACTICES_FILE);
  if (read.ok) return ok([{ name: PRACTICES_FILE, text: read.value }]);
  return read.fault.code === 'not-found' ? ok([]) : read;
}

export async function textOf(uri: vscode.Uri, name: string): Promise<Result<string>> {
  try {
    return ok(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
  } catch (error) {
    const { code } = error as vscode.FileSystemError;
    const isThere = code !== 'FileNotFound' && code !== 'FileNotADirectory';
    return failed(isThere ? 'bad-file' : 'not-found', 'never', `${name} cannot be read (${code}). Check its permissions.`);
  }
}
