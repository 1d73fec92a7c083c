import { describe, expect, it, vi } from 'vitest';
import { KINDS, type Resource, RUNGS } from '../../src/domain/index.ts';
import { historyOutcome, historyProgress, historyRows } from '../../src/show/histories.ts';
import { kindWord } from '../../src/show/kindWord.ts';
import { stepText } from '../../src/show/ladder.ts';
import { resourceTree } from '../../src/show/resourceTree.ts';
import { rungWord } from '../../src/show/rungWord.ts';
import type { Shown, ShownResource } from '../../src/show/shown.ts';
import { LINKS, statusBar } from '../../src/show/statusBar.ts';
import { english, type Translate } from '../../src/show/translate.ts';
import { workflow } from '../../src/show/workflow.ts';

/** A language of its own, so that what is not translated is seen: every letter of a message becomes `x`. */
const foreign: Translate = (message, ...args) =>
  english(
    message.replace(/\{\d+\}|\p{L}/gu, (c) => (c.startsWith('{') ? c : 'x')),
    ...args,
  );
/** What of a text is neither foreign, nor the name of the product, of a mode, of a unit or of what was handed in. */
const leftOver = (text: string): string =>
  text.replace(/\$\([\w~-]+\)|\b(Prewarm|shadow|db|cache|compose|local|shop|ms|s)\b|persona:a/g, '').replace(/[^\p{L}]|x/gu, '');

const resource = (name: string, more: Partial<ShownResource> = {}): ShownResource => ({
  resource: {
    id: `compose:shop/${name}`,
    name,
    kind: 'database',
    provider: 'compose',
    declaredIn: 'compose.yaml',
    ports: [],
    dependsOn: [],
    memoryBytes: 2 ** 26,
    probe: { type: 'health', timeoutMs: 1 },
    spec: { type: 'devcontainer', folder: '', configFile: '' },
  } as Resource,
  rung: 'ready',
  owner: 'prewarm',
  endpoint: undefined,
  decision: undefined,
  progress: undefined,
  readyInMs: undefined,
  ladder: [{ from: 'created', to: 'ready', medianMs: 1, p10Ms: 1, p90Ms: 1, times: 3 }],
  ...more,
});

const shown: Shown = {
  mode: 'shadow',
  trusted: false,
  resources: [resource('db', { engine: 'local' }), resource('cache', { rung: 'unknown', owner: 'none' })],
  match: { personas: [], none: 1 },
  active: undefined,
  needs: [],
  ledger: { savedMs: 0, hits: 0, misses: 0, wastedWarmMs: 0, entries: [] },
  faults: [],
  working: false,
};

describe('what is shown speaks the editor’s language', () => {
  it.each([
    ['personas unknown, something warm', shown],
    ['nothing warm, off', { ...shown, mode: 'off', resources: [] } satisfies Shown],
  ] as const)('the status bar: %s', (_what, state) => {
    const { text, tooltip, accessible } = statusBar(state, new Set(LINKS), foreign);
    // Names of modes, of commands behind links and of icons are no words.
    const words = tooltip.replaceAll(/\(command:[\w.]+\)|\$\([\w-]+\)/g, '');
    expect([text, words, accessible].map((s) => leftOver(s.replace(/\boff\b/g, '')))).toEqual(['', '', '']);
  });

  it('the tree, its tooltips included', () => {
    const rows = resourceTree(shown, foreign).flatMap((node) => (node.type === 'group' ? node.rows : [node]));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(leftOver(`${row.description} ${row.tooltip}`.replace('compose.yaml', ''))).toBe('');
  });

  it('the workflow, and the words of its nodes in the web view', async () => {
    const words = { '{0} likely': '{0} xx', '{0} s': '{0} x', 'in {0}': 'xx {0}' };
    vi.stubGlobal('document', { getElementById: () => ({ dataset: { words: JSON.stringify(words) } }) });
    const { factsOf } = await import('../../media/workflow/facts.ts');
    const { t: inWebview } = await import('../../media/translate.ts');
    const needs = [{ resource: 'compose:shop/db', probability: 1, horizonMs: 1, etaMs: 5000, because: '' }];
    const { nodes } = workflow({ ...shown, needs }, {}, foreign);
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) expect(leftOver(factsOf(node).replace(/MB/, ''))).toBe('');
    expect(factsOf(nodes[0] as (typeof nodes)[0])).toContain('xx 5 x');
    expect(inWebview('not {0} there', 3)).toBe('not 3 there');
    vi.unstubAllGlobals();
  });

  it('every rung and every kind', () => {
    for (const rung of [...RUNGS, 'unknown'] as const) expect(leftOver(rungWord(rung, foreign))).toBe('');
    for (const kind of KINDS) expect(leftOver(kindWord(kind, foreign))).toBe('');
    expect(kindWord('something', foreign)).toBe('something');
  });

  it('measured steps', () => {
    for (const times of [1, 5])
      expect(leftOver(stepText({ from: 'paused', to: 'running', medianMs: 1, p10Ms: 1, p90Ms: 1, times }, foreign))).toBe('');
  });

  it('histories, at every age', () => {
    const ages = [
      0,
      60_000,
      120_000,
      3_600_000,
      7_200_000,
      86_400_000,
      172_800_000,
      31 * 86_400_000,
      62 * 86_400_000,
      366 * 86_400_000,
      800 * 86_400_000,
    ];
    const found = ages.map((age, i) => ({
      id: `git-reflog-${i}`,
      format: 'git-reflog',
      path: '',
      kind: 'git' as const,
      bytes: 0,
      changedAt: -age,
    }));
    const rows = historyRows(found, [{ id: 'git-reflog-1' }, { id: 'git-reflog-0a' }], { home: '', now: 0 }, foreign);
    for (const { label, description } of rows) expect(leftOver(`${label} ${description.replace(/ B /, '')}`)).toBe('');
    for (const n of [0, 1, 2]) expect(leftOver(historyOutcome(n, [{ commands: n, dropped: n }], foreign))).toBe('');
    for (const step of [{ read: 1 }, { learnt: 0.5 }]) expect(leftOver(historyProgress(step, foreign))).toBe('');
  });
});

describe('English', () => {
  it('fills in what it has, wherever and how often it stands', () => {
    expect(english('{1} {0} {1} {2}', 'a', 7)).toBe('7 a 7 {2}');
  });
});
