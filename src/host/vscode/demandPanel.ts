import * as vscode from 'vscode';
import type { ToDemand } from '../../show/demandProtocol.ts';
import { createDemandMessages, type DemandPort } from './demandMessages.ts';
import { registerSinglePanel } from './singlePanel.ts';

/** The demand panel: it foresees when it is looked at, and ends that when it is closed. */
export function registerDemand(context: vscode.ExtensionContext, open: () => Promise<DemandPort | undefined>): { reveal(): void } {
  const panel = registerSinglePanel<ToDemand>(context, {
    type: 'prewarm.demand',
    title: vscode.l10n.t('Prewarm Demand'),
    page: 'demand',
    hear: (raw) => void messages.answer(raw),
    closed: () => messages.stop(),
  });
  const messages = createDemandMessages({
    open,
    send: panel.send,
    clock: () => ({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone, language: vscode.env.language }),
    t: vscode.l10n.t,
  });
  return { reveal: panel.reveal };
}
