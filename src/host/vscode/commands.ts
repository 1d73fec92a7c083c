import * as vscode from 'vscode';
import type { App, ResourceState } from '../../app/app.ts';
import { isWarm, MODES, type Mode } from '../../domain/index.ts';
import { rungWord } from '../../show/rungWord.ts';
import { eraseAll } from './eraseAll.ts';
import { excludeFolder } from './excludeFolder.ts';
import { showExperiments, testVersion } from './experiments.ts';
import { exportAll } from './exportAll.ts';
import { importHistory } from './importHistory.ts';
import { keepStandby } from './keepStandby.ts';
import { moveWithProgress, teach } from './movement.ts';
import { pause, resume, toggleIncognito } from './pause.ts';
import { personaCommands } from './personas/personaCommands.ts';
import type { RehearsalPanel } from './rehearsal/rehearsalPanel.ts';
import { simulate } from './rehearsal/simulate.ts';
import { type ExperimentRehearsalPorts, rehearseExperiment } from './rehearseExperiment.ts';
import { applyRecommendation, undoRemedy } from './remedies.ts';
import { rotateCredentials } from './rotateCredentials.ts';
import { setFeedSecret } from './setFeedSecret.ts';
import { showSnapshots } from './showSnapshots.ts';

export interface CommandPorts {
  readonly open: () => Promise<App | undefined>;
  readonly log: vscode.LogOutputChannel;
  readonly workflow: { reveal(): void };
  readonly ledger: { reveal(): void };
  readonly demand: { reveal(): void };
  readonly journal: { reveal(app: App): Promise<void> };
  readonly experiments: { reveal(id: string): Promise<void> };
  readonly rehearsals: RehearsalPanel;
  readonly experimentRehearsals: ExperimentRehearsalPorts;
  /** As they stand, for the export. */
  readonly settings: () => object;
  readonly secrets: vscode.SecretStorage;
}

type Target = { readonly id: string } | undefined;

type Act = (app: App, target: Target, ports: CommandPorts, targets: readonly NonNullable<Target>[]) => unknown;

/** Every command of package.json, once. */
const TABLE: Readonly<Record<string, Act>> = {
  'prewarm.warmNow': (app, target) => move(app, target, 'warm'),
  'prewarm.coolDown': (app, target) => move(app, target, 'cool'),
  'prewarm.why': why,
  'prewarm.setMode': setMode,
  'prewarm.showWorkflow': (_app, _target, { workflow }) => workflow.reveal(),
  'prewarm.showLedger': (_app, _target, { ledger }) => ledger.reveal(),
  'prewarm.showDemand': (_app, _target, { demand }) => demand.reveal(),
  'prewarm.showLog': (_app, _target, { log }) => log.show(),
  'prewarm.rescan': (app) => app.rescan(),
  'prewarm.relearn': (app) => app.relearn(),
  'prewarm.rotateCredentials': (app) => rotateCredentials(app),
  'prewarm.setFeedSecret': (app, _target, { secrets }) => setFeedSecret(app, secrets),
  'prewarm.importHistory': (app) => importHistory(app),
  'prewarm.keepStandby': (app) => keepStandby(app),
  'prewarm.showSnapshots': (app) => showSnapshots(app),
  'prewarm.showRecorded': (app, _target, { journal }) => journal.reveal(app),
  'prewarm.incognito': (app) => toggleIncognito(app),
  'prewarm.pause': (app) => pause(app),
  'prewarm.resume': (app) => resume(app),
  'prewarm.excludeFolder': (app) => excludeFolder(app),
  'prewarm.exportAll': (app, _target, { settings }) => exportAll(app, settings()),
  'prewarm.eraseAll': (app, _target, { rehearsals }) => eraseAll(app, rehearsals.forget),
  ...personaCommands,
  'prewarm.testPersonaVersion': (app, target, { experiments }) => testVersion(app, target, experiments),
  'prewarm.rehearseExperiment': (app, target, { experiments, experimentRehearsals }) =>
    rehearseExperiment(app, target, experiments, experimentRehearsals),
  'prewarm.showExperiments': (app, _target, { experiments }) => showExperiments(app, experiments),
  'prewarm.simulate': (app, _target, { rehearsals }, targets) => simulate(app, targets, rehearsals.begin),
  'prewarm.showRehearsal': (_app, _target, { rehearsals }) => rehearsals.choose(),
  'prewarm.applyRecommendation': (app) => applyRecommendation(app),
  'prewarm.undoRemedy': (app) => undoRemedy(app),
  'prewarm.always': (app, target) => teachOne(app, target, 'always'),
  'prewarm.never': (app, target) => teachOne(app, target, 'never'),
  'prewarm.notNow': (app, target) => teachOne(app, target, 'not-now'),
};

export const COMMAND_IDS = Object.keys(TABLE);

export function registerCommands(ports: CommandPorts): readonly vscode.Disposable[] {
  return Object.entries(TABLE).map(([id, act]) =>
    vscode.commands.registerCommand(id, async (target?: Target, selected?: readonly NonNullable<Target>[]) => {
      const app = await ports.open();
      if (app) return act(app, target, ports, selected ?? (target ? [target] : []));
      return vscode.window.showInformationMessage(vscode.l10n.t('Prewarm works in a folder. Open one first.'));
    }),
  );
}

async function move(app: App, target: Target, how: 'warm' | 'cool'): Promise<void> {
  const candidates = (r: ResourceState): boolean =>
    r.resource.spec.type !== 'data-file' &&
    (how === 'warm' ? !isWarm(r.rung) : r.owner === 'prewarm' && r.rung !== 'created' && r.rung !== 'absent');
  const ids = target
    ? [target.id]
    : await pick(app, candidates, how === 'warm' ? vscode.l10n.t('Warm which resources?') : vscode.l10n.t('Cool which resources?'));
  if (ids.length === 0) return;
  await moveWithProgress(app, ids, how);
}

async function why(app: App, target: Target): Promise<void> {
  const [id] = target
    ? [target.id]
    : await pick(app, (r) => r.resource.spec.type !== 'data-file', vscode.l10n.t('Why is which resource as it is?'), 'one');
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

async function teachOne(app: App, target: Target, verdict: 'always' | 'never' | 'not-now'): Promise<void> {
  const ids = target ? [target.id] : await pick(app, (r) => r.resource.spec.type !== 'data-file', vscode.l10n.t('Which resource?'), 'one');
  await teach(app, ids, verdict);
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
    .map((r) => ({
      label: r.resource.name,
      description: rungWord(r.rung, vscode.l10n.t),
      detail: r.decision?.reason.text ?? '',
      id: r.resource.id,
    }));
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
