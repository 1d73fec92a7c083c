import { describe, expect, it } from 'vitest';
import { niceTop, timeScale } from '../../media/charts/scale.ts';
import type { LedgerEntry } from '../../src/domain/index.ts';
import { comparison, dayWords, duration, hitRate, type LedgerOptions, ledgerView } from '../../src/show/ledger.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 27, 15, 0);
const entry = (outcome: LedgerEntry['outcome'], more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: NOW,
  resource: 'compose:shop/db',
  outcome,
  coldMs: 20_000,
  waitedMs: 0,
  savedMs: outcome === 'hit' ? 20_000 : 0,
  warmMs: 10 * MINUTE,
  probability: 0.8,
  ...more,
});
const options: LedgerOptions = {
  now: NOW,
  span: 7,
  zoneOffsetMs: () => 0,
  mostEntries: 500,
  memoryBytes: (id) => (id === 'compose:shop/db' ? 2 ** 29 : undefined),
};
const times = (count: number, outcome: LedgerEntry['outcome'], more: Partial<LedgerEntry> = {}) =>
  Array.from({ length: count }, () => entry(outcome, more));

describe('the ledger in words', () => {
  it.each([
    ['nothing', [], 'Nothing stands in the ledger for the last 7 days.', []],
    [
      'hits, a miss, waste',
      [...times(9, 'hit', { savedMs: 80_000 }), entry('miss'), ...times(2, 'wasted')],
      'Saved 12 min in 7 days: 9 hits, 1 miss, 2 wasted.',
      ['20 min warm for nothing, which held 10 GB × min of memory.'],
    ],
    ['one hit', [entry('hit')], 'Saved 20 s in 7 days: 1 hit, 0 misses, 0 wasted.', []],
    [
      'a mode that starts nothing',
      [...times(3, 'would-hit'), entry('would-miss'), entry('would-waste')],
      'Nothing was warmed on a prediction in 7 days.',
      ['Had the mode allowed it, it would have saved 60 s: 3 hits, 1 too late, 1 wasted.'],
    ],
    [
      'both',
      [entry('hit'), entry('would-hit')],
      'Saved 20 s in 7 days: 1 hit, 0 misses, 0 wasted.',
      ['Had the mode allowed it, it would have saved 20 s more: 1 hit, 0 too late, 0 wasted.'],
    ],
    ['only misses', times(2, 'miss'), 'Nothing was warmed on a prediction in 7 days: 2 misses.', []],
    ['what is older does not count', [entry('hit', { at: NOW - 7 * DAY })], 'Nothing stands in the ledger for the last 7 days.', []],
  ] as const)('%s', (_what, entries, headline, notes) => {
    const view = ledgerView(entries, options);
    expect(view.headline).toBe(headline);
    expect(view.notes).toEqual(notes);
  });
});

describe('the ledger by days', () => {
  it.each([7, 30, 90] as const)('has every one of %i days, oldest first, today last', (span) => {
    const { days } = ledgerView([], { ...options, span });
    expect(days).toHaveLength(span);
    expect(days.at(-1)?.day).toBe('2026-11-27');
    expect(days[0]?.day).toBe(new Date(NOW - (span - 1) * DAY).toISOString().slice(0, 10));
    expect(new Set(days.map((d) => d.day)).size).toBe(span);
  });

  it('puts a line on the day of the local clock', () => {
    const at = Date.UTC(2026, 10, 26, 23, 30);
    const daysWith = (zoneOffsetMs: number) =>
      ledgerView([entry('hit', { at })], { ...options, zoneOffsetMs: () => zoneOffsetMs })
        .days.filter((d) => d.hits > 0)
        .map((d) => d.day);
    expect(daysWith(0)).toEqual(['2026-11-26']);
    expect(daysWith(60 * MINUTE)).toEqual(['2026-11-27']);
    expect(daysWith(-24 * 60 * MINUTE)).toEqual(['2026-11-25']);
  });

  it('adds up to its totals', () => {
    const entries = [
      ...times(3, 'hit', { at: NOW - DAY }),
      entry('miss'),
      ...times(2, 'wasted', { at: NOW - 2 * DAY }),
      entry('would-hit'),
    ];
    const { days, totals } = ledgerView(entries, options);
    for (const key of ['savedMs', 'hits', 'misses', 'wasted', 'wastedMs', 'wastedGbMinutes'] as const)
      expect(days.reduce((sum, d) => sum + d[key], 0)).toBe(totals[key]);
    expect(totals).toMatchObject({ hits: 3, misses: 1, wasted: 2, wastedMs: 20 * MINUTE, wastedGbMinutes: 10, savedMs: 60_000 });
    expect(totals.would).toEqual({ savedMs: 20_000, hits: 1, misses: 0, wasted: 0 });
    expect(hitRate(totals)).toBe(0.75);
    expect(hitRate({ hits: 0, misses: 0 })).toBeUndefined();
  });

  it('says where the ledger has no room for more', () => {
    const cut = 'The ledger keeps 3 lines; what is older is not counted.';
    expect(ledgerView(times(3, 'hit'), { ...options, mostEntries: 3 }).notes).toContain(cut);
    expect(ledgerView(times(2, 'hit'), { ...options, mostEntries: 3 }).notes).not.toContain(cut);
    const old = entry('hit', { at: NOW - 30 * DAY });
    expect(ledgerView([old, ...times(2, 'hit')], { ...options, mostEntries: 3 }).notes).not.toContain(cut);
  });

  it('holds no memory against what is declared no more', () =>
    expect(ledgerView([entry('wasted', { resource: 'compose:shop/gone' })], options).totals.wastedGbMinutes).toBe(0));
});

describe('calibration', () => {
  it('is by tenths of what was said, of what was acted on or proposed', () => {
    const entries = [
      ...times(3, 'hit', { probability: 0.82 }),
      entry('wasted', { probability: 0.88 }),
      entry('would-waste', { probability: 0.1 }),
      entry('would-hit', { probability: 1 }),
      entry('miss', { probability: 0.05 }),
    ];
    const { calibration } = ledgerView(entries, options);
    expect(calibration.map(({ from, times }) => [from, times])).toEqual([
      [0.1, 1],
      [0.8, 4],
      [0.9, 1],
    ]);
    expect(calibration[1]).toMatchObject({ happened: 0.75 });
    expect(calibration[1]?.said).toBeCloseTo(0.835);
    expect(calibration[0]?.happened).toBe(0);
  });
});

describe('the comparison', () => {
  const figures = (coldStarts: number, idleWarmMinutes: number) => ({
    coldStarts,
    uses: 10,
    idleWarmMinutes,
    secondsSaved: 10 - coldStarts,
  });
  const made = comparison({
    policies: {
      shipped: 'rhythm',
      policies: {
        never: figures(10, 0),
        'fixed 20 min': figures(5, 9),
        oracle: figures(1, 0),
        always: figures(1, 99),
        mine: figures(6, 1),
        rhythm: figures(3, 4),
      },
    },
    eagerness: [
      { eagerness: 1, meanS: 2, errorS: undefined, tried: 3 },
      { eagerness: 2, meanS: undefined, errorS: undefined, tried: 0 },
    ],
  });
  it('begins with Prewarm, then by what each would have saved', () =>
    expect(made.policies.map((p) => p.words)).toEqual([
      'Prewarm',
      'knowing the future',
      'always warm',
      '20 min after each use',
      'mine',
      'never warm',
    ]));
  it('says how many uses, and leaves out what was never tried', () => {
    expect(made.uses).toBe(10);
    expect(made.eagerness).toEqual([{ eagerness: 1, meanS: 2, errorS: 0, tried: 3 }]);
  });
  it('of nothing is empty', () =>
    expect(comparison({ policies: undefined, eagerness: [] })).toEqual({ uses: 0, policies: [], eagerness: [] }));
});

it.each([
  [0, '0 s'],
  [400, '0.4 s'],
  [9_960, '10 s'],
  [99_000, '99 s'],
  [100_000, '1.7 min'],
  [12 * MINUTE, '12 min'],
  [99 * MINUTE, '99 min'],
  [120 * MINUTE, '2 h'],
  [52 * 60 * MINUTE, '52 h'],
  [480 * 60 * MINUTE, '20 days'],
])('%i ms are %s', (ms, words) => expect(duration(ms)).toBe(words));

it('a day in words', () => expect([dayWords('2026-11-07', 'en'), dayWords('2026-11-07', 'de')]).toEqual(['7 Nov', '7. Nov.']));

it.each([
  [0, 2],
  [1, 1],
  [1.5, 2],
  [3, 4],
  [10, 10],
  [5, 6],
  [70, 80],
  [81, 100],
  [0.3, 0.4],
])('the top over %d is %d', (most, top) => expect(niceTop(most)).toBeCloseTo(top, 9));

it.each([
  [62_000, '80 s', '40 s'],
  [10 * MINUTE, '10 min', '5 min'],
  [500 * MINUTE, '10 h', '5 h'],
  [0, '2 s', '1 s'],
])('the axis of %d ms ends at %s', (most, top, half) => {
  const scale = timeScale(most);
  expect([scale.words(scale.top), scale.words(scale.top / 2)]).toEqual([top, half]);
});
