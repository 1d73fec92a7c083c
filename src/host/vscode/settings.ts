import * as vscode from 'vscode';
import { MODES, type Mode } from '../../domain/index.ts';
import type { CoreOptions } from './coreContract.ts';

type Settings = Pick<CoreOptions, 'mode' | 'memoryBytes' | 'idleMs' | 'horizonMs' | 'retentionDays' | 'dockerHost' | 'embedded'>;

/** The settings of package.json, each with a fallback: a value of the wrong kind is as if it were not there. */
export function readSettings(folder: vscode.WorkspaceFolder): Settings {
  const settings = vscode.workspace.getConfiguration('prewarm', folder.uri);
  const number = (key: string, fallback: number, least: number): number => {
    const value = settings.get<unknown>(key);
    return typeof value === 'number' && Number.isFinite(value) && value >= least ? value : fallback;
  };
  const mode = settings.get<unknown>('mode') as Mode;
  return {
    mode: MODES.includes(mode) ? mode : 'suggest',
    memoryBytes: number('budget.memoryMB', 2048, 0) * 2 ** 20,
    idleMs: number('sessions.idleMinutes', 30, 0.1) * 60_000,
    horizonMs: number('horizonMinutes', 20, 1) * 60_000,
    retentionDays: number('journal.retentionDays', 90, 1),
    dockerHost: String(settings.get('docker.host') ?? ''),
    embedded: settings.get<boolean>('embedded.enabled') === false ? 'off' : 'on',
  };
}
