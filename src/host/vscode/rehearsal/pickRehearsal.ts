import * as vscode from 'vscode';
import type { NamedText } from '../../../app/rehearsals/parsed.ts';
import type { SavedRehearsals } from '../../node/rehearsals/savedRehearsals.ts';
import { tell } from '../movement.ts';
import type { OfferedRehearsal } from './rehearsalMessages.ts';
import { textOf } from './simulate.ts';

const { t } = vscode.l10n;

/** The id of a rehearsal. */
export type Choice = string;

interface Item extends vscode.QuickPickItem {
  readonly id: string;
}

/** One of those that were saved; each can be deleted from the list. */
export async function pickRehearsal(saved: SavedRehearsals): Promise<Choice | undefined> {
  const remove = { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Delete this rehearsal') };
  const itemsNow = async (): Promise<readonly Item[]> => {
    const { rehearsals, unreadable } = await saved.list();
    if (unreadable > 0) void vscode.window.showWarningMessage(t('{0} saved rehearsals cannot be read and are not listed.', unreadable));
    return rehearsals.map(({ id, name, at }) => ({ id, label: name, description: when(at), buttons: [remove] }));
  };
  const items = await itemsNow();
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      t('No rehearsal is saved in this workspace. Simulate… makes one, and Save… in its view keeps it.'),
    );
    return undefined;
  }
  const list = vscode.window.createQuickPick<Item>();
  list.title = t('Show which rehearsal?');
  list.items = items;
  return new Promise((resolve) => {
    list.onDidTriggerItemButton(async ({ item }) => {
      const done = await saved.remove(item.id);
      if (!done.ok) tell([done.fault]);
      list.items = list.items.filter(({ id }) => done.ok === false || id !== item.id);
    });
    list.onDidAccept(() => {
      resolve(list.selectedItems[0]?.id);
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}

/** One of this session or of those that were saved, or a file that was exported or written by the command line. */
export async function pickToCompare(offered: readonly OfferedRehearsal[]): Promise<Choice | NamedText | undefined> {
  const file = { id: '', label: t('$(file) A file…'), description: t('exported, or written by `prewarm simulate -o`') };
  const items: readonly Item[] = offered.map(({ id, name, at, where }) => ({
    id,
    label: name,
    description: where === 'saved' ? t('saved, {0}', when(at)) : t('of this session, {0}', when(at)),
  }));
  const picked = await vscode.window.showQuickPick([...items, file], { title: t('Compare with which rehearsal?') });
  if (picked !== file) return picked?.id;
  const [uri] = (await vscode.window.showOpenDialog({ title: t('Compare with which rehearsal?'), filters: { JSON: ['json'] } })) ?? [];
  if (!uri) return undefined;
  const name = vscode.workspace.asRelativePath(uri);
  const text = await textOf(uri, name);
  if (text.ok) return { name, text: text.value };
  tell([text.fault]);
  return undefined;
}

const when = (at: number): string => new Date(at).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
