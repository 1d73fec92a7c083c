import * as vscode from 'vscode';
import { webviewPage } from './webviewPage.ts';

export interface SinglePanelOptions {
  /** For the serializer, and to know it again. */
  readonly type: string;
  readonly title: string;
  /** Its script and style sheet in `dist/webview`. */
  readonly page: string;
  readonly hear: (raw: unknown) => void;
  readonly closed?: () => void;
}

export interface SinglePanel<Message> {
  reveal(): void;
  /** Nobody hears it where no panel is open. */
  send(message: Message): void;
  isOpen(): boolean;
}

/** A web view as a panel: one at most, restored after a reload. */
export function registerSinglePanel<Message>(
  { extensionUri, subscriptions }: vscode.ExtensionContext,
  { type, title, page, hear, closed }: SinglePanelOptions,
): SinglePanel<Message> {
  let panel: vscode.WebviewPanel | undefined;
  const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

  function adopt(next: vscode.WebviewPanel): void {
    panel = next;
    next.webview.options = { enableScripts: true, localResourceRoots: [root] };
    next.onDidDispose(() => {
      if (panel !== next) return;
      panel = undefined;
      closed?.();
    });
    next.webview.onDidReceiveMessage(hear);
    next.webview.html = webviewPage(next.webview, root, page);
  }

  subscriptions.push(vscode.window.registerWebviewPanelSerializer(type, { deserializeWebviewPanel: async (restored) => adopt(restored) }));
  return {
    reveal() {
      if (panel) panel.reveal();
      else adopt(vscode.window.createWebviewPanel(type, title, vscode.ViewColumn.Active, {}));
    },
    send: (message) => void panel?.webview.postMessage(message),
    isOpen: () => panel !== undefined,
  };
}
