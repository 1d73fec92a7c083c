import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { FeedState } from '../../app/feeds/feed.ts';
import { editorSecrets } from './secrets.ts';

const { t } = vscode.l10n;

/** The secret of a feed goes from the keyboard to the editor's store, for the address that the feed has now; nothing else sees it. */
export async function setFeedSecret(app: App, storage: vscode.SecretStorage): Promise<void> {
  const feed = await chosen(app.feeds.list());
  if (feed?.secretName === undefined) return;
  const value = await vscode.window.showInputBox({
    title: t('Secret of the feed {0}', feed.name),
    prompt: t('A token, user:password, or a key file’s JSON. It is kept in the secret storage; left empty, it is forgotten.'),
    password: true,
    ignoreFocusOut: true,
  });
  if (value === undefined) return;
  const secrets = editorSecrets(storage);
  const kept = await (value === '' ? secrets.delete(feed.secretName) : secrets.set(feed.secretName, value));
  if (!kept.ok) return void vscode.window.showWarningMessage(kept.fault.message);
  if (value === '') return;
  const answer = await app.feeds.fetchNow(feed.name);
  void (answer.ok
    ? vscode.window.showInformationMessage(
        t('The feed {0} answers: {1} series, {2} planned events.', feed.name, answer.value.series.length, answer.value.events.length),
      )
    : vscode.window.showWarningMessage(answer.fault.message));
}

async function chosen(feeds: readonly FeedState[]): Promise<FeedState | undefined> {
  const items = feeds
    .filter((feed) => feed.secretName !== undefined)
    .map((feed) => ({ label: feed.name, description: feed.type, detail: feed.fault?.message ?? '', feed }));
  if (items.length > 0) return (await vscode.window.showQuickPick(items, { title: t('The secret of which feed?') }))?.feed;
  const open = t('Open Setting');
  const answer = await vscode.window.showInformationMessage(t('No feed needs a secret.'), open);
  if (answer === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'prewarm.feeds');
  return undefined;
}
