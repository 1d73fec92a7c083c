import * as vscode from 'vscode';
import { type BadSetting, createCheckedSettings } from './checkedSettings.ts';
import type { Problem } from './checkSetting.ts';
import type { Settings } from './settings.ts';

export interface SettingsReader {
  /** Bad values are as if they were not there; each is told of once. */
  read(): Settings;
  /** Calls back when a setting of Prewarm has changed. */
  onChange(listener: (settings: Settings) => void): vscode.Disposable;
}

/** The settings of this folder. */
export function createSettingsReader(folder: vscode.WorkspaceFolder, log: (line: string) => void): SettingsReader {
  const read = createCheckedSettings(
    (key) => vscode.workspace.getConfiguration('prewarm', folder.uri).get<unknown>(key),
    (bad) => report(bad, log),
  );
  return {
    read,
    onChange: (listener) =>
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('prewarm', folder.uri)) listener(read());
      }),
  };
}

function report({ key, raw, problem, used }: BadSetting, log: (line: string) => void): void {
  const text = vscode.l10n.t(
    'The setting {0} is {1}, but should be {2}. Its default {3} is used instead.',
    `prewarm.${key}`,
    shown(raw, problem),
    wanted(problem),
    JSON.stringify(used),
  );
  log(`! ${text}`);
  const open = vscode.l10n.t('Open Settings');
  void vscode.window.showWarningMessage(text, open).then((answer) => {
    if (answer === open) void vscode.commands.executeCommand('workbench.action.openSettings', `@id:prewarm.${key}`);
  });
}

/** Addresses in a list of feeds may be private. */
const shown = (raw: unknown, problem: Problem): string =>
  problem.code === 'wrong-type' && problem.expected === 'objects' ? '…' : JSON.stringify(raw);

function wanted(problem: Problem): string {
  const { t } = vscode.l10n;
  switch (problem.code) {
    case 'wrong-type':
      return {
        boolean: t('true or false'),
        number: t('a number'),
        string: t('a text'),
        list: t('a list of texts'),
        objects: t('a list of objects'),
      }[problem.expected];
    case 'out-of-range':
      return t('between {0} and {1}', problem.minimum, problem.maximum);
    case 'not-a-choice':
      return t('one of {0}', problem.choices.join(', '));
    case 'wrong-form':
      return t('of the form that its description shows');
  }
}

/** Every setting that the manifest knows, as it stands for this folder. */
export function allSettings(
  manifest: { readonly contributes: { readonly configuration: { readonly properties: object } } },
  folder: vscode.WorkspaceFolder | undefined,
): Readonly<Record<string, unknown>> {
  const settings = vscode.workspace.getConfiguration(undefined, folder?.uri);
  return Object.fromEntries(Object.keys(manifest.contributes.configuration.properties).map((key) => [key, settings.get<unknown>(key)]));
}
