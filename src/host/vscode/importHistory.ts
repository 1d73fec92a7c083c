import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { App, HistoryChange, HistoryOutcome } from '../../app/app.ts';
import type { Fault, Result } from '../../domain/index.ts';
import { historyChange, historyOutcome, historyProgress, historyRows } from '../../show/histories.ts';

const { t } = vscode.l10n;

/** Asks which histories of before Prewarm are learnt from, and sees to it. */
export async function importHistory(app: App): Promise<void> {
  if (!app.state().trusted) return say(t('Prewarm reads no history in Restricted Mode. Trust this workspace first.'));
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === 'file').map((f) => f.uri.fsPath);
  const { found, kept } = await app.histories(folders);
  const rows = historyRows(found, kept, { home: homedir(), now: Date.now() });
  if (rows.length === 0)
    return say(t('No history of Bash, Z shell, fish, PowerShell, Atuin or git was found here. Prewarm learns from what you do.'));
  const ticked = await vscode.window.showQuickPick(rows, {
    title: kept.length > 0 ? t('Learn from Existing History (untick to forget)') : t('Learn from Existing History'),
    placeHolder: t('Nothing leaves this machine; arguments are dropped.'),
    canPickMany: true,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (!ticked) return;
  const change = historyChange(rows, ticked);
  if (change.read.length > 0 || change.forget.length > 0) await tell(app, change, await carriedOut(app, change));
}

function carriedOut(app: App, change: HistoryChange): Thenable<Result<HistoryOutcome>> {
  const title = change.read.length > 0 ? t('Learning from history') : t('Forgetting history');
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return app.changeHistory(change, {
      signal: controller.signal,
      progress: (step) => progress.report({ message: historyProgress(step) }),
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
  const answer = await vscode.window.showInformationMessage(historyOutcome(personas, imported), show, undo);
  if (answer === show) await vscode.commands.executeCommand('prewarm.showWorkflow');
  if (answer !== undo) return;
  const back = { read: [], forget: imported.map(({ id }) => id) };
  await tell(app, back, await carriedOut(app, back));
}

function warn(faults: readonly Fault[]): void {
  for (const { code, message } of faults) if (code !== 'cancelled') void vscode.window.showWarningMessage(message);
}

const say = (text: string): void => void vscode.window.showInformationMessage(text);
