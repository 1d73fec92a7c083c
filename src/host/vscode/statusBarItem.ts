import * as vscode from 'vscode';
import { NO_MOMENT, readyMoment } from '../../show/readyMoment.ts';
import type { Shown } from '../../show/shown.ts';
import { LINKS, statusBar } from '../../show/statusBar.ts';

/** How long “everything is ready” stands in place of the persona. */
const MOMENT_MS = 6000;

/** The one item. `commands` are those of package.json, of which the tooltip links to some. */
export function createStatusBar(commands: ReadonlySet<string>): vscode.Disposable & { show(state: Shown): void } {
  const item = vscode.window.createStatusBarItem('prewarm.status', vscode.StatusBarAlignment.Left, 50);
  item.name = 'Prewarm';
  item.text = '$(flame) Prewarm';
  item.command = 'prewarm.showWorkflow';
  item.accessibilityInformation = { label: vscode.l10n.t('Prewarm: starting') };
  item.show();
  let moment = NO_MOMENT;
  let latest: Shown | undefined;
  let ending: ReturnType<typeof setTimeout> | undefined;

  function draw(): void {
    if (!latest) return;
    const { text, tooltip, accessible } = statusBar(latest, commands, vscode.l10n.t);
    item.text = ending && moment.say ? `$(pass) ${vscode.l10n.t('Ready: {0}', moment.say.join(', '))}` : text;
    item.accessibilityInformation = { label: accessible };
    item.tooltip = trusted(tooltip);
  }
  return {
    show(state) {
      latest = state;
      const { say: shown, ...before } = moment;
      moment = readyMoment(before, state);
      if (moment.say) {
        ending = setTimeout(() => {
          ending = undefined;
          draw();
        }, MOMENT_MS);
      } else if (ending && shown) moment = { ...moment, say: shown };
      draw();
    },
    dispose: () => {
      clearTimeout(ending);
      item.dispose();
    },
  };
}

function trusted(tooltip: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(tooltip, true);
  markdown.isTrusted = { enabledCommands: LINKS };
  return markdown;
}
