import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';

const { t } = vscode.l10n;

/** Copies all that is kept of this workspace into a folder of the user's choice; `settings` as they stand go with it. */
export async function exportAll(app: App, settings: object): Promise<void> {
  const [into] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      title: t('Export all that Prewarm keeps of this workspace into which folder?'),
      openLabel: t('Export'),
    })) ?? [];
  if (!into) return;
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Exporting'), cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return app.privacy.export(into.fsPath, settings, {
        signal: controller.signal,
        progress: (message) => progress.report({ message }),
      });
    },
  );
  if (!result.ok) {
    if (result.fault.code !== 'cancelled') void vscode.window.showWarningMessage(result.fault.message);
    return;
  }
  const show = t('Open Folder');
  const { folder, files } = result.value;
  const answer = await vscode.window.showInformationMessage(t('Exported {0} files to {1}.', files.length, folder), show);
  if (answer === show) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder));
}
