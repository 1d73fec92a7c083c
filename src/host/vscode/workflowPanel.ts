import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { parseFromWebview, type ToWebview } from '../../show/protocol.ts';
import type { Shown } from '../../show/shown.ts';
import { workflow } from '../../show/workflow.ts';

const TYPE = 'prewarm.workflow';

/** The workflow panel: one at most, restored after a reload. */
export function registerWorkflow(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(): void; show(state: Shown): void } {
  let panel: vscode.WebviewPanel | undefined;
  const roots = [vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview')];

  function adopt(next: vscode.WebviewPanel): void {
    panel = next;
    next.webview.options = { enableScripts: true, localResourceRoots: roots };
    next.onDidDispose(() => {
      if (panel === next) panel = undefined;
    });
    next.webview.onDidReceiveMessage((raw) => void answer(next, raw));
    next.webview.html = page(next.webview, roots[0] as vscode.Uri);
  }

  async function answer(to: vscode.WebviewPanel, raw: unknown): Promise<void> {
    const message = parseFromWebview(raw);
    const app = await open();
    if (!message || !app) return;
    const send = (reply: ToWebview): void => void to.webview.postMessage(reply);
    if (message.type === 'ready') return send({ type: 'state', workflow: workflow(app.state()) });
    if (message.type === 'why') return send({ type: 'why', resource: message.resource, lines: app.why(message.resource) });
    if (message.type === 'always' || message.type === 'never') return app.teach({ resource: message.resource, verdict: message.type });
    await app[message.type]([message.resource]);
  }

  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(TYPE, { deserializeWebviewPanel: async (restored) => adopt(restored) }),
  );
  return {
    reveal() {
      if (panel) panel.reveal();
      else adopt(vscode.window.createWebviewPanel(TYPE, vscode.l10n.t('Prewarm Workflow'), vscode.ViewColumn.Active, {}));
    },
    show: (state) => void panel?.webview.postMessage({ type: 'state', workflow: workflow(state) } satisfies ToWebview),
  };
}

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}';">
  <link rel="stylesheet" href="${at('workflow.css')}">
  <title>Prewarm</title>
</head>
<body><main id="root"></main><script nonce="${nonce}" src="${at('workflow.js')}"></script></body>
</html>`;
}
