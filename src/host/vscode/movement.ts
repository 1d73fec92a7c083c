import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Fault } from '../../domain/index.ts';

const { t } = vscode.l10n;

/** Warms or cools with progress and a way to cancel; what failed is told once. */
export async function moveWithProgress(app: App, ids: readonly string[], how: 'warm' | 'cool'): Promise<void> {
  const title = how === 'warm' ? t('Warming {0}', names(ids)) : t('Cooling {0}', names(ids));
  const faults = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const stop = app.onChange((state) =>
        progress.report({ message: state.resources.find((r) => ids.includes(r.resource.id) && r.progress)?.progress ?? '' }),
      );
      return app[how](ids, controller.signal).finally(stop);
    },
  );
  tell(faults);
}

/** The first fault, with the log for the rest; what a person called off is none. */
export function tell(faults: readonly Fault[]): void {
  const [first] = faults.filter((f) => f.code !== 'cancelled');
  if (!first) return;
  const showLog = t('Show Log');
  void vscode.window.showWarningMessage(first.message, showLog).then((answer) => {
    if (answer === showLog) void vscode.commands.executeCommand('prewarm.showLog');
  });
}

/** Teaches the planner, and says so with a way back. */
export async function teach(app: App, ids: readonly string[], verdict: 'always' | 'never' | 'not-now'): Promise<void> {
  if (ids.length === 0) return;
  for (const resource of ids) app.teach({ resource, verdict });
  const said = {
    always: t('Noted: {0} is always kept warm here.', names(ids)),
    never: t('Noted: {0} is never warmed.', names(ids)),
    'not-now': t('Noted: {0} is not warmed in this session.', names(ids)),
  };
  const undo = t('Undo');
  if ((await vscode.window.showInformationMessage(said[verdict], undo)) === undo) for (const id of ids) app.forget(id);
}

const names = (ids: readonly string[]): string => ids.map((id) => id.split('/').at(-1)).join(', ');
