import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Snapshot } from '../../domain/index.ts';

/** Seeded states that are kept, with their sizes; what is ticked is removed, once more asked for where a copy may hold changes. */
export async function showSnapshots(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const listed = await app.snapshots.list();
  if (!listed.ok) return void vscode.window.showWarningMessage(listed.fault.message);
  if (listed.value.length === 0) return void vscode.window.showInformationMessage(t('No seeded state is kept yet.'));
  const picked = await vscode.window.showQuickPick(listed.value.map(item), {
    title: t('Snapshots: tick what to remove'),
    canPickMany: true,
  });
  const ids = (picked ?? []).filter((i) => !i.snapshot.inUse).map((i) => i.snapshot.id);
  if (ids.length === 0) return;
  const remove = t('Remove');
  const question = t('Remove {0} snapshots and copies, with what was changed in them?', ids.length);
  if ((await vscode.window.showWarningMessage(question, { modal: true }, remove)) !== remove) return;
  const [fault] = await app.snapshots.remove(ids);
  if (fault) void vscode.window.showWarningMessage(fault.message);
}

function item(snapshot: Snapshot) {
  const { t } = vscode.l10n;
  const size = t('{0} MB', Math.round(snapshot.bytes / 2 ** 20));
  const type = snapshot.type === 'copy' ? t('copy') : t('snapshot');
  const words = [type, snapshot.variant, snapshot.current ? t('of today’s declaration') : t('of an older declaration')];
  return {
    label: snapshot.resource.split('/').at(-1) ?? snapshot.resource,
    description: [size, snapshot.inUse ? t('in use') : undefined].filter(Boolean).join(', '),
    detail: words.filter(Boolean).join(', '),
    snapshot,
  };
}
