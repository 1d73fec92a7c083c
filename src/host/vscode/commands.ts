import * as vscode from 'vscode';
import type { App, ResourceState } from '../../app/app.ts';
import { type Fault, isWarm, MODES, type Mode } from '../../domain/index.ts';
import { importHistory } from './importHistory.ts';

export interface CommandPorts {
  readonly open: () => Promise<App | undefined>;
  readonly log: vscode.LogOutputChannel;
  readonly workflow: { reveal(): void };
}

type Target = { readonly id: string } | undefined;

/** Every command of package.json, once. */
const TABLE: Readonly<Record<string, (app: App, target: Target, ports: CommandPorts) => unknown>> = {
  'prewarm.warmNow': (app, target) => move(app, target, 'warm'),
  'prewarm.coolDown': (app, target) => move(app, target, 'cool'),
  'prewarm.why': why,
  'prewarm.setMode': setMode,
  'prewarm.showWorkflow': (_app, _target, { workflow }) => workflow.reveal(),
  'prewarm.showLog': (_app, _target, { log }) => log.show(),
  'prewarm.rescan': (app) => app.rescan(),
  'prewarm.relearn': (app) => app.relearn(),
  'prewarm.importHistory': (app) => importHistory(app),
  'prewarm.always': (app, target) => teach(app, target, 'always'),
  'prewarm.never': (app, target) => teach(app, target, 'never'),
  'prewarm.notNow': (app, target) => teach(app, target, 'not-now'),
};

export const COMMAND_IDS = Object.keys(TABLE);

export function registerCommands(ports: CommandPorts): readonly vscode.Disposable[] {
  return Object.entries(TABLE).map(([id, act]) =>
    vscode.commands.registerCommand(id, async (target?: Target) => {
      const app = await ports.open();
      if (app) return act(app, target, ports);
      return vscode.window.showInformationMessage(vscode.l10n.t('Prewarm works in a folder. Open one first.'));
    }),
  );
}

async function move(app: App, target: Target, how: 'warm' | 'cool'): Promise<void> {
  const candidates = (r: ResourceState): boolean =>
    r.resource.spec.type !== 'dataset' &&
    (how === 'warm' ? !isWarm(r.rung) : r.owner === 'prewarm' && r.rung !== 'created' && r.rung !== 'absent');
  const ids = target
    ? [target.id]
    : await pick(app, candidates, how === 'warm' ? vscode.l10n.t('Warm which resources?') : vscode.l10n.t('Cool which resources?'));
  if (ids.length === 0) return;
  const title = how === 'warm' ? vscode.l10n.t('Warming {0}', names(ids)) : vscode.l10n.t('Cooling {0}', names(ids));
  const faults = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const stop = app.onChange((state) =>
        progress.report({ message: state.resources.find((r) => ids.includes(r.resource.id) && r.progress)?.progress ?? '' }),
      );
      return app[how](ids, controller.signal).finally(stop);
    },
  );
  tell(faults);
}

async function why(app: App, target: Target): Promise<void> {
  const [id] = target
    ? [target.id]
    : await pick(app, (r) => r.resource.spec.type !== 'dataset', vscode.l10n.t('Why is which resource as it is?'), 'one');
  if (!id) return;
  const lines = app.why(id);
  await vscode.window.showQuickPick(
    lines.map((label) => ({ label })),
    { title: vscode.l10n.t('Why: {0}', id), placeHolder: lines[0] ?? '' },
  );
}

async function setMode(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const said: Record<Mode, string> = {
    off: t('Sees nothing, does nothing'),
    shadow: t('Watches, predicts and keeps the ledger; starts nothing'),
    suggest: t('Asks once a session before it warms anything'),
    auto: t('Warms what is worth it within the memory budget'),
  };
  const current = app.state().mode;
  const picked = await vscode.window.showQuickPick(
    MODES.map((mode) => ({ label: mode, detail: said[mode], ...(mode === current ? { description: t('current') } : {}), mode })),
    { title: t('Prewarm mode in this workspace') },
  );
  if (picked) app.setMode(picked.mode);
}

async function teach(app: App, target: Target, verdict: 'always' | 'never' | 'not-now'): Promise<void> {
  const ids = target ? [target.id] : await pick(app, (r) => r.resource.spec.type !== 'dataset', vscode.l10n.t('Which resource?'), 'one');
  for (const resource of ids) app.teach({ resource, verdict });
  const [id] = ids;
  if (!id) return;
  const undo = vscode.l10n.t('Undo');
  if ((await vscode.window.showInformationMessage(vscode.l10n.t('Noted: {0} for {1}.', verdict, id), undo)) === undo) app.forget(id);
}

async function pick(
  app: App,
  fits: (r: ResourceState) => boolean,
  title: string,
  how: 'one' | 'many' = 'many',
): Promise<readonly string[]> {
  const items = app
    .state()
    .resources.filter(fits)
    .map((r) => ({ label: r.resource.name, description: r.rung, detail: r.decision?.reason.text ?? '', id: r.resource.id }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing to choose from here.'));
    return [];
  }
  if (how === 'one') {
    const one = await vscode.window.showQuickPick(items, { title });
    return one ? [one.id] : [];
  }
  return ((await vscode.window.showQuickPick(items, { title, canPickMany: true })) ?? []).map((i) => i.id);
}

function tell(faults: readonly Fault[]): void {
  const [first] = faults.filter((f) => f.code !== 'cancelled');
  if (!first) return;
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window.showWarningMessage(first.message, showLog).then((answer) => {
    if (answer === showLog) void vscode.commands.executeCommand('prewarm.showLog');
  });
}

const names = (ids: readonly string[]): string => ids.map((id) => id.split('/').at(-1)).join(', ');
