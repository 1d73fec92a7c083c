import * as vscode from 'vscode';
import type { AppState } from '../../app/app.ts';

/** `DATABASE_URL` and the like in new terminals of this folder, as long as Prewarm may act in it. */
export function keepEnvironment(
  context: vscode.ExtensionContext,
  folder: vscode.WorkspaceFolder | undefined,
): { show(state: AppState): void } {
  const collection = folder
    ? context.environmentVariableCollection.getScoped({ workspaceFolder: folder })
    : context.environmentVariableCollection;
  collection.persistent = false;
  let written = '';
  return {
    show(state) {
      const allowed = state.trusted && (state.mode === 'suggest' || state.mode === 'auto');
      const variables = allowed ? Object.assign({}, ...[...state.resources].reverse().map((r) => r.environment)) : {};
      const next = JSON.stringify(variables);
      if (next === written) return;
      written = next;
      collection.clear();
      const names = state.resources.filter((r) => Object.keys(r.environment).length > 0).map((r) => r.resource.name);
      if (names.length > 0)
        collection.description = new vscode.MarkdownString(vscode.l10n.t('Prewarm: where to find {0}', names.join(', ')));
      for (const [name, value] of Object.entries(variables as Record<string, string>)) collection.replace(name, value);
    },
  };
}
