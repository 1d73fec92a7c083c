import { join } from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Signal } from '../../sense/signal.ts';
import { registerCommands } from './commands.ts';
import type { Core } from './coreContract.ts';
import { keepEnvironment } from './environment.ts';
import { createResourceTree } from './resourceTreeView.ts';
import { createOtlpSensor, type OtlpSensor } from './sensors/otlpSensor.ts';
import { startSensors } from './sensors/sensors.ts';
import { readSettings } from './settings.ts';
import { createStatusBar } from './statusBarItem.ts';
import { createSuggestions } from './suggestions.ts';
import { registerWorkflow } from './workflowPanel.ts';

const CORE_AFTER_MS = 100;

export interface PrewarmApi {
  /** How long `activate` took, ms. */
  readonly activationMs: number;
  /** Resolves when the core is loaded; undefined where no folder is open. */
  readonly app: () => Promise<App | undefined>;
}

/** Registers what the editor shows and hears, and returns; engines and models are loaded a moment later. */
export function activate(context: vscode.ExtensionContext): PrewarmApi {
  const begun = performance.now();
  const log = vscode.window.createOutputChannel('Prewarm', { log: true });
  const folder = vscode.workspace.workspaceFolders?.find((f) => f.uri.scheme === 'file');
  const early: Signal[] = [];
  let app: App | undefined;
  let opening: Promise<App | undefined> | undefined;
  let spans: OtlpSensor | undefined;

  const open = (): Promise<App | undefined> => {
    opening ??= folder
      ? load(context, folder, log).then(attach, (error: Error) => void log.error(error.message))
      : Promise.resolve(undefined);
    return opening as Promise<App | undefined>;
  };
  const record = (signal: Signal): void => {
    if (app) app.record(signal);
    else if (early.length < 1000) early.push(signal);
  };
  const statusBar = createStatusBar();
  const tree = createResourceTree();
  const workflow = registerWorkflow(context, open);
  function attach(opened: App): App {
    app = opened;
    for (const signal of early.splice(0)) opened.record(signal);
    const environment = keepEnvironment(context, folder);
    if (folder)
      spans = createOtlpSensor({ folder, open: (options) => core().openOtlpReceiver(options), record, log, heardAt: environment.spansAt });
    const show = (): void => {
      const state = opened.state();
      statusBar.show(state);
      tree.show(state);
      workflow.show(state);
      environment.show(state);
      spans?.show(state);
    };
    context.subscriptions.push({ dispose: opened.onChange(show) }, { dispose: opened.onSuggest(createSuggestions(opened)) });
    show();
    return opened;
  }

  context.subscriptions.push(log, statusBar, tree, ...registerCommands({ open, log, workflow }), ...startSensors(record));
  context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => void open().then((a) => a?.setTrusted(true))));
  const timer = setTimeout(() => void open(), CORE_AFTER_MS);
  context.subscriptions.push({ dispose: () => clearTimeout(timer) });
  running = {
    dispose: async () => {
      await spans?.dispose();
      await app?.dispose();
    },
  };
  const activationMs = performance.now() - begun;
  log.info(`Activated in ${activationMs.toFixed(1)} ms.`);
  return { activationMs, app: open };
}

let running: { dispose: () => Promise<void> } | undefined;

export async function deactivate(): Promise<void> {
  await running?.dispose();
  running = undefined;
}

const core = (): Core => require('./core.cjs') as Core;

async function load(context: vscode.ExtensionContext, folder: vscode.WorkspaceFolder, log: vscode.LogOutputChannel): Promise<App> {
  const bundles = join(context.extensionPath, 'dist');
  log.info(`All that Prewarm keeps is in ${context.globalStorageUri.fsPath}.`);
  return core().openCore({
    ...readSettings(folder),
    bundles,
    folder: folder.uri.fsPath,
    stateFolder: context.globalStorageUri.fsPath,
    trusted: vscode.workspace.isTrusted,
    log: (line) => log.info(line),
  });
}
