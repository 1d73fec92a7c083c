import * as vscode from 'vscode';
import type { Record } from './record.ts';

export function debugSensor(record: Record): readonly vscode.Disposable[] {
  const startedAt = new Map<string, number>();
  return [
    vscode.debug.onDidStartDebugSession(({ id, type, name }) => {
      const at = Date.now();
      startedAt.set(id, at);
      record({ type: 'debug', at, did: 'started', kind: type, name });
    }),
    vscode.debug.onDidTerminateDebugSession(({ id, type, name }) => {
      const at = Date.now();
      record({ type: 'debug', at, did: 'ended', kind: type, name, durationMs: at - (startedAt.get(id) ?? at) });
      startedAt.delete(id);
    }),
  ];
}
