import * as vscode from 'vscode';
import type { Shown } from '../../show/shown.ts';
import { statusBar } from '../../show/statusBar.ts';

export function createStatusBar(): vscode.Disposable & { show(state: Shown): void } {
  const item = vscode.window.createStatusBarItem('prewarm.status', vscode.StatusBarAlignment.Left, 50);
  item.name = 'Prewarm';
  item.text = '$(flame) Prewarm';
  item.command = 'prewarm.showWorkflow';
  item.show();
  return {
    show(state) {
      const { text, tooltip, accessible } = statusBar(state);
      item.text = text;
      item.accessibilityInformation = { label: accessible };
      const markdown = new vscode.MarkdownString(
        `${tooltip.join('\n\n')}\n\n[Workflow](command:prewarm.showWorkflow) · [Mode](command:prewarm.setMode) · [Why](command:prewarm.why)`,
        true,
      );
      markdown.isTrusted = { enabledCommands: ['prewarm.showWorkflow', 'prewarm.setMode', 'prewarm.why'] };
      item.tooltip = markdown;
    },
    dispose: () => item.dispose(),
  };
}
