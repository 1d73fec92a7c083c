import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { App, HistoryChange, HistoryOutcome } from '../../app/app.ts';
import type { Fault, Result } from '../../domain/index.ts';
import { type HistoryRow, historyChange, historyOutcome, historyPreview, historyProgress, historyRows } from '../../show/histories.ts';
import { showPage } from './pages.ts';

const { t } = vscode.l10n;

/** Asks which histories of before Prewarm are learnt from, and sees to it. */
export async function importHistory(app: App): Promise<void> {
  if (!app.state().trusted) return say(t('Prewarm reads no history in Restricted Mode. Trust this workspace first.'));
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === 'file').map((f) => f.uri.fsPath);
  const { found, kept } = await app.histories(folders);
  const rows = historyRows(found, kept, { home: homedir(), now: Date.now() }, t);
  if (rows.length === 0)
    return say(t('No history of Bash, Z shell, fish, PowerShell, Atuin or git was found here. Prewarm learns from what you do.'));
  const title = kept.length > 0 ? t('Learn from Existing History (untick to forget)') : t('Learn from Existing History');
  const ticked = await tickedOf(app, rows, title);
  if (!ticked) return;
  const change = historyChange(rows, ticked);
  if (change.read.length > 0 || change.forget.length > 0) await tell(app, change, await carriedOut(app, change));
}

type Item = vscode.QuickPickItem & { readonly row: HistoryRow };

/** Nothing is read before a person says so: by OK, or, of one history and for the eyes alone, by its button. */
function tickedOf(app: App, rows: readonly HistoryRow[], title: string): Promise<readonly HistoryRow[] | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  const look = { iconPath: new vscode.ThemeIcon('eye'), tooltip: t('Preview: what is in it, and what would be kept') };
  pick.items = rows.map((row) => ({ row, label: row.label, description: row.description, buttons: row.source ? [look] : [] }));
  pick.selectedItems = pick.items.filter(({ row }) => row.picked);
  pick.title = title;
  pick.placeholder = t('Nothing is read before OK; the eye previews it.');
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  return new Promise((resolve) => {
    pick.onDidTriggerItemButton(({ item }) => void showPreview(app, item.row));
    pick.onDidAccept(() => {
      resolve(pick.selectedItems.map(({ row }) => row));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function showPreview(app: App, row: HistoryRow): Promise<void> {
  if (!row.source) return;
  const preview = await app.previewHistory(row.source);
  if (!preview.ok) return warn([preview.fault]);
  await showPage(t('Preview of {0}', row.label), historyPreview(row, preview.value, t));
}

function carriedOut(app: App, change: HistoryChange): Thenable<Result<HistoryOutcome>> {
  const title = change.read.length > 0 ? t('Learning from history') : t('Forgetting history');
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return app.changeHistory(change, {
      signal: controller.signal,
      progress: (step) => progress.report({ message: historyProgress(step, t) }),
    });
  });
}

async function tell(app: App, { forget }: HistoryChange, result: Result<HistoryOutcome>): Promise<void> {
  if (!result.ok) return warn([result.fault]);
  const { personas, imported, faults } = result.value;
  warn(faults);
  if (imported.length === 0)
    return forget.length > 0 ? say(t('What was imported from it is erased, and no longer learnt from.')) : undefined;
  const [show, undo] = [t('Show Workflow'), t('Undo')];
  const answer = await vscode.window.showInformationMessage(historyOutcome(personas, imported, t), show, undo);
  if (answer === show) await vscode.commands.executeCommand('prewarm.showWorkflow');
  if (answer !== undo) return;
  const back = { read: [], forget: imported.map(({ id }) => id) };
  await tell(app, back, await carriedOut(app, back));
}

function warn(faults: readonly Fault[]): void {
  for (const { code, message } of faults) if (code !== 'cancelled') void vscode.window.showWarningMessage(message);
}

const say = (text: string): void => void vscode.window.showInformationMessage(text);
