import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Notice } from '../../app/demand/watch.ts';
import { createClock } from '../../show/clock.ts';
import { noticeWords } from '../../show/noticeWords.ts';

const { t } = vscode.l10n;

/** What is out of the ordinary as a notification; how rarely, the app sees to. */
export function createNotices(app: App): (notice: Notice) => void {
  return ({ resource, ...notice }) => {
    const { mode, resources } = app.state();
    const warmed = mode === 'auto' ? resources.find((r) => r.resource.id === resource)?.resource.name : undefined;
    const clock = createClock({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone, language: vscode.env.language });
    const text = noticeWords({ ...notice, ...(warmed === undefined ? {} : { warmed }) }, Date.now(), clock, t);
    const show = t('Show Demand');
    void vscode.window.showInformationMessage(text, show).then((answer) => {
      if (answer === show) void vscode.commands.executeCommand('prewarm.showDemand');
    });
  };
}
