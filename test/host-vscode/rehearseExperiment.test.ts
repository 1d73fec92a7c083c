import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { type ExperimentWork, rehearseExperiment as rehearsed } from '../../src/app/experimentRehearsal/rehearseExperiment.ts';
import { createExperimentWorld, REPORTS } from '../app/experimentWorld.ts';

/** What the person picks, in turn: labels of a list or of a button; undefined is Escape. */
const answers: (string | undefined)[] = [];
const told: string[] = [];
let cancelSoon = false;

vi.mock('vscode', async () => {
  const { english } = await import('../../src/show/translate.ts');
  const say = async (text: string, ...buttons: string[]) => {
    told.push(text);
    return buttons.length > 0 ? answers.shift() : undefined;
  };
  return {
    l10n: { t: english },
    ProgressLocation: { Notification: 15 },
    window: {
      showQuickPick: async (items: readonly { readonly label: string }[]) => {
        const answer = answers.shift();
        return items.find((i) => i.label === answer);
      },
      showWarningMessage: say,
      showInformationMessage: say,
      withProgress: (_: object, task: (progress: object, token: object) => unknown) =>
        task({ report: () => {} }, { onCancellationRequested: (listener: () => void) => cancelSoon && listener() }),
    },
  };
});
const { rehearseExperiment } = await import('../../src/host/vscode/rehearseExperiment.ts');

describe('Rehearse A/B Test…', { timeout: 60_000 }, () => {
  const shown: (readonly [title: string, lines: readonly string[]])[] = [];
  const ports = {
    rehearse: (work: ExperimentWork, { signal, progress }: { signal: AbortSignal; progress(done: number): void }) =>
      rehearsed(work, { pause: async () => {}, cancelled: () => signal.aborted, progress }, { sessions: 40, trials: 4 }),
    reveal: async (title: string, lines: readonly string[]) => void shown.push([title, lines]),
  };
  const reports = { reveal: async () => {} };
  async function asked(...picks: (string | undefined)[]) {
    const world = createExperimentWorld();
    await world.withVersions();
    const app = {
      state: () => ({ personas: [REPORTS] }),
      personas: { versions: async (id: string) => world.versions.of(id) },
      experiments: world.experiments.app,
    } as unknown as App;
    answers.push(...picks);
    await rehearseExperiment(app, { id: REPORTS.id }, reports, ports);
    return world.experiments.app.list();
  }
  beforeEach(() => {
    for (const list of [answers, told, shown]) list.length = 0;
    cancelSoon = false;
  });

  it('asks what is compared, shows what a test would find, and starts none by itself', async () => {
    expect(await asked('Version 1', 'As it is now')).toEqual([]);
    expect(shown[0]?.[0]).toBe(`Rehearsal of a test of ${REPORTS.name}`);
    expect(shown[0]?.[1][0]).toContain('version 1 (A) against as it is now (B)');
    expect(told).toEqual([expect.stringContaining('nothing of')]);
  });

  it('starts the test where that is wanted then', async () => {
    const [test] = await asked('As it is now', '2 times as eager to warm', 'Start Test');
    expect(test).toMatchObject({ arms: { A: { eagerness: 'learnt' }, B: { eagerness: 2 } } });
  });

  it('shows and says nothing where it was cancelled', async () => {
    cancelSoon = true;
    expect(await asked('Version 1', 'As it is now')).toEqual([]);
    expect([shown, told]).toEqual([[], []]);
  });

  it('does nothing on Escape', async () => {
    expect(await asked(undefined)).toEqual([]);
    expect(await asked('Version 1', undefined)).toEqual([]);
    expect([shown, told]).toEqual([[], []]);
  });
});
