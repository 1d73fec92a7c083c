import { join } from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Signal } from '../../sense/signal.ts';
import type { PrewarmApi } from './api.ts';
import { registerCommands } from './commands.ts';
import type { Core } from './coreContract.ts';
import { registerDemand } from './demandPanel.ts';
import { keepEnvironment } from './environment.ts';
import { registerExperiments } from './experimentDocument.ts';
import { registerExperimentRehearsals } from './experimentRehearsalDocument.ts';
import { registerJournal } from './journalDocument.ts';
import { registerLanguageModelTools } from './languageModelTools.ts';
import { registerLedger } from './ledgerPanel.ts';
import { registerMcpServer } from './mcpServer.ts';
import { createNotices } from './notices.ts';
import { registerPages } from './pages.ts';
import { registerPersonaDiagnostics } from './personas/personaDiagnostics.ts';
import { registerPersonaDocuments } from './personas/personaDocuments.ts';
import { createPersonaTree } from './personas/personaTreeView.ts';
import { watchPersonaFile } from './personas/watchPersonaFile.ts';
import { createPublicApi } from './publicApi.ts';
import { allSettings, createSettingsReader } from './readSettings.ts';
import { registerRehearsals } from './rehearsal/rehearsalPanel.ts';
import type { ExperimentRehearsalPorts } from './rehearseExperiment.ts';
import { applyOne, offerRemedies } from './remedies.ts';
import { createResourceTree } from './resourceTreeView.ts';
import { editorSecrets } from './secrets.ts';
import { createOtlpSensor, type OtlpSensor } from './sensors/otlpSensor.ts';
import { startSensors } from './sensors/sensors.ts';
import { createStatusBar } from './statusBarItem.ts';
import { createSuggestions } from './suggestions.ts';
import { registerWorkflow } from './workflowPanel.ts';

const CORE_AFTER_MS = 100;

/** For our own tests, and no part of the API. */
interface Inside {
  /** How long `activate` took, ms. */
  readonly activationMs: number;
  /** Resolves when the core is loaded; undefined where no folder is open. It knows passwords, so it is there in tests alone. */
  readonly app?: () => Promise<App | undefined>;
  /** What the trees show. */
  readonly trees?: {
    readonly resources: ReturnType<typeof createResourceTree>['provider'];
    readonly personas: ReturnType<typeof createPersonaTree>['provider'];
  };
}

/** Registers what the editor shows and hears, and returns; engines and models are loaded a moment later. */
export function activate(context: vscode.ExtensionContext): PrewarmApi & Inside {
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
  const statusBar = createStatusBar(commandsOf(context));
  const tree = createResourceTree();
  const personas = createPersonaTree();
  const workflow = registerWorkflow(context, open);
  const ledger = registerLedger(context, open);
  const demand = registerDemand(context, async () => (await open())?.demand);
  const journal = registerJournal(context, open);
  const experiments = registerExperiments(context, open);
  const bundles = bundlesOf(context);
  const rehearsals = registerRehearsals(context, {
    folder,
    bundles,
    core,
    handlers: {
      apply: async (advice) => {
        const opened = await open();
        return opened && applyOne(opened, advice);
      },
    },
    recommended: (advice) => void open().then((opened) => opened && offerRemedies(opened, advice)),
  });
  const experimentRehearsals: ExperimentRehearsalPorts = {
    ...registerExperimentRehearsals(context),
    rehearse: async (work, options) => (await core()).rehearseInThread(work, { ...options, bundles }),
  };
  const settings = (): object => allSettings(context.extension.packageJSON, folder);
  const others = createPublicApi({ open, record, log });
  function attach(opened: App): App {
    app = opened;
    for (const signal of early.splice(0)) opened.record(signal);
    others.attach(opened);
    const environment = keepEnvironment(context, folder);
    if (folder)
      spans = createOtlpSensor({
        folder,
        open: async (options) => (await core()).openOtlpReceiver({ ...options, measure: opened.feeds.measure }),
        record,
        log,
        heardAt: environment.spansAt,
      });
    const show = (): void => {
      const state = opened.state();
      statusBar.show(state);
      tree.show(state);
      personas.show(state);
      workflow.show(opened);
      ledger.show(state);
      environment.show(state, opened.environment);
      void vscode.commands.executeCommand('setContext', 'prewarm.paused', state.privacy.pause !== undefined);
      spans?.show(state);
      others.show(state);
    };
    if (folder) context.subscriptions.push(watchPersonaFile(folder, opened));
    context.subscriptions.push(
      { dispose: opened.onChange(show) },
      { dispose: opened.onSuggest(createSuggestions(opened)) },
      { dispose: opened.onNotice(createNotices(opened)) },
    );
    show();
    return opened;
  }

  context.subscriptions.push(
    log,
    statusBar,
    tree,
    personas,
    others,
    registerPersonaDocuments(open),
    registerPersonaDiagnostics(core),
    registerPages(),
    ...registerCommands({
      open,
      log,
      workflow,
      ledger,
      demand,
      experiments,
      journal,
      rehearsals,
      experimentRehearsals,
      settings,
      secrets: context.secrets,
    }),
    ...startSensors(record),
  );
  context.subscriptions.push(...registerLanguageModelTools(context, { open, core }), ...registerMcpServer(context, folder));
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
  const inside = { app: open, trees: { resources: tree.provider, personas: personas.provider } };
  return Object.freeze({ ...others.api, activationMs, ...(context.extensionMode === vscode.ExtensionMode.Test ? inside : {}) });
}

let running: { dispose: () => Promise<void> } | undefined;

export async function deactivate(): Promise<void> {
  await running?.dispose();
  running = undefined;
}

/** Those of package.json: what others build is linked to as soon as it is there. */
const commandsOf = ({ extension }: vscode.ExtensionContext): ReadonlySet<string> =>
  new Set((extension.packageJSON as { contributes: { commands: { command: string }[] } }).contributes.commands.map((c) => c.command));

/** A bundle of its own, which is not there when this one is checked. */
const CORE: string = './core.js';
const core = (): Promise<Core> => import(CORE);

const bundlesOf = ({ extensionPath }: vscode.ExtensionContext): string => join(extensionPath, 'dist');

async function load(context: vscode.ExtensionContext, folder: vscode.WorkspaceFolder, log: vscode.LogOutputChannel): Promise<App> {
  const bundles = bundlesOf(context);
  log.info(`All that Prewarm keeps is in ${context.globalStorageUri.fsPath}.`);
  const reader = createSettingsReader(folder, (line) => log.warn(line));
  const { credentials, ...settings } = reader.read();
  const app = await (await core()).openCore({
    ...settings,
    secrets: credentials === 'on' ? editorSecrets(context.secrets) : undefined,
    feedSecrets: editorSecrets(context.secrets),
    bundles,
    folder: folder.uri.fsPath,
    stateFolder: context.globalStorageUri.fsPath,
    trusted: vscode.workspace.isTrusted,
    log: (line) => log.info(line),
  });
  context.subscriptions.push(reader.onChange(app.applySettings));
  // What was changed while the core was loaded.
  app.applySettings(reader.read());
  return app;
}
