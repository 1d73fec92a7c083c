import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { NamedText } from '../../app/rehearsals/parsed.ts';
import { rehearsalText } from '../../app/rehearsals/rehearsalText.ts';
import type { RehearsalWork } from '../../app/rehearsals/rehearsed.ts';
import { scaleOf } from '../../app/rehearsals/scale.ts';
import { failed, ok, type Persona, type Result } from '../../domain/index.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { lengthOfTime } from '../../simulate/scenario/lengthOfTime.ts';
import { tell } from './movement.ts';
import { offerRemedies } from './remedies.ts';

const { t } = vscode.l10n;

export interface SimulatePorts {
  /** In a thread of its own. */
  rehearse(work: RehearsalWork, options: { readonly signal: AbortSignal; progress(done: number): void }): Promise<Result<RehearsalResult>>;
  reveal(title: string, lines: readonly string[]): Promise<void>;
}

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
/** Beside the workspace's own persona document, as the command line looks for them. */
const PRACTICES_FILE = '.prewarm/practices.json';
/** As on the command line, so that both come to the same. */
const SEED = 1;

/** Rehearses personas of the workspace on a model of their resources, and shows what came of it. */
export async function simulate(app: App, targets: readonly { readonly id: string }[], ports: SimulatePorts): Promise<void> {
  const personas = await pickPersonas(app, targets);
  if (!personas) return;
  const durationMs = await pickLength();
  if (durationMs === undefined) return;
  const scale = await pickScale();
  if (scale === undefined) return;
  const names = personas.map((p) => p.name).join(', ');
  const practices = await ownPractices(app.state().workspace.folder);
  if (!practices.ok) return tell([practices.fault]);
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Rehearsing {0}', names), cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const document = await app.personas.exportMeasured(personas.map((p) => p.id));
      let told = 0;
      return ports.rehearse(
        {
          document: { name: 'The persona document of this workspace', text: JSON.stringify(document) },
          practices: practices.value,
          durationMs,
          scale,
          seed: SEED,
        },
        {
          signal: controller.signal,
          progress: (done) => {
            progress.report({ increment: 100 * (done - told), message: `${Math.round(100 * done)} %` });
            told = done;
          },
        },
      );
    },
  );
  if (!result.ok) return tell([result.fault]);
  await ports.reveal(t('Rehearsal of {0}', names), rehearsalText(result.value, t));
  void offerRemedies(app, result.value.advice);
}

/** Those that were clicked first and ticked, or the active one. */
async function pickPersonas(app: App, targets: readonly { readonly id: string }[]): Promise<readonly Persona[] | undefined> {
  const { personas, active } = app.state();
  if (personas.length === 0)
    return void vscode.window.showInformationMessage(t('No persona is known yet; Prewarm is learning from what you do.'));
  const clicked = personas.filter((p) => targets.some((target) => target.id === p.id));
  const first = clicked.length > 0 ? clicked : personas.filter((p) => p.id === (active ?? personas[0])?.id);
  const items = [...first, ...personas.filter((p) => !first.includes(p))].map((persona) => ({
    label: persona.name,
    description: t('{0} % of sessions', Math.round(100 * persona.weight)),
    picked: first.includes(persona),
    persona,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: t('Rehearse which personas?'), canPickMany: true });
  return picked && picked.length > 0 ? picked.map((item) => item.persona) : undefined;
}

async function pickLength(): Promise<number | undefined> {
  const items = [
    { label: t('10 minutes'), ms: 10 * MINUTE },
    { label: t('1 hour'), ms: HOUR },
    { label: t('1 day'), ms: DAY },
    { label: t('1 week'), ms: 7 * DAY },
    { label: t('Another time…'), ms: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: t('Rehearse how long a time?') });
  if (!picked) return undefined;
  return picked.ms ?? ask(t('Rehearse how long a time?'), '30m', lengthOf, t('Write it like 90s, 10m, 1h30m or 1d, of at most 366d.'));
}

async function pickScale(): Promise<number | undefined> {
  const items = [
    ...[1, 2, 5, 10].map((scale) => ({ label: t('× {0}', scale), description: scale === 1 ? t('as many as now') : '', scale })),
    { label: t('Another number…'), description: '', scale: undefined },
  ];
  const title = t('How many times as many requests?');
  const picked = await vscode.window.showQuickPick(items, { title });
  if (!picked) return undefined;
  return picked.scale ?? ask(title, '3', scaleOf, t('Write a number above 0, up to 1000000.'));
}

async function ask(
  title: string,
  example: string,
  read: (text: string) => number | undefined,
  wanted: string,
): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    value: example,
    prompt: wanted,
    validateInput: (typed) => (read(typed) === undefined ? wanted : undefined),
  });
  return text === undefined ? undefined : read(text);
}

function lengthOf(text: string): number | undefined {
  const length = lengthOfTime(text, '');
  return length.ok ? length.value : undefined;
}

/** The workspace's own, where it has some. */
async function ownPractices(folder: string): Promise<Result<readonly NamedText[]>> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(vscode.Uri.file(folder), PRACTICES_FILE));
    return ok([{ name: PRACTICES_FILE, text: new TextDecoder().decode(bytes) }]);
  } catch (error) {
    const { code } = error as vscode.FileSystemError;
    if (code === 'FileNotFound' || code === 'FileNotADirectory') return ok([]);
    return failed('bad-file', 'never', `${PRACTICES_FILE} cannot be read (${code}). Check its permissions.`);
  }
}
