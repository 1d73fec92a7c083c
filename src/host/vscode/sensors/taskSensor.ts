import * as vscode from 'vscode';
import type { Record } from './record.ts';

export function taskSensor(record: Record): readonly vscode.Disposable[] {
  const startedAt = new WeakMap<vscode.TaskExecution, number>();
  const base = ({ task }: vscode.TaskExecution) => {
    const folder = folderOf(task);
    return { type: 'task', name: task.name, ...(task.group ? { group: task.group.id } : {}), ...(folder ? { folder } : {}) } as const;
  };
  return [
    vscode.tasks.onDidStartTask(({ execution }) => {
      const at = Date.now();
      startedAt.set(execution, at);
      record({ ...base(execution), at, did: 'started' });
    }),
    vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      const at = Date.now();
      record({
        ...base(execution),
        at,
        did: 'ended',
        durationMs: at - (startedAt.get(execution) ?? at),
        ...(exitCode === undefined ? {} : { exitCode }),
      });
    }),
  ];
}

/** Its own working folder, else that of the workspace that it belongs to. */
function folderOf({ execution, scope }: vscode.Task): string | undefined {
  const home = typeof scope === 'object' ? scope.uri.fsPath : undefined;
  const cwd = execution && 'options' in execution ? execution.options?.cwd : undefined;
  return cwd?.replace(/\$\{workspace(Folder|Root)\}/g, home ?? '.') ?? home;
}
