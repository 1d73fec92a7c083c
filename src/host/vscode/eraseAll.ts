import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Erasure } from '../../app/ports.ts';
import { erasureChoices, erasureWords } from '../../show/erasure.ts';

const { t } = vscode.l10n;

/** Asks what goes besides what always goes, says all of it once more, and erases it. `erased`: views forget what they still know. */
export async function eraseAll(app: App, erased: () => Promise<void>): Promise<void> {
  const measured = await app.privacy.measure();
  if (!measured) return void vscode.window.showInformationMessage(t('Nothing is kept here.'));
  const listed = await app.snapshots.list();
  const snapshots = listed.ok ? listed.value.filter((s) => !s.inUse) : [];
  const rows = erasureChoices(measured, snapshots, t);
  const ticked =
    rows.length === 0
      ? []
      : await vscode.window.showQuickPick(rows, {
          title: t('Erase all that was recorded and learnt in this workspace. What else?'),
          placeHolder: t('Nothing is erased before you are asked once more.'),
          canPickMany: true,
          ignoreFocusOut: true,
        });
  if (!ticked) return;
  const has = (id: string): boolean => ticked.some((row) => row.id === id);
  const what: Erasure = {
    scope: has('everywhere') ? 'everywhere' : 'workspace',
    datasetCache: has('datasetCache') ? 'erase' : 'keep',
    snapshots: has('snapshots') ? 'erase' : 'keep',
  };
  const erase = t('Erase');
  const detail = erasureWords(what, measured, snapshots, t).join('\n');
  const question = t('Erase all of this? It cannot be undone.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, erase)) !== erase) return;
  const result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: t('Erasing') }, () =>
    app.privacy.erase(what),
  );
  if (!result.ok) return void vscode.window.showWarningMessage(result.fault.message);
  await erased();
  for (const { message } of result.value.faults.slice(0, 1)) void vscode.window.showWarningMessage(message);
  void vscode.window.showInformationMessage(t('All that was recorded and learnt is erased. Prewarm begins anew.'));
}
