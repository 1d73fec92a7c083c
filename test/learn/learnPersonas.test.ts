import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { noiseOf } from '../../src/learn/personaModel.ts';
import { hourOfWeek } from '../../src/learn/personas/rhythm.ts';
import { learnPersonas, learnWithOwners } from '../../src/learn/personas.ts';
import { plain, sessionOf } from './personas/made.ts';
import { plantedSessions } from './planted.ts';

const HOUR = 3_600_000;
/** Two workflows of three sessions each, one session too short and one that is like nothing. */
const SESSIONS: readonly (readonly Activity[])[] = [
  sessionOf('a b a b', 10 * HOUR),
  sessionOf('c d c d', 20 * HOUR),
  sessionOf('b a b a b', 30 * HOUR),
  sessionOf('c', 1),
  sessionOf('d c d c d', 40 * HOUR),
  sessionOf('a a b b a', 50 * HOUR, { ok: true }),
  sessionOf('x y', 5 * HOUR),
  sessionOf('c c d d c d', 60 * HOUR, { ok: false }),
];
const OPTIONS = { now: 7, seed: 1 };

describe('learning by hand', () => {
  it('says whose each session is, and of which it is nobody’s', () => {
    const { owners } = learnWithOwners(SESSIONS, OPTIONS);
    const [first, second] = [owners[0] as string, owners[1] as string];
    expect(owners).toEqual([first, second, first, undefined, second, first, undefined, second]);
    expect([first, second].sort()).toEqual(['p1', 'p2']);
  });

  it('counts what it learnt from', () => {
    const { model } = learnWithOwners(SESSIONS, OPTIONS);
    expect([model.version, model.sessions, model.learntFrom, model.since]).toEqual([1, 8, 7, 5 * HOUR]);
    expect(plain(model.background)).toEqual({ x: 1, y: 1, a: 7, b: 7, c: 7, d: 8 });
    expect(model.backgroundTotal).toBe(31);
  });

  it('describes each: nearly three of seven sessions, when, how it ended, its tokens', () => {
    const { model, owners } = learnWithOwners(SESSIONS, OPTIONS);
    const [ab, cd] = [owners[0], owners[1]].map((id) => model.components.find((c) => c.id === id));
    for (const c of [ab, cd]) {
      expect(c?.support).toBeGreaterThan(2.6);
      expect(c?.support).toBeLessThan(3);
      expect(c?.weight).toBeCloseTo((c?.support as number) / 7, 12);
      expect(c?.updatedAt).toBe(7);
      expect(c?.rhythm?.reduce((a, b) => a + b)).toBeCloseTo(c?.support as number, 9);
    }
    expect([ab?.lastAt, cd?.lastAt]).toEqual([50 * HOUR, 60 * HOUR]);
    expect(ab?.rhythm?.flatMap((n, hour) => (n > 0.5 ? [hour] : []))).toEqual([10, 30, 50].map((h) => hourOfWeek(h * HOUR, 0)));
    expect(ab?.uses.map((u) => u.resource)).toEqual(['a', 'b']);
    expect(cd?.edges.map((e) => [e.from, e.to])).toEqual([
      ['c', 'd'],
      ['d', 'c'],
    ]);
    // All five of one session ended well, all six of another badly.
    expect(ab?.outcomes?.ended).toBeGreaterThan(4.5);
    expect(ab?.outcomes?.failed).toBeLessThan(0.5);
    expect(cd?.outcomes?.failed).toBeGreaterThan(5.5);
    expect(noiseOf(model)).toBeCloseTo(1 - (ab?.weight as number) - (cd?.weight as number), 12);
  });

  it('hours are the developer’s', () => {
    const { owners } = learnWithOwners(SESSIONS, OPTIONS);
    const { components } = learnPersonas(SESSIONS, { ...OPTIONS, zoneOffsetMs: 2 * HOUR });
    const ab = components.find((c) => c.id === owners[0]);
    expect(ab?.rhythm?.[hourOfWeek(12 * HOUR, 0)]).toBeGreaterThan(0.5);
    expect(ab?.rhythm?.[hourOfWeek(10 * HOUR, 0)]).toBe(0);
  });

  it('of nothing is a model of nothing', () => {
    for (const [sessions, n] of [
      [[], 0],
      [[sessionOf('a')], 1],
      [[[]], 1],
    ] as const)
      expect(plain(learnWithOwners(sessions, OPTIONS))).toEqual({
        model: { version: 1, components: [], background: {}, backgroundTotal: 0, sessions: n, learntFrom: 0 },
        owners: Array(n).fill(null),
      });
  });

  it('takes sessions in the order of time, then of what, where, who and how, so that shuffled ones give the same', () => {
    const tied = (more: Partial<Activity>, tokens = 'a b a') => sessionOf(tokens, 99, more);
    const all = [
      ...SESSIONS,
      tied({ workspace: 'w' }),
      tied({ workspace: 'v' }),
      tied({ actor: 'you' }),
      tied({ kind: 'k' }),
      tied({}),
      tied({}, 'a b'),
      tied({}, 'a b c'),
      sessionOf('a b', 98),
    ];
    const orders = [[...all].reverse(), [...all.slice(5), ...all.slice(0, 5)], [...all.slice(9), ...all.slice(0, 9).reverse()]];
    const expected = plain(learnPersonas(all, OPTIONS));
    for (const order of orders) expect(plain(learnPersonas(order, OPTIONS))).toEqual(expected);
  });

  it('finds at most as many as are allowed, 12 by default', () => {
    expect(learnPersonas(SESSIONS, { ...OPTIONS, maxPersonas: 1 }).components).toHaveLength(1);
    const kinds = Array.from({ length: 14 }, (_, k) =>
      Array.from({ length: 4 }, (__, i) =>
        sessionOf(`k${k}a k${k}b k${k}c`.repeat(1).concat(` k${k}a k${k}b k${k}c`), (i * 14 + k) * HOUR),
      ),
    );
    expect(learnPersonas(kinds.flat(), { ...OPTIONS, maxPersonas: 20 }).components).toHaveLength(14);
    expect(learnPersonas(kinds.flat(), OPTIONS).components).toHaveLength(12);
  });

  it('equally heavy ones come by their numbers', () => {
    const even = [sessionOf('c d c'), sessionOf('a b a', 1e6), sessionOf('d c d', 2e6), sessionOf('b a b', 3e6)];
    const first = learnPersonas(even, OPTIONS);
    expect(first.components.map((c) => c.id)).toEqual(['p1', 'p2']);
    expect(first.components[0]?.weight).toBe(first.components[1]?.weight);
    const turned = { ...first, components: first.components.map((c, i) => ({ ...c, id: i === 0 ? 'p9' : 'p2' })) };
    expect(learnPersonas(even, { ...OPTIONS, previous: turned }).components.map((c) => c.id)).toEqual(['p2', 'p9']);
  });

  it('tells how far it is: 0.6 for clusters, 0.4 for what they are', () => {
    const told: number[] = [];
    learnPersonas(SESSIONS, { ...OPTIONS, progress: (done) => told.push(done) });
    expect(told).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].map((x) => expect.closeTo(x, 12)));
  });

  it('the heaviest comes first, whatever its number', () => {
    const { model, owners } = learnWithOwners(SESSIONS, OPTIONS);
    const grown = [...SESSIONS, ...[70, 80, 90].map((h) => sessionOf('c d c', h * HOUR))];
    const { components } = learnPersonas(grown, { ...OPTIONS, previous: model });
    expect(components.map((c) => c.id)).toEqual([owners[1], owners[0]]);
    const other = learnPersonas([...SESSIONS, ...[70, 80, 90].map((h) => sessionOf('a b a', h * HOUR))], { ...OPTIONS, previous: model });
    expect(other.components.map((c) => c.id)).toEqual([owners[0], owners[1]]);
  });
});

describe('learning', () => {
  it('comes to these figures on sessions of our own (any change of the learning shows here; mean it)', () => {
    const { components } = learnPersonas(
      plantedSessions(80, 6).map((s) => s.activities),
      { now: 1, seed: 1 },
    );
    const told = components.map(({ name, weight, support, total, starts, uses, edges }) => [
      name,
      ...[
        weight,
        support,
        total,
        starts,
        uses.reduce((sum, u) => sum + u.probability * (1 + u.again), 0),
        edges.reduce((sum, e) => sum + e.probability * (e.lagMs.p50 + e.lagMs.p90), 0),
      ].map((x) => Number(x.toPrecision(7))),
    ]);
    expect(told).toEqual([
      ['Database reports', 0.4479264, 35.83411, 345.5257, 35.83162, 7.367693, 842306.5],
      ['Web front end', 0.3243188, 25.94551, 254.5394, 25.94399, 7.425253, 871772.2],
      ['Kubernetes', 0.1374142, 10.99314, 100.9494, 10.99179, 7.000333, 910058.5],
      ['Data science', 0.08738584, 6.990867, 60.91686, 6.988848, 5.717458, 960000],
    ]);
  });
});
