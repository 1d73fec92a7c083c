import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { until } from '../../show/statusBar.ts';

const { t } = vscode.l10n;
const HOUR_MS = 60 * 60_000;

/** Asks for how long, and says how it ends. */
export async function pause(app: App): Promise<void> {
  const items = [
    { label: t('For 1 hour'), until: () => Date.now() + HOUR_MS },
    { label: t('Until tomorrow'), until: tomorrow },
    { label: t('Until I resume it'), until: () => undefined },
  ];
  const title = t('Pause Prewarm in this workspace: nothing is recorded, and nothing started on a prediction');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t('What is warm stays warm until its lease ends.') });
  if (!picked) return;
  const end = picked.until();
  app.privacy.pause(end);
  const resumed = t('Resume');
  const said = t('Prewarm is paused {0}.', until(end === undefined ? {} : { until: end }, t));
  if ((await vscode.window.showInformationMessage(said, resumed)) === resumed) resume(app);
}

export function resume(app: App): void {
  app.privacy.resume();
}

/** This window alone; said once each way, and in the status bar as long as it lasts. */
export async function toggleIncognito(app: App): Promise<void> {
  const on = !app.privacy.state().incognito;
  app.privacy.setIncognito(on);
  const undo = t('Undo');
  const said = on
    ? t('This window is incognito: it records and learns nothing until it is closed. Predictions go on.')
    : t('This window records again. What was done incognito is forgotten.');
  // What was forgotten can't be brought back, so that only the first can be undone.
  const answer = await vscode.window.showInformationMessage(said, ...(on ? [undo] : []));
  if (answer === undo) app.privacy.setIncognito(false);
}

/** The next midnight by the local clock. */
function tomorrow(): number {
  const day = new Date();
  day.setHours(24, 0, 0, 0);
  return day.getTime();
}
