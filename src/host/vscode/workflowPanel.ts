import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { webviewPage } from './webviewPage.ts';
import { createWorkflowMessages, type WorkflowMessages } from './workflowMessages.ts';

const TYPE = 'prewarm.workflow';

/** The workflow panel: one at most, restored after a reload. */
export function registerWorkflow(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(): void; show(app: App): void } {
  let panel: { readonly panel: vscode.WebviewPanel; readonly messages: WorkflowMessages } | undefined;
  const root = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');

  function adopt(next: vscode.WebviewPanel): void {
    const { webview } = next;
    const messages = createWorkflowMessages(open, (message) => void webview.postMessage(message), vscode.l10n.t);
    panel = { panel: next, messages };
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    next.onDidDispose(() => {
      if (panel?.panel === next) panel = undefined;
    });
    webview.onDidReceiveMessage((raw) => void messages.answer(raw));
    webview.html = webviewPage(webview, root, 'workflow');
  }

  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(TYPE, { deserializeWebviewPanel: async (restored) => adopt(restored) }),
  );
  return {
    reveal() {
      if (panel) panel.panel.reveal();
      else adopt(vscode.window.createWebviewPanel(TYPE, vscode.l10n.t('Prewarm Workflow'), vscode.ViewColumn.Active, {}));
    },
    show: (app) => panel?.messages.show(app),
  };
}
