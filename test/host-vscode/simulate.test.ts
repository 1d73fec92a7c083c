import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app/app.ts';
import type { RehearsalSubject } from '../../src/host/vscode/rehearsal/rehearsalMessages.ts';
import { SHOP } from '../simulate/personas.ts';

type Item = { readonly label: string; readonly picked?: boolean };

/** What the person ticks, in turn; undefined is Escape. */
const answers: (readonly string[] | undefined)[] = [];
const asked: (readonly Item[])[] = [];
const warned: string[] = [];
const files = new Map<string, string>();
let opened: string | undefined;

vi.mock('vscode', async () => {
  const { english } = await import('../../src/show/translate.ts');
  return {
    l10n: { t: english },
    Uri: { file: (path: string) => path, joinPath: (base: string, path: string) => `${base}/${path}` },
    workspace: {
      asRelativePath: (path: string) => path.replace('/shop/', ''),
      fs: {
        readFile: async (path: string) => {
          const text = files.get(path);
          if (text === undefined) throw Object.assign(new Error(path), { code: 'FileNotFound' });
          return new TextEncoder().encode(text);
        },
      },
    },
    window: {
      showQuickPick: async (items: readonly Item[]) => {
        asked.push(items);
        const answer = answers.shift();
        return answer && items.filter((i) => answer.includes(i.label));
      },
      showOpenDialog: async () => (opened === undefined ? undefined : [opened]),
      showWarningMessage: async (text: string) => void warned.push(text),
    },
  };
});
const { simulate } = await import('../../src/host/vscode/rehearsal/simulate.ts');

const FILE = '$(file) Those of a persona document…';
const persona = (id: string, name: string) => ({ id, name, weight: 0.5 });
const app = (personas = [persona('a', 'Reports'), persona('b', 'Shopper')]) =>
  ({
    state: () => ({ personas, active: personas[1], workspace: { folder: '/shop' } }),
    personas: { exportMeasured: async (ids: readonly string[]) => ({ version: 1, personas: ids }) },
  }) as unknown as App;

describe('Simulate…', () => {
  let begun: RehearsalSubject[];
  const begin = async (subject: RehearsalSubject): Promise<void> => void begun.push(subject);
  beforeEach(() => {
    begun = [];
    opened = undefined;
    for (const list of [answers, asked, warned]) list.length = 0;
    files.clear();
  });

  it('asks who, the active persona first and ticked, and begins', async () => {
    answers.push(['Shopper']);
    await simulate(app(), [], begin);
    expect(asked.map((items) => items.map((i) => [i.label, i.picked]))).toEqual([
      [
        ['Shopper', true],
        ['Reports', false],
        [FILE, false],
      ],
    ]);
    expect(begun).toMatchObject([{ document: { text: '{"version":1,"personas":["b"]}' }, practices: [] }]);
    expect(begun[0]).not.toHaveProperty('personas');
  });

  it('takes those that were clicked, several, and the practices of the workspace', async () => {
    files.set('/shop/.prewarm/practices.json', '{"version": 1, "practices": []}');
    answers.push(['Reports', 'Shopper']);
    await simulate(app(), [{ id: 'a' }], begin);
    expect(asked[0]?.map((i) => i.picked)).toEqual([true, false, false]);
    expect(begun).toMatchObject([
      { document: { text: '{"version":1,"personas":["a","b"]}' }, practices: [{ name: '.prewarm/practices.json' }] },
    ]);
  });

  it('takes the one persona of a file, or those that are ticked of several, also where none is known', async () => {
    files.set('/shop/one.json', JSON.stringify(SHOP));
    opened = '/shop/one.json';
    answers.push([FILE]);
    await simulate(app([]), [], begin);
    expect(begun).toMatchObject([{ document: { name: 'one.json', text: JSON.stringify(SHOP) } }]);
    const two = { ...SHOP, personas: [...SHOP.personas, { ...SHOP.personas[0], name: 'Other' }] };
    files.set('/shop/two.json', JSON.stringify(two));
    opened = '/shop/two.json';
    answers.push([FILE], ['Other']);
    await simulate(app(), [], begin);
    expect(begun[1]).toMatchObject({ document: { name: 'two.json' }, personas: ['Other'] });
  });

  it('lets what is no persona document be told of by the rehearsal, and tells of a file that cannot be read', async () => {
    files.set('/shop/odd.json', '// no');
    opened = '/shop/odd.json';
    answers.push([FILE]);
    await simulate(app(), [], begin);
    expect(begun).toMatchObject([{ document: { name: 'odd.json' } }]);
    opened = '/shop/gone.json';
    answers.push([FILE]);
    await simulate(app(), [], begin);
    expect([begun.length, warned]).toEqual([1, [expect.stringContaining('gone.json cannot be read')]]);
  });

  it.each([
    ['who', [undefined], undefined],
    ['who, none ticked', [[]], undefined],
    ['which file', [[FILE]], undefined],
    ['who of the file', [[FILE], undefined], '/shop/two.json'],
  ])('does nothing where a person turns away at %s', async (_, given, file) => {
    files.set('/shop/two.json', '{"personas": [{"name": "A"}, {"name": "B"}]}');
    opened = file;
    answers.push(...given);
    await simulate(app(), [], begin);
    expect([begun, warned]).toEqual([[], []]);
  });
});
