import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clustered, type ClusterOptions, clusterTrace, METHODS } from '../../src/app/cluster/clusterTrace.ts';
import type { Activity } from '../../src/domain/index.ts';
import { agreement } from '../../src/learn/clusters/agreement.ts';
import { type PlantedSession, plantedSessions } from '../learn/planted.ts';

const OPTIONS: ClusterOptions = { idleMs: 30 * 60_000, actorsMin: 1, method: 'mixture', seeds: 1 };
/** One actor a session, so that the planted persona can be its label. */
const alone = (sessions: readonly PlantedSession[]): Activity[] =>
  sessions.flatMap((s, i) => s.activities.map((a) => ({ ...a, actor: `a${i}` })));
const labelsOf = (sessions: readonly PlantedSession[]) => new Map(sessions.map((s, i) => [`a${i}`, s.of]));

const clustered = (activities: readonly Activity[], options: ClusterOptions): Clustered => {
  const result = clusterTrace(activities, options);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};

describe('agreement', () => {
  it.each<[string, string, string, number, number]>([
    ['equal but for the names', 'aabbc', 'xxyyz', 1, 1],
    ['one cluster against many', 'aaaa', 'wxyz', 0, 0],
    // By hand: contingency 2,1 / 0,3; Σ C(n,2) = 1 + 3 = 4, rows 6, columns 1 + 6 = 7, of 15 pairs.
    ['one of six astray', 'aaabbb', 'xxyyyy', (4 - (6 * 7) / 15) / (6.5 - (6 * 7) / 15), 0.4785],
  ])('%s', (_, a, b, ari, nmi) => {
    const got = agreement([...a], [...b]);
    expect(got.ari).toBeCloseTo(ari, 9);
    expect(got.nmi).toBeCloseTo(nmi, 3);
  });

  it('does not care for sides, names or order (property)', () => {
    const pair = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y'));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2 }), (pairs) => {
        const of = (p: [string, string][], side: 0 | 1) => p.map((x) => x[side]);
        const there = agreement(of(pairs, 0), of(pairs, 1));
        const back = agreement(of(pairs, 1), of(pairs, 0));
        const turned = agreement(of([...pairs].reverse(), 0), of([...pairs].reverse(), 1));
        expect(back.ari).toBeCloseTo(there.ari, 9);
        expect(turned.nmi).toBeCloseTo(there.nmi, 9);
        expect(there.ari).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { seed: 4 },
    );
  });
});

describe('clusterTrace', () => {
  const sessions = plantedSessions(120, 3);

  it('finds what was planted, without being told how many', () => {
    const got = clustered(alone(sessions), { ...OPTIONS, labels: labelsOf(sessions) });
    expect([got.clusters, got.actors, got.sessions, got.unlabelled]).toEqual([4, 120, 120, 0]);
    expect(got.ari).toBeGreaterThan(0.95);
  });

  it.each(METHODS)('%s never reads the labels: other labels, same assignments', (method) => {
    const cut = (c: ReturnType<typeof clustered>) => c.assignments.map((a) => [a.actor, a.cluster]);
    const told = clustered(alone(sessions), { ...OPTIONS, method, labels: new Map([...labelsOf(sessions)].map(([a]) => [a, a])) });
    expect(cut(told)).toEqual(cut(clustered(alone(sessions), { ...OPTIONS, method })));
  });

  it('takes the name of a given session for a split only', () => {
    const named = (name: (s: PlantedSession, i: number) => string) =>
      sessions.flatMap((s, i) => s.activities.map((a) => ({ ...a, actor: `a${i}`, session: name(s, i) })));
    const telling = clustered(
      named((s) => s.of),
      OPTIONS,
    ).assignments;
    expect(telling).toEqual(
      clustered(
        named((_, i) => `s${i}`),
        OPTIONS,
      ).assignments,
    );
  });

  it('gives an actor the persona that most of its sessions have', () => {
    const [web, ops] = ['web', 'ops'].map((of) => sessions.filter((s) => s.of === of)) as [PlantedSession[], PlantedSession[]];
    const mixed = [...web.slice(0, 2), ...ops.slice(0, 1)].flatMap((s) => s.activities.map((a) => ({ ...a, actor: 'mixed' })));
    const plain = web.slice(2).flatMap((s) => s.activities.map((a) => ({ ...a, actor: 'web' })));
    const other = ops.slice(1).flatMap((s) => s.activities.map((a) => ({ ...a, actor: 'ops' })));
    const of = new Map(clustered([...mixed, ...plain, ...other], OPTIONS).assignments.map((a) => [a.actor, a]));
    expect(of.get('mixed')?.cluster).toBe(of.get('web')?.cluster);
    expect(of.get('mixed')?.cluster).not.toBe(of.get('ops')?.cluster);
    expect(of.get('mixed')?.sessions).toBe(3);
  });

  it('leaves out actors with fewer activities, and says how stable it is', () => {
    const got = clustered([...alone(sessions), { at: 1, actor: 'short', resource: 'x' }], { ...OPTIONS, actorsMin: 2, seeds: 3 });
    expect(got.assignments.map((a) => a.actor)).not.toContain('short');
    expect(got.stability?.seeds).toBe(3);
    expect(got.stability?.between).toBeGreaterThan(0.95);
  });

  it('has nothing to say about nothing', () => expect(clustered([], OPTIONS)).toMatchObject({ clusters: 0, sessions: 0, assignments: [] }));

  it('k-means finds the planted number by silhouette, or takes the one it is told', () => {
    expect(clustered(alone(sessions), { ...OPTIONS, method: 'kmeans' }).clusters).toBe(4);
    expect(clustered(alone(sessions), { ...OPTIONS, method: 'kmeans', k: 3 }).clusters).toBe(3);
  });

  it('the challengers refuse what would take them hours, in one sentence', () => {
    const many = Array.from({ length: 6001 }, (_, i): Activity => ({ at: i, actor: `a${i}`, resource: 'x' }));
    for (const method of ['kmeans', 'dbscan'] as const) {
      const result = clusterTrace(many, { ...OPTIONS, method });
      expect(result.ok ? '' : result.fault.message).toMatch(/6001 sessions; it is for at most 6000/);
    }
  });
});
