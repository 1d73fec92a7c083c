import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { ToWebview } from '../../show/protocol.ts';
import { registerSinglePanel } from './singlePanel.ts';
import { createWorkflowMessages } from './workflowMessages.ts';

/** The workflow panel. */
export function registerWorkflow(
  context: vscode.ExtensionContext,
  open: () => Promise<App | undefined>,
): { reveal(): void; show(app: App): void } {
  const panel = registerSinglePanel<ToWebview>(context, {
    type: 'prewarm.workflow',
    title: vscode.l10n.t('Prewarm Workflow'),
    page: 'workflow',
    hear: (raw) => void messages.answer(raw),
  });
  const messages = createWorkflowMessages(open, panel.send, vscode.l10n.t);
  return {
    reveal: panel.reveal,
    show(app) {
      if (panel.isOpen()) messages.show(app);
    },
  };
}
