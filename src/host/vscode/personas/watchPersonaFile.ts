import * as vscode from 'vscode';
import type { App } from '../../../app/app.ts';

/** What a merge in Git, or a hand, wrote into the workspace's persona document is looked at now, and not at the next minute. */
export function watchPersonaFile(folder: vscode.WorkspaceFolder, app: App): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '.prewarm/personas.json'));
  const look = (): void => void app.settle();
  return vscode.Disposable.from(watcher, watcher.onDidCreate(look), watcher.onDidChange(look));
}
