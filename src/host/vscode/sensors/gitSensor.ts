import * as vscode from 'vscode';
import type { Record } from './record.ts';

/** The part of the built-in Git extension's API (version 1) that is used. */
interface GitApi {
  readonly repositories: readonly Repository[];
  readonly onDidOpenRepository: vscode.Event<Repository>;
}
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: { readonly HEAD: { readonly name?: string } | undefined; readonly onDidChange: vscode.Event<void> };
}

/** Branch changes, where the built-in Git extension is on; it is never started by us. */
export function gitSensor(record: Record): readonly vscode.Disposable[] {
  const disposables: vscode.Disposable[] = [];
  let ended = false;
  const watch = (repository: Repository): void => {
    let branch = repository.state.HEAD?.name;
    const folder = repository.rootUri.fsPath;
    disposables.push(
      repository.state.onDidChange(() => {
        const now = repository.state.HEAD?.name;
        if (now && branch && now !== branch) record({ type: 'branch', at: Date.now(), from: branch, to: now, folder });
        branch = now ?? branch;
      }),
    );
  };
  const attach = (): void => {
    const git = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    if (!git?.isActive || ended) return;
    waiting.dispose();
    const api = git.exports.getAPI(1);
    for (const repository of api.repositories) watch(repository);
    disposables.push(api.onDidOpenRepository(watch));
  };
  const waiting = vscode.extensions.onDidChange(attach);
  const timer = setInterval(() => {
    if (disposables.length > 0) clearInterval(timer);
    else attach();
  }, 2000);
  return [
    {
      dispose: () => {
        ended = true;
        clearInterval(timer);
        waiting.dispose();
        for (const d of disposables) d.dispose();
      },
    },
  ];
}
