import * as vscode from 'vscode';
import type { App, Suggestion } from '../../app/app.ts';

/** One notification a session, each answer of which teaches. */
export const createSuggestions =
  (app: App) =>
  async (suggestion: Suggestion): Promise<void> => {
    const { t } = vscode.l10n;
    const [warm, notNow, always, never] = [t('Warm'), t('Not now'), t('Always here'), t('Never')];
    const answer = await vscode.window.showInformationMessage(suggestion.text, warm, notNow, always, never);
    const ids = suggestion.resources.map((r) => r.id);
    if (answer === warm) await app.warm(ids);
    else if (answer === always) for (const resource of ids) app.teach({ resource, verdict: 'always' });
    else if (answer === never) for (const resource of ids) app.teach({ resource, verdict: 'never' });
    else for (const resource of ids) app.teach({ resource, verdict: 'not-now' });
  };
