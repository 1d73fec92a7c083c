import * as vscode from 'vscode';
import type { App } from '../../../app/app.ts';

/** Versions of personas as read-only JSON, so that the editor's own comparison shows what changed. */
export const PERSONA_SCHEME = 'prewarm-persona';

export function registerPersonaDocuments(open: () => Promise<App | undefined>): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(PERSONA_SCHEME, {
    async provideTextDocumentContent(uri) {
      const [, id = '', number = ''] = uri.path.split('/');
      const app = await open();
      const version = (await app?.personas.versions(id))?.find((v) => String(v.number) === number);
      const document = version?.document ?? app?.personas.export([id]);
      return `${JSON.stringify(document?.personas[0] ?? {}, null, 2)}\n`;
    },
  });
}

/** `now` is the persona as it is; the query makes it another document each time, since that changes. */
export const versionUri = (id: string, number: number | 'now', name: string): vscode.Uri =>
  vscode.Uri.from({
    scheme: PERSONA_SCHEME,
    path: `/${id}/${number}/${name.replaceAll('/', '∕')}.json`,
    ...(number === 'now' ? { query: String(Date.now()) } : {}),
  });
