import * as vscode from 'vscode';
import type { App, AppState } from '../../app/app.ts';
import { MOST_ENTRIES } from '../../app/ledger.ts';
import { comparison, ledgerView, type Span } from '../../show/ledger.ts';
import { parseFromLedger, type ToLedger } from '../../show/ledgerProtocol.ts';
import { webviewPage } from './webviewPage.ts';

const TYPE = 'prewarm.ledger';

/** The ledger panel: one at most, restored after a reload. Its days follow every change; the comparison is made when it is asked for. */
export function registerLedger(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(): void; show(state: AppState): void } {
  let panel: vscode.WebviewPanel | undefined;
  let span: Span = 7;
  let shown: AppState['ledger']['entries'] | undefined;
  const root = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');

  function adopt(next: vscode.WebviewPanel): void {
    panel = next;
    next.webview.options = { enableScripts: true, localResourceRoots: [root] };
    next.onDidDispose(() => {
      if (panel === next) panel = undefined;
    });
    next.webview.onDidReceiveMessage((raw) => void answer(raw));
    next.webview.html = webviewPage(next.webview, root, 'ledger');
  }

  const send = (message: ToLedger): void => void panel?.webview.postMessage(message);

  async function answer(raw: unknown): Promise<void> {
    const message = parseFromLedger(raw);
    const app = await open();
    if (!message || !app) return;
    if (message.type === 'compare') return send({ type: 'comparison', comparison: comparison(await app.ledger(), vscode.l10n.t) });
    span = message.span;
    draw(app.state());
  }

  function draw({ ledger, resources }: AppState): void {
    shown = ledger.entries;
    send({
      type: 'ledger',
      view: ledgerView(
        ledger.entries,
        {
          now: Date.now(),
          span,
          mostEntries: MOST_ENTRIES,
          zoneOffsetMs: (at) => -new Date(at).getTimezoneOffset() * 60_000,
          memoryBytes: (id) => resources.find((r) => r.resource.id === id)?.resource.memoryBytes,
        },
        vscode.l10n.t,
      ),
    });
  }

  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(TYPE, { deserializeWebviewPanel: async (restored) => adopt(restored) }),
  );
  return {
    reveal() {
      if (panel) panel.reveal();
      else adopt(vscode.window.createWebviewPanel(TYPE, vscode.l10n.t('Prewarm Ledger'), vscode.ViewColumn.Active, {}));
    },
    show(state) {
      if (panel && state.ledger.entries !== shown) draw(state);
    },
  };
}
