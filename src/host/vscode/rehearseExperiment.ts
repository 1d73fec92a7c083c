import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { experimentRehearsalText } from '../../app/experimentRehearsal/experimentRehearsalText.ts';
import type { ExperimentRehearsal, ExperimentWork } from '../../app/experimentRehearsal/rehearseExperiment.ts';
import type { Result } from '../../domain/index.ts';
import { pickComparison, type Reports, startTest } from './experiments.ts';
import { tell } from './movement.ts';
import { type InProgress, withRehearsalProgress } from './rehearsalProgress.ts';

const { t } = vscode.l10n;

export interface ExperimentRehearsalPorts {
  /** In a thread of its own. */
  rehearse(work: ExperimentWork, options: InProgress): Promise<Result<ExperimentRehearsal>>;
  reveal(title: string, lines: readonly string[]): Promise<void>;
}

/** As on the command line, so that both come to the same. */
const SEED = 1;

/** Foretells what a test would find, and after how many sessions, before it runs; it can be started then. */
export async function rehearseExperiment(
  app: App,
  target: { readonly id: string } | undefined,
  reports: Reports,
  ports: ExperimentRehearsalPorts,
): Promise<void> {
  const picked = await pickComparison(app, target);
  if (!picked) return;
  const { persona, a, b } = picked;
  const done = await withRehearsalProgress(t('Rehearsing a test of “{0}”', persona.name), async (options) => {
    const work = await app.experiments.workOf(persona.id, a, b, SEED);
    return work.ok ? ports.rehearse(work.value, options) : work;
  });
  if (!done.ok) return tell([done.fault]);
  await ports.reveal(t('Rehearsal of a test of {0}', persona.name), experimentRehearsalText(done.value, t));
  const start = t('Start Test');
  const said = t('This was a rehearsal: nothing of “{0}” has changed.', persona.name);
  if ((await vscode.window.showInformationMessage(said, start)) === start) await startTest(app, picked, reports);
}
