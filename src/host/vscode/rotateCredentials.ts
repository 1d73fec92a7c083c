import * as vscode from 'vscode';
import type { App, AppCredentials, CredentialChange } from '../../app/app.ts';

const { t } = vscode.l10n;

/** New passwords for chosen generated roles. VS Code marks the terminals that still have an old one, since their environment changed. */
export async function rotateCredentials({ credentials }: App): Promise<void> {
  if (!credentials) return offerSetting();
  const items = credentials.list().map((c) => ({
    label: c.role,
    description: c.resource,
    detail: t('made {0}', new Date(c.createdAt).toLocaleString()),
    picked: true,
    resource: c.resource,
  }));
  if (items.length === 0) return void vscode.window.showInformationMessage(t('No database here has a generated role.'));
  const picked = await vscode.window.showQuickPick(items, { title: t('Rotate which credentials?'), canPickMany: true });
  if (picked && picked.length > 0)
    tell(
      await carriedOut(
        credentials,
        picked.map((p) => p.resource),
      ),
    );
}

function carriedOut(credentials: AppCredentials, resources: readonly string[]): Thenable<CredentialChange> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Rotating credentials'), cancellable: true },
    (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return credentials.rotate(resources, controller.signal);
    },
  );
}

function tell({ changed, faults }: CredentialChange): void {
  for (const { message } of faults.slice(0, 1)) void vscode.window.showWarningMessage(message);
  if (changed.length === 0) return;
  const roles = changed.map((c) => c.role).join(', ');
  void vscode.window.showInformationMessage(
    t('New password for {0}. Open connections go on; new terminals have it, and those that are marked as outdated do not.', roles),
  );
}

async function offerSetting(): Promise<void> {
  const open = t('Open Setting');
  const answer = await vscode.window.showInformationMessage(t('Generated roles of databases are switched off.'), open);
  if (answer === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'prewarm.credentials.enabled');
}
