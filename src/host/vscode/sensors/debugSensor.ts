import * as vscode from 'vscode';
import type { Record } from './record.ts';

export function debugSensor(record: Record): readonly vscode.Disposable[] {
  const startedAt = new Map<string, number>();
  return [
    vscode.debug.onDidStartDebugSession((session) => {
      const { id, type, name } = session;
      const at = Date.now();
      startedAt.set(id, at);
      record({ type: 'debug', at, did: 'started', kind: type, name, ...folderOf(session) });
    }),
    vscode.debug.onDidTerminateDebugSession((session) => {
      const { id, type, name } = session;
      const at = Date.now();
      record({ type: 'debug', at, did: 'ended', kind: type, name, durationMs: at - (startedAt.get(id) ?? at), ...folderOf(session) });
      startedAt.delete(id);
    }),
  ];
}

function folderOf({ configuration, workspaceFolder }: vscode.DebugSession): { readonly folder?: string } {
  const folder: unknown = configuration.cwd ?? workspaceFolder?.uri.fsPath;
  return typeof folder === 'string' ? { folder } : {};
}
