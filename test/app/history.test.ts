import { describe, expect, it } from 'vitest';
import { type History, IMPORTED_ACTOR, remembered } from '../../src/app/history.ts';
import type { Activity } from '../../src/domain/index.ts';
import { createRecall } from '../../src/sense/importers/recalled.ts';

const MINUTE = 60_000;
const T = 1_700_000_000_000;
const history: History = { workspace: 'w', actor: 'me', idleMs: 30 * MINUTE, traces: [], uses: [] };
const heard = (at: number, resource: string, more: Partial<Activity> = {}): Activity => ({
  at: T + at,
  actor: 'me',
  workspace: 'w',
  source: 'terminal',
  kind: 'command.started',
  resource,
  ...more,
});
const told = (at: number, resource: string, more: Partial<Activity> = {}): Activity => ({
  at: T + at,
  actor: IMPORTED_ACTOR,
  source: 'import',
  kind: 'command.started',
  resource,
  ...more,
});
const sessions = (journal: readonly Activity[], imported: readonly (readonly Activity[])[], more: Partial<History> = {}) =>
  remembered(journal, imported, { ...history, ...more }).sessions.map((s) => s.activities.map((a) => a.resource));

describe('what is learnt from', () => {
  it('is the ended sessions of this workspace’s journal, and all that was imported', () => {
    const journal = [heard(0, 'a'), heard(1, 'x', { workspace: 'other' }), heard(MINUTE, 'b'), heard(200 * MINUTE, 'live')];
    const imported = [[told(200 * MINUTE, 'c'), told(201 * MINUTE, 'd')]];
    expect(sessions(journal, imported, { before: T + 200 * MINUTE })).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('tells once what the journal heard itself, and what two histories tell; a command that was repeated stays', () => {
    const journal = [heard(700, 'npm test'), heard(9000, 'npm test', { kind: 'command.ended' })];
    const atuin = [told(0, 'npm test'), told(9500, 'npm test'), told(30_400, 'ls'), told(30_900, 'ls')];
    const zsh = [told(30_000, 'ls'), told(60_000, 'pwd')];
    expect(sessions(journal, [atuin, zsh])).toEqual([
      ['npm test', 'npm test'],
      ['npm test', 'ls', 'ls', 'pwd'],
    ]);
  });

  it('knows by the workspace what a command of the history uses', () => {
    const uses = [
      { match: { program: 'psql' }, resources: ['compose:shop/db'] },
      { match: { program: 'npm', sub: 'test' }, resources: ['compose:shop/db', 'compose:shop/cache'] },
    ];
    const imported = [['psql', 'npm test', 'npm install', 'psqlite', 'psql copy'].map((token, i) => told(i * MINUTE, `command:${token}`))];
    const db = 'compose:shop/db';
    expect(sessions([], imported, { uses })).toEqual([
      ['command:psql', db, 'command:npm test', db, 'compose:shop/cache', 'command:npm install', 'command:psqlite', 'command:psql copy', db],
    ]);
  });

  it('learns nobody’s pauses from times that were laid back, nor the live gap from histories', () => {
    const recall = createRecall('bash-1');
    const laid = Array.from({ length: 60 }, (_, i) =>
      told(i * 20_000 + Math.floor(i / 15) * 60 * MINUTE, `c${i}`, { kind: 'command.recalled' }),
    );
    const own = [recall(laid.slice(0, 20)), recall(laid.slice(20))].flat();
    const { sessions, idleMs } = remembered([], [own], { ...history, idleMs: 90 * MINUTE });
    expect(sessions.map((s) => s.activities.length)).toEqual([15, 15, 15, 15]);
    expect(idleMs).toBe(90 * MINUTE);
    const timed = told(0, 'x');
    expect(recall([timed])).toEqual([timed]);
  });
});
