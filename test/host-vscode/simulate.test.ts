import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { type RehearsalWork, rehearsed } from '../../src/app/rehearsals/rehearsed.ts';
import { failed } from '../../src/domain/index.ts';
import { SHOP } from '../simulate/personas.ts';

type Item = { readonly label: string; readonly picked?: boolean };

/** What the person picks, in turn: labels, or what is typed; undefined is Escape. */
const answers: (string | readonly string[] | undefined)[] = [];
const asked: (readonly Item[])[] = [];
const warned: string[] = [];
const files = new Map<string, string>();

vi.mock('vscode', async () => {
  const { english } = await import('../../src/show/translate.ts');
  return {
    l10n: { t: english },
    ProgressLocation: { Notification: 15 },
    Uri: { file: (path: string) => path, joinPath: (base: string, path: string) => `${base}/${path}` },
    workspace: {
      fs: {
        readFile: async (path: string) => {
          const text = files.get(path);
          if (text === undefined) throw Object.assign(new Error(path), { code: 'FileNotFound' });
          return new TextEncoder().encode(text);
        },
      },
    },
    window: {
      showQuickPick: async (items: readonly Item[], { canPickMany = false }) => {
        asked.push(items);
        const answer = answers.shift();
        return canPickMany ? Array.isArray(answer) && items.filter((i) => answer.includes(i.label)) : items.find((i) => i.label === answer);
      },
      showInputBox: async () => answers.shift(),
      showWarningMessage: async (text: string) => void warned.push(text),
      showInformationMessage: async (text: string) => void warned.push(text),
      withProgress: (_options: object, task: (progress: object, token: object) => unknown) =>
        task({ report: () => {} }, { onCancellationRequested: () => {} }),
    },
  };
});
const { simulate } = await import('../../src/host/vscode/simulate.ts');

const persona = (id: string, name: string) => ({ id, name, weight: 0.5 });
const app = (personas = [persona('a', 'Reports'), persona('b', 'Shopper')]) =>
  ({
    state: () => ({ personas, active: personas[1], workspace: { folder: '/shop' } }),
    personas: { exportMeasured: async (ids: readonly string[]) => (ids.includes('b') ? SHOP : { version: 1, personas: [] }) },
  }) as unknown as App;

describe('Simulate…', () => {
  let works: RehearsalWork[];
  let shown: (readonly [title: string, lines: readonly string[]])[];
  const ports = {
    rehearse: (work: RehearsalWork) => {
      works.push(work);
      return rehearsed({ ...work, durationMs: 1000, replications: 2 }, { pause: async () => {}, cancelled: () => false });
    },
    reveal: async (title: string, lines: readonly string[]) => void shown.push([title, lines]),
  };
  beforeEach(() => {
    works = [];
    shown = [];
    for (const list of [answers, asked, warned]) list.length = 0;
    files.clear();
  });

  it('asks who, how long and how much, the active persona first, and shows what came of it', async () => {
    answers.push(['Shopper'], '1 week', '× 5');
    await simulate(app(), [], ports);
    expect(asked[0]?.map((i) => [i.label, i.picked])).toEqual([
      ['Shopper', true],
      ['Reports', false],
    ]);
    expect(works).toMatchObject([{ durationMs: 7 * 86_400_000, scale: 5, seed: 1, practices: [] }]);
    expect(shown).toMatchObject([['Rehearsal of Shopper', { 0: expect.stringMatching(/^Shopper: 1 s .*scale 5, seed 1/) }]]);
    expect(warned).toEqual([]);
  });

  it('takes what is typed, those that were clicked, and the practices of the workspace', async () => {
    files.set('/shop/.prewarm/practices.json', '{"version": 1, "practices": []}');
    answers.push(['Reports', 'Shopper'], 'Another time…', '1h30m', 'Another number…', '2,5');
    await simulate(app(), [{ id: 'a' }], ports);
    expect(asked[0]?.map((i) => i.picked)).toEqual([true, false]);
    expect(works).toMatchObject([{ durationMs: 5_400_000, scale: 2.5, practices: [{ name: '.prewarm/practices.json' }] }]);
    expect(shown[0]?.[0]).toBe('Rehearsal of Reports, Shopper');
  });

  it.each([
    ['who', [undefined]],
    ['who, none ticked', [[]]],
    ['how long', [['Shopper'], undefined]],
    ['how long, typed', [['Shopper'], 'Another time…', undefined]],
    ['how much', [['Shopper'], '1 day', undefined]],
  ])('does nothing where a person turns away at %s', async (_, given) => {
    answers.push(...given);
    await simulate(app(), [], ports);
    expect([works, shown, warned]).toEqual([[], [], []]);
  });

  it('tells what went wrong, once, and nothing where it was called off', async () => {
    answers.push(['Reports'], '1 day', '× 1');
    await simulate(app(), [], ports);
    expect([warned.length, shown]).toEqual([1, []]);
    answers.push(['Shopper'], '1 day', '× 1');
    await simulate(app(), [], { ...ports, rehearse: async () => failed('cancelled', 'now', 'Cancelled.') });
    expect([warned.length, shown]).toEqual([1, []]);
  });

  it('says that no persona is known yet', async () => {
    await simulate(app([]), [], ports);
    expect(warned).toEqual([expect.stringContaining('No persona is known yet')]);
    expect(asked).toEqual([]);
  });
});
