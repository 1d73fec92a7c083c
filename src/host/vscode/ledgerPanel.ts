import * as vscode from 'vscode';
import type { App, AppState } from '../../app/app.ts';
import { MOST_ENTRIES } from '../../app/ledger.ts';
import { comparison, ledgerView, type Span } from '../../show/ledger.ts';
import { parseFromLedger, type ToLedger } from '../../show/ledgerProtocol.ts';
import { registerSinglePanel } from './singlePanel.ts';

/** The ledger panel. Its days follow every change; the comparison is made when it is asked for. */
export function registerLedger(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(): void; show(state: AppState): void } {
  let span: Span = 7;
  let shown: AppState['ledger']['entries'] | undefined;
  const panel = registerSinglePanel<ToLedger>(context, {
    type: 'prewarm.ledger',
    title: vscode.l10n.t('Prewarm Ledger'),
    page: 'ledger',
    hear: (raw) => void answer(raw),
  });

  async function answer(raw: unknown): Promise<void> {
    const message = parseFromLedger(raw);
    const app = await open();
    if (!message || !app) return;
    if (message.type === 'compare') return panel.send({ type: 'comparison', comparison: comparison(await app.ledger(), vscode.l10n.t) });
    span = message.span;
    draw(app.state());
  }

  function draw({ ledger, resources }: AppState): void {
    shown = ledger.entries;
    panel.send({
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

  return {
    reveal: panel.reveal,
    show(state) {
      if (panel.isOpen() && state.ledger.entries !== shown) draw(state);
    },
  };
}
