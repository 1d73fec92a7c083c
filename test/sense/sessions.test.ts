import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { advance, sessionsOf, withoutBursts } from '../../src/sense/sessions.ts';

const a = (at: number, more: Partial<Activity> = {}): Activity => ({ at, actor: 'me', resource: 'x', workspace: 'w', ...more });
const sizes = (activities: Activity[]): number[] => sessionsOf(activities, { idleMs: 100 }).map((s) => s.activities.length);

describe('sessionsOf', () => {
  it.each<[string, Activity[], number[]]>([
    ['one burst', [a(0), a(50), a(150)], [3]],
    ['an idle gap', [a(0), a(101)], [1, 1]],
    ['two workspaces', [a(0), a(1, { workspace: 'v' })], [1, 1]],
    ['two actors', [a(0), a(1, { actor: 'you' })], [1, 1]],
    ['a given split wins over gaps', [a(0, { session: 's' }), a(5000, { session: 's' })], [2]],
    ['a given split parts what is close', [a(0, { session: 's' }), a(1, { session: 't' })], [1, 1]],
    ['the same command told by two sources', [a(0, { source: 'terminal' }), a(10, { source: 'import' })], [1]],
    ['the same command twice from one source', [a(0, { source: 'terminal' }), a(10, { source: 'terminal' })], [2]],
    ['nothing', [], []],
  ])('%s', (_, activities, expected) => expect(sizes(activities)).toEqual(expected));

  it('does not depend on the order, and loses nothing (property)', () => {
    const activity = fc.record({
      at: fc.nat(2000),
      actor: fc.constantFrom('me', 'you'),
      resource: fc.constantFrom('x', 'y'),
      workspace: fc.constant('w'),
    });
    fc.assert(
      fc.property(fc.uniqueArray(activity, { selector: (x) => `${x.at}${x.actor}` }), (all) => {
        const shape = (of: Activity[]) =>
          sessionsOf(of, { idleMs: 100 })
            .map((s) => [s.actor, ...s.activities.map((x) => x.at)].join())
            .sort();
        expect(shape([...all].reverse())).toEqual(shape(all));
        expect(sessionsOf(all, { idleMs: 100 }).flatMap((s) => s.activities)).toHaveLength(all.length);
      }),
      { seed: 5 },
    );
  });
});

describe('advance', () => {
  const options = { idleMs: 5000 };
  it.each<[string, Activity[], Activity, string, number]>([
    ['begins with nothing', [], a(0), 'began', 1],
    ['goes on', [a(0)], a(5000), 'went-on', 2],
    ['begins after an idle gap', [a(0)], a(5001), 'began', 1],
    ['goes on where the split is given', [a(0, { session: 's' })], a(9999, { session: 's' }), 'went-on', 2],
    ['begins where another is given', [a(0, { session: 's' })], a(1, { session: 't' }), 'began', 1],
    ['hears what two sources tell once', [a(0, { source: 'terminal' }), a(1, { resource: 'y' })], a(9, { source: 'import' }), 'echoed', 2],
  ])('%s', (_, session, activity, did, length) => {
    const next = advance(session, activity, options);
    expect([next.did, next.activities.length]).toEqual([did, length]);
  });

  it('splits as sessionsOf does (property)', () => {
    const activity = fc.record({
      at: fc.nat(60_000),
      resource: fc.constantFrom('x', 'y'),
      source: fc.constantFrom('terminal' as const, 'import' as const),
    });
    fc.assert(
      fc.property(fc.array(activity), (raw) => {
        const all = raw.map(({ at, ...more }) => a(at, more)).sort((x, y) => x.at - y.at);
        const sessions: (readonly Activity[])[] = [];
        for (const one of all) {
          const { did, activities } = advance(sessions.at(-1) ?? [], one, options);
          if (did === 'began') sessions.push(activities);
          else sessions[sessions.length - 1] = activities;
        }
        expect(sessions).toEqual(sessionsOf(all, options).map((s) => s.activities));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe('withoutBursts', () => {
  const call = (at: number, resource = 'x'): Activity => a(at, { resource, source: 'database' });
  it.each<[string, Activity[], Activity[], string[]]>([
    ['the first of its kind stays', [call(0, 'y')], [call(1)], ['x']],
    ['the same within half a minute goes', [call(0), call(1, 'y')], [call(30_000)], []],
    ['the same later stays', [call(0), call(29_000, 'y')], [call(30_001)], ['x']],
    ['whoever told of it', [a(0, { kind: 'connection.opened' })], [call(10), call(10, 'z')], ['z']],
    ['what was heard late', [call(0, 'y'), call(5000)], [call(3000)], []],
    ['an empty session', [], [call(0)], ['x']],
  ])('%s', (_, session, activities, left) => expect(withoutBursts(session, activities).map((x) => x.resource)).toEqual(left));

  it('hears a hundred different calls in half a minute and no more', () => {
    const session: Activity[] = [];
    for (let i = 0; i < 300; i++) session.push(...withoutBursts(session, [call(i * 200, `x${i}`)]));
    const inWindow = session.map((s) => session.filter((x) => x.at <= s.at && x.at >= s.at - 30_000).length);
    expect(Math.max(...inWindow)).toBe(100);
    expect(session).toHaveLength(200);
  });
});
