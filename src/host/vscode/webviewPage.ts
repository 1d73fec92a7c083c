import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageDocument } from './pageDocument.ts';

/** The page of a webview: one script and one style sheet of `dist/webview`, in the editor's language. */
export function webviewPage(webview: vscode.Webview, root: vscode.Uri, name: string): string {
  const at = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  return pageDocument({
    nonce: randomBytes(16).toString('base64'),
    source: webview.cspSource,
    style: at(`${name}.css`),
    script: at(`${name}.js`),
    language: vscode.env.language,
    words: vscode.l10n.bundle ?? {},
  });
}
