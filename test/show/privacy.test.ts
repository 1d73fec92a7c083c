import { describe, expect, it } from 'vitest';
import type { Activity, Snapshot } from '../../src/domain/index.ts';
import { erasureChoices, erasureWords } from '../../src/show/erasure.ts';
import { type JournalOptions, type JournalSource, journalHead, journalRows, journalText } from '../../src/show/journal.ts';
import type { Shown } from '../../src/show/shown.ts';
import { statusBar } from '../../src/show/statusBar.ts';

const AT = Date.UTC(2026, 10, 20, 12, 0);
const options: JournalOptions = { workspace: 'shop', mostRows: 100, zoneOffsetMs: () => 0, more: 'Read on.' };
const activity = (kind: string, resource: string, more: Partial<Activity> = {}): Activity => ({
  at: AT,
  actor: 'me',
  resource,
  kind,
  ...more,
});
const source: JournalSource = {
  activities: [],
  imported: [],
  dropped: {},
  droppedSince: undefined,
  folder: '/state/shop',
  retentionDays: 90,
  excludedFolders: [],
  incognito: false,
  pause: undefined,
};

describe('the journal in words', () => {
  it.each([
    ['command.started', 'command:npm test', 'ran npm test'],
    ['file.edited', 'editor:api/sql', 'edited files of api/sql'],
    ['task.started', 'task:build', 'ran the task build'],
    ['debug.started', 'debug:node', 'debugged node'],
    ['branch.switched', 'branch:feature', 'switched to a branch of the kind feature'],
    ['resource.used', 'compose:shop/db', 'used compose:shop/db'],
    ['connection.opened', 'compose:shop/db', 'connected to compose:shop/db'],
    ['container.started', 'container:image/postgres', 'container started: image/postgres'],
    ['api.called', 'api:GET /orders/{id}', 'called GET /orders/{id}'],
    ['request.served', 'api:GET /orders/{id}', 'served GET /orders/{id}'],
    ['something.new', 'x:y', 'something new: x:y'],
  ])('%s %s', (kind, resource, words) => expect(journalRows([activity(kind, resource)], options).rows[0]?.what).toBe(words));

  it('is newest first, by the local day, with how often and the last time', () => {
    const day = 86_400_000;
    const all = [
      activity('command.started', 'command:a'),
      activity('command.ended', 'command:a', { at: AT + 60_000, ok: true }),
      activity('command.started', 'command:a', { at: AT + 120_000 }),
      activity('command.started', 'command:a', { at: AT + day }),
      activity('command.started', 'command:b', { at: AT + 13 * 3_600_000 }),
    ];
    expect(journalRows(all, options).rows.map((r) => `${r.day} ${r.time} ${r.what} ${r.times}`)).toEqual([
      '2026-11-21 12:00 ran a 1',
      '2026-11-21 01:00 ran b 1',
      '2026-11-20 12:02 ran a 2',
    ]);
    const west = { ...options, zoneOffsetMs: () => -2 * 3_600_000 };
    expect(journalRows(all, west).rows.map((r) => `${r.day} ${r.time} ${r.what}`)[1]).toBe('2026-11-20 23:00 ran b');
  });

  it('a connection that is opened and closed is one', () => {
    const all = ['connection.opened', 'connection.closed'].map((kind) => activity(kind, 'compose:shop/db'));
    expect(journalRows(all, options).rows).toMatchObject([{ times: 1, failed: 0 }]);
  });

  it('says that there is more than it shows', () => {
    const all = Array.from({ length: 5 }, (_, i) => activity('command.started', `command:${i}`, { at: AT + i }));
    const text = journalText({ ...source, activities: all }, { ...options, mostRows: 2 });
    expect(text.split('\n').filter((l) => / ran \d/.test(l))).toHaveLength(2);
    expect(text).toContain('… and 3 older lines. Read on.');
  });

  it.each([
    ['nothing yet', source, ['0 activities, in /state/shop.', 'Nothing has had to be left out yet.', 'Kept for 90 days']],
    [
      'what was left out, most first',
      { ...source, dropped: { token: 1, argument: 12, new: 2, email: 0 }, droppedSince: AT },
      ['since 2026-11-20: 12 arguments, 2 new, 1 token.'],
    ],
    ['excluded', { ...source, excludedFolders: ['clients'] }, ['Nothing is recorded of: clients.']],
    ['incognito', { ...source, incognito: true }, ['This window is incognito: nothing is recorded now.']],
    ['paused', { ...source, pause: {} }, ['paused until you resume it: nothing is recorded now.']],
  ])('its head says: %s', (_what, from, said) => {
    const head = journalHead(from, 'shop').join('\n');
    for (const words of said) expect(head).toContain(words);
  });
});

describe('the status bar', () => {
  const state: Shown = {
    mode: 'auto',
    trusted: true,
    working: false,
    faults: [],
    active: undefined,
    resources: [],
    match: { personas: [], none: 1 },
    needs: [],
    ledger: { savedMs: 0, hits: 0, misses: 0, wastedWarmMs: 0, entries: [] },
  };
  it.each([
    ['incognito', { incognito: true, pause: undefined }, '$(eye-closed) incognito', /records and learns nothing/],
    ['paused', { incognito: true, pause: {} }, '$(debug-pause) paused', /Paused until you resume it/],
    ['paused to an end', { incognito: false, pause: { until: AT } }, '$(debug-pause) paused', /Paused until .*20/],
    ['neither', { incognito: false, pause: undefined }, '$(flame) learning', /mode \*auto\*/],
  ])('says %s', (_what, privacy, text, tooltip) => {
    const bar = statusBar({ ...state, privacy });
    expect(bar.text).toBe(text);
    expect(bar.tooltip).toMatch(tooltip);
    if (privacy.incognito || privacy.pause) expect(bar.accessible).toMatch(/incognito|paused/);
  });
  it('in mode off it is off, whatever else', () =>
    expect(statusBar({ ...state, mode: 'off', privacy: { incognito: true, pause: {} } }).text).toBe('$(circle-slash) off'));
});

describe('erasing in words', () => {
  const there = {
    journalBytes: 3 * 2 ** 20,
    importedHistories: 2,
    savedRehearsals: 0,
    memoryBytes: 2000,
    otherWorkspaces: 0,
    datasetCacheBytes: 0,
  };
  const snapshot = { bytes: 2 ** 31 } as Snapshot;
  const keep = { scope: 'workspace', datasetCache: 'keep', snapshots: 'keep' } as const;
  it('offers besides only what is there, and ticks none of it', () => {
    expect(erasureChoices(there, [])).toEqual([]);
    const choices = erasureChoices({ ...there, otherWorkspaces: 3, datasetCacheBytes: 1 }, [snapshot]);
    expect(choices.map((c) => `${c.id} ${c.description} ${c.picked}`)).toEqual([
      'everywhere 3 false',
      'datasetCache 1 kB false',
      'snapshots 1, 2.0 GB false',
    ]);
  });
  it('lists what goes, and what stays', () => {
    expect(erasureWords(keep, there, [])).toEqual([
      'The journal (3.0 MB)',
      'What was imported from 2 histories',
      'Personas and their versions, what was measured and what you taught, the ledger (2 kB)',
      '',
      expect.stringMatching(/^What stays: settings and mode, volumes and snapshots, passwords/),
    ]);
  });
  it('names what is ticked', () => {
    const all = erasureWords(
      { scope: 'everywhere', datasetCache: 'erase', snapshots: 'erase' },
      { ...there, otherWorkspaces: 3, datasetCacheBytes: 2 ** 30 },
      [snapshot],
    );
    expect(all[0]).toBe('The journal (3.0 MB), here and in 3 other workspaces');
    expect(all).toContain('The cache of datasets (1.0 GB)');
    expect(all).toContain('1 snapshot (2.0 GB), with what was changed in them');
    expect(all.at(-1)).toMatch(/volumes that are in use or your own/);
  });
});
