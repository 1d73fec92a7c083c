import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { rungWord } from '../../show/rungWord.ts';

const { t } = vscode.l10n;

/** Which resources have a paused copy beside them that takes over when they fail. Unticked ones are removed; their volumes stay. */
export async function keepStandby(app: App): Promise<void> {
  const kept = new Set(app.standbys());
  const items = app
    .state()
    .resources.filter(
      ({ resource: { spec, variant } }) => (spec.type === 'compose' || spec.type === 'docker') && !/^(standby|replica)/.test(variant ?? ''),
    )
    .map(({ resource: { id, name }, rung, standby }) => ({
      label: name,
      description: standby ? t('standby {0} serves: {1}', standby.number, standby.because) : rungWord(rung, t),
      picked: kept.has(id),
      id,
    }));
  if (items.length === 0) return void vscode.window.showInformationMessage(t('No container here could have a standby.'));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Keep a standby of which resources?'),
    placeHolder: t('Paused beside the first, with the state that was baked; it takes over when the first fails'),
    canPickMany: true,
  });
  if (!picked) return;
  const [fault] = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: t('Standbys') }, () =>
    app.keepStandbys(picked.map((p) => p.id)),
  );
  if (fault) void vscode.window.showWarningMessage(fault.message);
}
