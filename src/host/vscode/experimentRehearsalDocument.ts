import * as vscode from 'vscode';

const SCHEME = 'prewarm-experiment-rehearsal';

/** So many are kept, to be compared; each is a few KB. */
const MOST = 20;

/** Rehearsals of tests as read-only documents, the newest until the window is closed. */
export function registerExperimentRehearsals(context: vscode.ExtensionContext): {
  reveal(title: string, lines: readonly string[]): Promise<void>;
} {
  const { t } = vscode.l10n;
  /** By number. */
  const texts = new Map<string, string>();
  let made = 0;

  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: ({ query }) =>
        texts.get(query) ?? t('This rehearsal is no longer kept. Run `Prewarm: Rehearse A/B Test…` again.'),
    }),
  );
  return {
    async reveal(title, lines) {
      const query = String(++made);
      texts.set(query, lines.join('\n'));
      texts.delete(String(made - MOST));
      // A slash in a name would be a folder.
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll('/', '∕')}.txt`, query });
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    },
  };
}
