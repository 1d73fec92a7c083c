import { homedir } from 'node:os';
import { isAbsolute, relative } from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';

const { t } = vscode.l10n;
const KEY = 'privacy.excludedFolders';

/** Adds a folder to `prewarm.privacy.excludedFolders`; that takes effect at once, and can be undone. */
export async function excludeFolder(app: App): Promise<void> {
  const { folder } = app.state().workspace;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.Uri.file(folder),
      title: t('Of which folder should Prewarm record nothing?'),
      openLabel: t('Exclude'),
    })) ?? [];
  if (!chosen) return;
  if (relative(folder, chosen.fsPath) === '')
    return void vscode.window.showInformationMessage(t('To record nothing of the whole workspace, use Prewarm: Set Mode… and choose off.'));
  const config = vscode.workspace.getConfiguration('prewarm', vscode.Uri.file(folder));
  const { target, before } = placeOf(config);
  const name = nameOf(chosen.fsPath, folder, target);
  if (before.includes(name)) return void vscode.window.showInformationMessage(t('{0} is excluded already.', name));
  await config.update(KEY, [...before, name], target);
  const undo = t('Undo');
  const said = t('Nothing is recorded of {0} from now on. What was recorded before stays, until you erase it or it expires.', name);
  if ((await vscode.window.showInformationMessage(said, undo)) === undo)
    await config.update(KEY, before.length > 0 ? before : undefined, target);
}

/** Where it already is set, since there it hides what is set elsewhere; else in the user's own settings, which nobody shares. */
function placeOf(config: vscode.WorkspaceConfiguration) {
  const set = config.inspect<readonly string[]>(KEY);
  const { ConfigurationTarget: at } = vscode;
  if (set?.workspaceFolderValue) return { target: at.WorkspaceFolder, before: set.workspaceFolderValue };
  if (set?.workspaceValue) return { target: at.Workspace, before: set.workspaceValue };
  return { target: at.Global, before: set?.globalValue ?? [] };
}

/** Relative where the setting belongs to the workspace, else from the user's home or the root on. */
function nameOf(path: string, folder: string, target: vscode.ConfigurationTarget): string {
  const slashed = (text: string): string => text.replaceAll('\\', '/');
  const inside = relative(folder, path);
  if (target !== vscode.ConfigurationTarget.Global && !inside.startsWith('..') && !isAbsolute(inside)) return slashed(inside);
  const fromHome = relative(homedir(), path);
  return fromHome.startsWith('..') || isAbsolute(fromHome) ? slashed(path) : `~/${slashed(fromHome)}`;
}
