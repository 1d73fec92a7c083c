import * as vscode from 'vscode';
import type { Confidence } from '../../../domain/index.ts';
import type { Record } from './record.ts';

const CONFIDENCE: Readonly<{ [level: number]: Confidence }> = { 0: 'low', 1: 'medium', 2: 'high' };

/** Commands by shell integration; a terminal without it is simply not heard. */
export function terminalSensor(record: Record): readonly vscode.Disposable[] {
  const started = new WeakMap<vscode.TerminalShellExecution, number>();
  const base = ({ commandLine, cwd }: vscode.TerminalShellExecution) =>
    ({
      type: 'command',
      line: commandLine.value,
      confidence: CONFIDENCE[commandLine.confidence] ?? 'low',
      ...(cwd ? { cwd: cwd.fsPath } : {}),
    }) as const;
  return [
    vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
      const at = Date.now();
      started.set(execution, at);
      record({ ...base(execution), at, did: 'started' });
    }),
    vscode.window.onDidEndTerminalShellExecution(({ execution, exitCode }) => {
      const at = Date.now();
      record({
        ...base(execution),
        at,
        did: 'ended',
        durationMs: at - (started.get(execution) ?? at),
        ...(exitCode === undefined ? {} : { exitCode }),
      });
    }),
  ];
}
