import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { ExperimentReport } from '../../app/experimentReport.ts';
import type { Side } from '../../app/experimentSides.ts';
import type { PersonaVersionView } from '../../app/personaEdits.ts';
import { agoOf } from '../../show/ago.ts';
import { stateWords, titleOf } from '../../show/experiments.ts';
import { tell } from './movement.ts';

const { t } = vscode.l10n;

export interface Reports {
  reveal(id: string): Promise<void>;
}

/** What can be tried against the eagerness that is learnt. */
const TRIED_EAGERNESS = [0.5, 1.5, 2] as const;

interface Choice extends vscode.QuickPickItem {
  readonly side: Side;
}

/** A persona and what of it is compared. */
export interface Comparison {
  readonly persona: { readonly id: string; readonly name: string };
  readonly a: Side;
  readonly b: Side;
}

/** A version of a persona, or how eager to be for it, against how it is: from the next session on. */
export async function testVersion(app: App, target: { readonly id: string } | undefined, reports: Reports): Promise<void> {
  const picked = await pickComparison(app, target);
  if (picked) await startTest(app, picked, reports);
}

export async function pickComparison(app: App, target: { readonly id: string } | undefined): Promise<Comparison | undefined> {
  const { personas } = app.state();
  const persona = personas.find((p) => p.id === target?.id) ?? (await pickPersona(app));
  if (!persona) return undefined;
  const versions = await app.personas.versions(persona.id);
  const a = await vscode.window.showQuickPick([now(), ...versionChoices(versions)], {
    title: t('“{0}”: how is it now (A)?', persona.name),
  });
  if (!a) return undefined;
  const others = versionChoices(versions).filter((choice) => choice.label !== a.label);
  const b = await vscode.window.showQuickPick([...others, ...(a.label === now().label ? eagerness() : [now()])], {
    title: t('“{0}”: what is tried (B)?', persona.name),
  });
  if (!b) return undefined;
  return { persona, a: 'eagerness' in b.side ? { eagerness: 'learnt' } : a.side, b: b.side };
}

export async function startTest(app: App, { persona, a, b }: Comparison, reports: Reports): Promise<void> {
  const started = await app.experiments.start(persona.id, a, b);
  if (!started.ok) return tell([started.fault]);
  const [report, undo] = [t('Show Report'), t('Undo')];
  const said = t('Each session of “{0}” is A or B by chance from now on. What is found is adopted or rolled back by itself.', persona.name);
  const answer = await vscode.window.showInformationMessage(said, report, undo);
  if (answer === report) await reports.reveal(started.value.id);
  if (answer === undo) await stop(app, started.value.id);
}

/** All tests; of one, its report, and a running one can be stopped. */
export async function showExperiments(app: App, reports: Reports): Promise<void> {
  const all = app.experiments.list();
  if (all.length === 0)
    return void vscode.window.showInformationMessage(t('No test was started yet. Start one with `Prewarm: Test a Version of a Persona…`.'));
  const items = all.map((test) => ({ label: titleOf(test, t), detail: stateWords(test, t), test }));
  const picked = await vscode.window.showQuickPick(items, { title: t('Tests of Personas'), matchOnDetail: true });
  if (!picked) return;
  await reports.reveal(picked.test.id);
  if (!picked.test.ended) await offerStop(app, picked.test);
}

async function offerStop(app: App, { id, persona }: ExperimentReport): Promise<void> {
  const yes = t('Stop Test');
  if ((await vscode.window.showInformationMessage(t('The test of “{0}” is running.', persona.name), yes)) === yes) await stop(app, id);
}

async function stop(app: App, id: string): Promise<void> {
  const stopped = app.experiments.stop(id);
  if (!stopped.ok) return tell([stopped.fault]);
  const undo = t('Undo');
  if ((await vscode.window.showInformationMessage(t('Test {0} is stopped; the persona is as before.', id), undo)) !== undo) return;
  const undone = stopped.value.undo();
  if (!undone.ok) tell([undone.fault]);
}

async function pickPersona(app: App): Promise<{ readonly id: string; readonly name: string } | undefined> {
  const { personas } = app.state();
  if (personas.length === 0)
    return void vscode.window.showInformationMessage(t('No persona is known yet; Prewarm is learning from what you do.'));
  const items = personas.map(({ id, name, weight }) => ({
    label: name,
    description: t('{0} % of sessions', Math.round(100 * weight)),
    id,
    name,
  }));
  return vscode.window.showQuickPick(items, { title: t('Test a version of which persona?') });
}

const now = (): Choice => ({ label: t('As it is now'), side: { version: 'now' } });

const versionChoices = (versions: readonly PersonaVersionView[]): readonly Choice[] =>
  [...versions].reverse().map((v) => ({
    label: t('Version {0}', v.number),
    description: agoOf(Date.now() - v.at, t),
    detail: `${v.name}: ${v.reason}`,
    side: { version: v.number },
  }));

const eagerness = (): readonly Choice[] =>
  TRIED_EAGERNESS.map((factor) => ({
    label: t('{0} times as eager to warm', factor),
    detail: t('Against the eagerness that is learnt from the ledger.'),
    side: { eagerness: factor },
  }));
