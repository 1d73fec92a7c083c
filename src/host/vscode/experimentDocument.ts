import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { experimentText } from '../../show/experiments.ts';

const SCHEME = 'prewarm-experiment';

/** The report of a test as a read-only document that is made anew each time it is asked for. */
export function registerExperiments(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(id: string): Promise<void> } {
  const { t } = vscode.l10n;
  const changed = new vscode.EventEmitter<vscode.Uri>();

  async function text({ query }: vscode.Uri): Promise<string> {
    const found = (await open())?.experiments.list().find(({ id }) => id === query);
    return found ? experimentText(found, { language: vscode.env.language }, t).join('\n') : t('There is no such test any more.');
  }

  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, { onDidChange: changed.event, provideTextDocumentContent: text }),
  );
  return {
    async reveal(id) {
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${t('Test {0}', id)}.txt`, query: id });
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    },
  };
}
