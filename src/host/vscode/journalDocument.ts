import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { journalText } from '../../show/journal.ts';

const SCHEME = 'prewarm-journal';
const MOST_ROWS = 2000;

/** What is recorded, as a read-only document that is made anew each time it is asked for. */
export function registerJournal(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(app: App): Promise<void> } {
  const { t } = vscode.l10n;
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const uriOf = (app: App): vscode.Uri =>
    vscode.Uri.from({ scheme: SCHEME, path: `/${t('Recorded in {0}', app.state().workspace.name)}.txt` });

  async function text(): Promise<string> {
    const app = await open();
    if (!app) return '';
    const options = {
      workspace: app.state().workspace.name,
      mostRows: MOST_ROWS,
      zoneOffsetMs: (at: number) => -new Date(at).getTimezoneOffset() * 60_000,
      more: t('`prewarm journal --limit 0` on the command line and Prewarm: Export All… have them.'),
    };
    return journalText(await app.privacy.recorded(), options, t);
  }

  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, { onDidChange: changed.event, provideTextDocumentContent: text }),
  );
  return {
    async reveal(app) {
      const uri = uriOf(app);
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    },
  };
}
