import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, SOURCES, type Source } from '../../src/domain/index.ts';
import { advance, type Live, sessionsOf, withoutBursts } from '../../src/sense/sessions.ts';

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
  const liveOf = (session: Activity[]): Live | undefined =>
    session.reduce<Live | undefined>((live, one) => advance(live, one, options).live, undefined);
  it.each<[string, Activity[], Activity, string, number]>([
    ['begins with nothing', [], a(0), 'began', 1],
    ['goes on', [a(0)], a(5000), 'went-on', 2],
    ['begins after an idle gap', [a(0)], a(5001), 'began', 1],
    ['goes on where the split is given', [a(0, { session: 's' })], a(9999, { session: 's' }), 'went-on', 2],
    ['begins where another is given', [a(0, { session: 's' })], a(1, { session: 't' }), 'began', 1],
    ['hears what two sources tell once', [a(0, { source: 'terminal' }), a(1, { resource: 'y' })], a(9, { source: 'import' }), 'echoed', 2],
    [
      'hears what was told twice twice',
      [a(0, { source: 'terminal' }), a(9, { source: 'import' })],
      a(10, { source: 'import' }),
      'went-on',
      2,
    ],
  ])('%s', (_, session, activity, did, length) => {
    const next = advance(liveOf(session), activity, options);
    expect([next.did, next.live.activities.length]).toEqual([did, length]);
  });

  const branches = fc.constantFrom<Partial<Activity>>({}, {}, {}, { kind: 'branch.switched', resource: 'branch:main', source: 'git' });
  const activity = fc.tuple(
    fc.record({
      at: fc.nat(600_000),
      resource: fc.constantFrom('x', 'y', '__proto__'),
      source: fc.constantFrom('terminal' as const, 'editor' as const, 'import' as const),
    }),
    branches,
    fc.constantFrom({}, {}, { session: 's' }, { session: 't' }),
  );
  const lane = ([{ at, ...raw }, change, split]: [Partial<Activity>, Partial<Activity>, Partial<Activity>]): Activity =>
    a(at as number, { ...raw, ...change, ...split });

  it('splits as sessionsOf does (property)', () => {
    fc.assert(
      fc.property(fc.array(activity), fc.integer({ min: 100, max: 100_000 }), (raw, idleMs) => {
        const rank = (x: Activity): number => SOURCES.indexOf(x.source as Source);
        const all = raw.map(([activity, change]) => lane([activity, change, {}])).sort((x, y) => x.at - y.at || rank(x) - rank(y));
        const sessions: (readonly Activity[])[] = [];
        let live: Live | undefined;
        for (const one of all) {
          const step = advance(live, one, { idleMs });
          live = step.live;
          if (step.did === 'began') sessions.push(live.activities);
          else sessions[sessions.length - 1] = live.activities;
        }
        expect(sessions).toEqual(sessionsOf(all, { idleMs }).map((s) => s.activities));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('histories may be imported in any order (property)', () => {
    fc.assert(
      fc.property(fc.array(activity), fc.array(fc.nat()), (raw, keys) => {
        // Each source keeps its own order; how the sources are interleaved in the file is chance.
        const all = raw.map(lane);
        const bySource = SOURCES.map((source) => all.filter((x) => x.source === source));
        const shuffled: Activity[] = [];
        for (let i = 0; bySource.some((own) => own.length > 0); i++) {
          const left = bySource.filter((own) => own.length > 0);
          shuffled.push((left[(keys[i] ?? i) % left.length] as Activity[]).shift() as Activity);
        }
        expect(sessionsOf(shuffled, options)).toEqual(sessionsOf(all, options));
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});

describe('branches', () => {
  const MINUTE = 60_000;
  const branch = (at: number): Activity => a(at, { kind: 'branch.switched', resource: 'branch:feature', source: 'git' });
  it.each<[string, Activity[], number[]]>([
    ['a change ends the session before it', [a(0), a(3 * MINUTE), branch(4 * MINUTE), a(5 * MINUTE)], [2, 2]],
    ['a change at the begin is how the work begins', [a(0), branch(MINUTE), a(2 * MINUTE)], [3]],
    ['a command can tell of it', [a(0), a(3 * MINUTE), a(4 * MINUTE, { resource: 'command:git switch' }), a(5 * MINUTE)], [2, 2]],
    [
      'a given split does not care',
      [a(0, { session: 's' }), { ...branch(4 * MINUTE), session: 's' }, a(5 * MINUTE, { session: 's' })],
      [3],
    ],
  ])('%s', (_, activities, expected) =>
    expect(sessionsOf(activities, { idleMs: 30 * MINUTE }).map((s) => s.activities.length)).toEqual(expected),
  );
});

describe('what sources tell at the same time', () => {
  it('is in the order of cause, whoever was imported first', () => {
    const [command, use] = [a(5, { source: 'terminal', resource: 'command:psql' }), a(5, { source: 'database', resource: 'db' })];
    for (const order of [
      [command, use],
      [use, command],
    ])
      expect(sessionsOf(order, { idleMs: 9 })[0]?.activities.map((x) => x.resource)).toEqual(['command:psql', 'db']);
  });

  it('a given session may move between workspaces', () => {
    const moving = [a(0, { session: 's', workspace: 'v' }), a(1, { session: 's', workspace: 'w' })];
    expect(sizes(moving)).toEqual([2]);
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
