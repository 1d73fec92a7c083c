import { describe, expect, it } from 'vitest';
import { demandSeries } from '../../../src/app/demand/demandSeries.ts';
import type { Activity } from '../../../src/domain/index.ts';
import { learnPersonas } from '../../../src/learn/personas.ts';
import { sessionsOf } from '../../../src/sense/sessions.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BEGAN = Date.UTC(2026, 0, 5);
const DB = 'compose:shop/db';
const CACHE = 'compose:shop/cache';
const NOW = BEGAN + 30 * DAY + 0.5 * HOUR;

const activity = (at: number, resource: string, kind = 'command.started'): Activity => ({
  at,
  actor: 'me',
  workspace: 'w',
  source: 'terminal',
  resource,
  kind,
});

/** Each working day at nine: work on the database; twice the cache. */
const heard = Array.from({ length: 30 }, (_, day) => {
  if (day % 7 >= 5) return [];
  const at = BEGAN + day * DAY + 9 * HOUR;
  const names = ['command:git pull', 'command:npm test', 'command:psql'];
  const more = day < 2 ? [activity(at + 400_000, CACHE, 'resource.used')] : [];
  return [
    ...names.map((n, i) => activity(at + i * 60_000, n)),
    activity(at + 200_000, DB, 'resource.used'),
    activity(at + 210_000, DB, 'resource.used'),
    ...more,
  ];
}).flat();
const sessions = sessionsOf(heard, { idleMs: () => 30 * 60_000 });
const ask = {
  workspace: 'w',
  model: learnPersonas(
    sessions.map((s) => s.activities),
    { now: NOW, seed: 1, zoneOffsetMs: 0 },
  ),
  resources: [
    { id: DB, name: 'db' },
    { id: CACHE, name: 'cache' },
  ],
  stepMs: HOUR,
  now: NOW,
};

describe('what history tells of demand', () => {
  const { series, silent } = demandSeries(sessions, heard, ask);

  it('counts sessions of personas and uses of resources in whole steps, the same use once', () => {
    const db = series.find((s) => s.subject.id === DB);
    expect(db?.subject).toEqual({ kind: 'resource', id: DB, name: 'db' });
    const { startAt, values } = db?.series ?? { startAt: 0, values: new Float64Array() };
    expect(startAt).toBe(BEGAN + 9 * HOUR);
    expect(startAt + values.length * HOUR).toBe(BEGAN + 30 * DAY);
    values.forEach((v, i) => {
      const at = startAt + i * HOUR;
      const day = Math.floor((at - BEGAN) / DAY);
      expect(v).toBe((at - BEGAN) % DAY === 9 * HOUR && day % 7 < 5 ? 1 : 0);
    });
    const persona = series.find((s) => s.subject.kind === 'persona');
    expect(persona?.series.values.reduce((a, b) => a + b, 0)).toBe(22);
  });

  it('says of what is seldom why nothing is said', () => {
    expect(silent).toEqual([
      { subject: { kind: 'resource', id: CACHE, name: 'cache' }, because: 'It was used 2 of the 5 times without which nothing is said.' },
    ]);
  });

  it('leaves other workspaces and the step under way out', () => {
    const elsewhere = heard.map((a) => ({ ...a, workspace: 'other' }));
    expect(demandSeries([], elsewhere, ask).series).toEqual([]);
    const late = Array.from({ length: 9 }, (_, i) => activity(NOW - 60_000 * i * 2, DB, 'resource.used'));
    expect(demandSeries([], late, ask).series).toEqual([]);
  });

  it('without a model there are resources alone', () => {
    expect(demandSeries(sessions, heard, { ...ask, model: undefined }).series.map((s) => s.subject.kind)).toEqual(['resource']);
  });
});
