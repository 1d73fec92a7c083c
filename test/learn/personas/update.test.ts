import { describe, expect, it } from 'vitest';
import type { Activity, Distribution, Edge } from '../../../src/domain/index.ts';
import { type Component, type PersonaModel, tokensOf, type Use } from '../../../src/learn/personaModel.ts';
import { blend } from '../../../src/learn/personas/blend.ts';
import { updatePersonas } from '../../../src/learn/personas/update.ts';
import { learnPersonas } from '../../../src/learn/personas.ts';
import { plantedSessions } from '../planted.ts';
import { componentOf, plain, sessionOf } from './made.ts';

const at = (value: number) => [{ value, probability: 1 }];
/** One persona that is sure of a, b: a session of these is all but wholly its own. */
const sure: Component = componentOf(
  {},
  {
    weight: 0.95,
    support: 10,
    unigram: { a: 10, b: 10 },
    total: 20,
    initial: { a: 10 },
    starts: 10,
    transitions: { a: { total: 10, to: { b: 10 } } },
    uses: [
      { resource: 'a', probability: 1, again: 0, firstUseMs: at(0), gapMs: [], durationMs: at(0) },
      { resource: 'b', probability: 0.5, again: 0.2, firstUseMs: at(4000), gapMs: at(900), durationMs: at(300) },
      { resource: 'old', probability: 0.051, again: 0, firstUseMs: at(0), gapMs: [], durationMs: at(0) },
    ],
    edges: [{ from: 'a', to: 'b', probability: 1, lagMs: { p50: 2000, p90: 4000 } }],
  },
);
const modelOf = (...components: readonly Component[]): PersonaModel => ({
  version: 1,
  components,
  background: { a: 1000, b: 1000, z: 1e6 },
  backgroundTotal: 1_002_000,
  sessions: 12,
  learntFrom: 10,
  since: 5000,
});
const close = (x: number) => expect.closeTo(x, 9);
const closeTo = (points: Distribution) => points.map((p) => ({ value: close(p.value), probability: close(p.probability) }));

describe('a session taken in at once, by hand', () => {
  const session = sessionOf('a b a', 10_000);
  const model = modelOf(sure);
  /** Within each test, so that a mutation is at work where it is asked for. */
  const takenIn = () => {
    const after = updatePersonas(model, session, 77, 0);
    const [c] = after.components as [Component];
    // The background expects a and b a thousandth as often: the share is 1 but for less than a ten-thousandth.
    return { after, c, share: c.support - 10 };
  };

  it('is nearly all the persona’s', () => {
    const { c, share } = takenIn();
    expect(share).toBeGreaterThan(1 - 1e-4);
    expect(share).toBeLessThan(1);
    expect(c.weight).toBeCloseTo((0.95 * 10 + share) / 11, 12);
  });

  it('counts sessions, tokens and the first begin', () => {
    const { after } = takenIn();
    expect(plain(after.background)).toEqual({ a: 1002, b: 1001, z: 1e6 });
    expect([after.backgroundTotal, after.sessions, after.learntFrom, after.since]).toEqual([1_002_003, 13, 11, 5000]);
    expect(updatePersonas(model, sessionOf('a b', 1000), 77).since).toBe(1000);
    const { since: _, learntFrom: __, ...older } = model;
    expect(updatePersonas(older, session, 77)).toMatchObject({ since: 10_000, learntFrom: 13, sessions: 13 });
  });

  it('too short to tell, it only counts', () => {
    for (const short of [[], sessionOf('a'), [...sessionOf('a'), ...sessionOf('b', 1, { kind: 'command.ended' })]])
      expect(updatePersonas(model, short, 77)).toEqual({ ...model, sessions: 13 });
  });

  it('grows the chain by its share', () => {
    const { c, share } = takenIn();
    expect(plain(c.unigram)).toEqual({ a: close(10 + 2 * share), b: close(10 + share) });
    expect([c.total, plain(c.initial), c.starts]).toEqual([close(20 + 3 * share), { a: close(10 + share) }, close(10 + share)]);
    expect(plain(c.transitions)).toEqual({
      a: { total: close(10 + share), to: { b: close(10 + share) } },
      b: { total: close(share), to: { a: close(share) } },
    });
  });

  it('grows uses by their times; what fell below a twentieth is gone', () => {
    const { c, share } = takenIn();
    const [a, b] = c.uses as [Use, Use];
    expect(c.uses.map((u) => u.resource)).toEqual(['a', 'b']);
    expect([a.probability, b.probability]).toEqual([1, close((5 + share) / (10 + share))]);
    expect([a.again, b.again]).toEqual([close(share / (10 + share)), close(1 / (5 + share))]);
    expect(b.firstUseMs).toEqual(closeTo(blend(at(4000), 5, [1000], share)));
    expect(a.gapMs).toEqual([{ value: 2000, probability: close(1) }]);
    expect(b.gapMs).toEqual(at(900));
    expect(a.durationMs).toEqual(closeTo(blend(at(0), 10, [2000], share)));
    expect(b.durationMs).toEqual(closeTo(blend(at(300), 5, [0], share)));
    expect(a.measured).toBeUndefined();
  });

  it('grows edges: b → a is new with the lag that was seen', () => {
    const { c, share } = takenIn();
    const [first, second] = c.edges as [Edge, Edge];
    expect([first.from, first.to, first.probability]).toEqual(['a', 'b', 1]);
    expect(second).toEqual({ from: 'b', to: 'a', probability: 1, lagMs: { p50: 1000, p90: 1000 } });
    // A step of 2 · max(4000 − 2000, |1000 − 2000|) · share / count, half of it down and a tenth down.
    const step = 4000 * (share / (10 + share));
    expect(first.lagMs).toEqual({ p50: close(2000 - step / 2), p90: close(4000 - step / 10) });
  });

  it('what ends is neither a use nor between two steps', () => {
    const told = [...sessionOf('a', 10_000), ...sessionOf('z', 10_500, { kind: 'command.ended' }), ...sessionOf('b', 18_000)];
    const [c] = updatePersonas(model, told, 77).components as [Component];
    expect(c.uses.map((u) => u.resource)).toEqual(['a', 'b']);
    // A step towards 8 s, of 2 · 6000 · 1 / 11, half up.
    expect(c.edges[0]?.lagMs.p50).toBeCloseTo(2000 + 6000 / 11, 0);
  });

  it('two lags of one session are two steps; gaps weigh by how often it came again', () => {
    const told = [...sessionOf('a b b', 0), ...sessionOf('a', 10_000), ...sessionOf('b', 19_000)];
    const [c] = updatePersonas(model, told, 77).components as [Component];
    const share = c.support - 10;
    const b = c.uses.find((u) => u.resource === 'b');
    expect(b?.gapMs).toEqual(closeTo(blend(at(900), 1, [1000, 17_000], share)));
    // Down by 2 · 2000 / 12 and its half, then up by 2 · (9000 − …) / 12 and its half.
    const rate = share / (10 + 2 * share);
    const low = 2000 - 0.5 * 4000 * rate;
    const high = 4000 - 0.1 * 4000 * rate;
    const wide = 2 * Math.max(high - low, 9000 - low) * rate;
    expect(c.edges[0]?.lagMs).toEqual({ p50: close(low + wide / 2), p90: close(high + 0.9 * wide) });
  });

  it('knows when, and how what was run ended', () => {
    const { c, share } = takenIn();
    expect([c.updatedAt, c.lastAt]).toEqual([77, 10_000]);
    expect(c.rhythm?.[72]).toBeCloseTo(share, 12);
    expect(c.outcomes).toEqual({ ended: 0, failed: 0 });
    const told = [
      ...session,
      ...sessionOf('c c c', 20_000, { kind: 'command.ended', ok: true }),
      ...sessionOf('c', 30_000, { kind: 'command.ended', ok: false }),
    ];
    const [d] = updatePersonas(modelOf({ ...sure, lastAt: 99_999, outcomes: { ended: 5, failed: 2 } }), told, 77, 3_600_000).components as [
      Component,
    ];
    expect(d.outcomes).toEqual({ ended: close(5 + 4 * share), failed: close(2 + share) });
    expect([d.lastAt, d.rhythm?.[73]]).toEqual([99_999, close(share)]);
  });
});

describe('a session that is another’s', () => {
  const other = componentOf(
    { q: 1 },
    {
      id: 'p2',
      weight: 0.5,
      unigram: { q: 1000, r: 1000 },
      total: 2000,
      initial: { q: 1000 },
      starts: 1000,
      transitions: { q: { total: 1000, to: { r: 1000 } }, r: { total: 1000, to: { q: 1000 } } },
      updatedAt: 3,
    },
  );
  it('changes only the weight', () => {
    const [, second] = updatePersonas(modelOf(sure, { ...other, weight: 0.02 }), sessionOf('a b a b'), 77).components as [
      Component,
      Component,
    ];
    expect(second.weight).toBeLessThan(0.02);
    expect({ ...second, weight: 0.02 }).toEqual({ ...other, weight: 0.02 });
  });

  it('in part, is taken in by that part, and does not move its last session', () => {
    const model = { ...modelOf(sure, { ...sure, id: 'p2', weight: 0.4 }), learntFrom: 10 };
    const [first, second] = updatePersonas(
      { ...model, components: [{ ...sure, weight: 0.55 }, model.components[1] as Component] },
      sessionOf('a b', 50_000),
      77,
    ).components as [Component, Component];
    // Both expect it alike: by their weights.
    const shares = [first.support - 10, second.support - 10] as const;
    expect(shares[0] / shares[1]).toBeCloseTo(0.55 / 0.4, 9);
    expect(shares[0] + shares[1]).toBeGreaterThan(0.999);
    expect([first.lastAt, second.lastAt]).toEqual([50_000, 0]);
    const [, known] = updatePersonas(
      {
        ...model,
        components: [
          { ...sure, weight: 0.55 },
          { ...(model.components[1] as Component), lastAt: 40 },
        ],
      },
      sessionOf('a b', 50_000),
      77,
    ).components as [Component, Component];
    expect(known.lastAt).toBe(40);
  });

  it('noise weighs a twentieth', () => {
    // As many of each in a persona and behind it: the shares are the weights.
    const flat = componentOf({}, { weight: 0.95, support: 10 });
    const [c] = updatePersonas({ ...modelOf(flat), background: {}, backgroundTotal: 0 }, sessionOf('x y'), 77).components as [Component];
    expect(c.support - 10).toBeCloseTo(0.95, 12);
  });
});

describe('durations that were measured', () => {
  const ended = (ms: number, resource = 'a'): Activity => ({ at: 5000, actor: 'me', resource, kind: 'command.ended', durationMs: ms });
  const taken = (uses: readonly Use[], ...more: readonly Activity[]) =>
    (updatePersonas(modelOf({ ...sure, uses }), [...sessionOf('a b'), ...more], 77).components[0] as Component).uses.find(
      (u) => u.resource === 'a',
    );
  const a: Use = { resource: 'a', probability: 1, again: 0, firstUseMs: at(0), gapMs: [], durationMs: at(800) };

  it('take the place of spans, and mix only with their own kind', () => {
    expect(taken([a], ended(60), ended(5, 'b'))).toMatchObject({ durationMs: at(60), measured: true });
    const more = taken([{ ...a, measured: true }], ended(60));
    expect(more?.durationMs.map((p) => p.value)).toEqual([60, 800]);
    expect(more?.durationMs[0]?.probability).toBeCloseTo(1 / 11, 3);
    expect(taken([{ ...a, measured: true }])).toMatchObject({ durationMs: at(800), measured: true });
    expect(taken([a])?.durationMs.map((p) => p.value)).toEqual([0, 800]);
  });
});

describe('quantiles of lags', () => {
  const stepped = (p50: number, p90: number, lagMs: number) => {
    const c = { ...sure, edges: [{ from: 'a', to: 'b', probability: 1, lagMs: { p50, p90 } }] };
    const session = [...sessionOf('a'), ...sessionOf('b', lagMs)];
    return (updatePersonas(modelOf(c), session, 77).components[0] as Component).edges[0]?.lagMs as Edge['lagMs'];
  };
  // The rate is 1 / 11, but for the share.
  it.each([
    ['above both', 1000, 2000, 5000, 1000 + 4000 / 11, 2000 + 7200 / 11],
    ['between', 1000, 2000, 1500, 1000 + 1000 / 11, 2000 - 200 / 11],
    ['on the median', 1000, 2000, 1000, 1000 - 1000 / 11, 2000 - 200 / 11],
    ['on the upper', 1000, 2000, 2000, 1000 + 1000 / 11, 2000 - 200 / 11],
    ['below both', 1000, 2000, 400, 1000 - 1000 / 11, 2000 - 200 / 11],
    ['never below 0', 10, 5000, 5, 0, 5000 - 998 / 11],
    ['never past each other', 1000, 1000, 3000, 1000 + 2000 / 11, 1000 + 3600 / 11],
    ['as they are where nothing is wide', 700, 700, 700, 700, 700],
  ])('%s', (_, p50, p90, lag, low, high) => {
    const got = stepped(p50, p90, lag);
    expect(Math.abs(got.p50 - low)).toBeLessThan(0.1);
    expect(Math.abs(got.p90 - high)).toBeLessThan(0.1);
  });

  it('step by a fiftieth at least, however much is known', () => {
    const many = { ...sure, transitions: { a: { total: 10_000, to: { b: 10_000 } } } };
    const session = [...sessionOf('a'), ...sessionOf('b', 3000)];
    const got = (updatePersonas(modelOf(many), session, 77).components[0] as Component).edges[0]?.lagMs;
    expect(got).toEqual({ p50: close(2000 + 0.02 * 2000), p90: close(4000 - 0.02 * 400) });
  });
});

describe('what is kept', () => {
  it('the eighty likeliest uses, equals by name; edges from one in ten on, sixty, by count and then by name', () => {
    const many = Array.from({ length: 81 }, (_, i) => `t${100 + i}`);
    const uses = many.map(
      (resource, i): Use => ({ resource, probability: i === 0 ? 0.06 : 0.5, again: 0, firstUseMs: [], gapMs: [], durationMs: [] }),
    );
    const got = (updatePersonas(modelOf({ ...sure, uses: [...uses].reverse() }), sessionOf('a b'), 77).components[0] as Component).uses;
    expect(got.map((u) => u.resource)).toEqual([...many.slice(1), 'a'].slice(0, 80).sort());
    const to = Object.fromEntries(many.map((t) => [t, 1]));
    const edges = many.map((t): Edge => ({ from: t, to: 'x', probability: 1, lagMs: { p50: 0, p90: 0 } }));
    const transitions = {
      ...Object.fromEntries(many.map((t, i) => [t, { total: 1 + (i % 2), to: { x: 1 + (i % 2) } }])),
      a: { total: 90, to: { b: 81, ...to } },
    };
    const kept = (
      updatePersonas(modelOf({ ...sure, transitions, edges: [...edges].reverse() }), sessionOf('a b a'), 77).components[0] as Component
    ).edges;
    expect(kept).toHaveLength(60);
    expect(kept[0]?.from).toBe('a');
    const [twos, ones] = [many.filter((_, i) => i % 2 === 1), many.filter((_, i) => i % 2 === 0)];
    expect(kept.slice(1).map((e) => e.from)).toEqual([...twos, ...ones].slice(0, 59));
  });

  it('an edge that one in ten no longer takes is gone; steps to itself do not count as leaving', () => {
    const edges: Edge[] = [{ from: 'a', to: 'rare', probability: 0.1, lagMs: { p50: 0, p90: 0 } }];
    const of = (total: number, itself: number) => {
      const transitions = { a: { total, to: { rare: 2, ...(itself > 0 ? { a: itself } : {}) } } };
      return (updatePersonas(modelOf({ ...sure, edges, transitions }), sessionOf('a b'), 77).components[0] as Component).edges.map(
        (e) => e.to,
      );
    };
    expect(of(18.9, 0)).toContain('rare');
    expect(of(19.1, 0)).not.toContain('rare');
    expect(of(38.9, 20)).toContain('rare');
  });
});

describe('many sessions taken in at once', () => {
  it('come to these figures on sessions of our own (any change of the learning shows here; mean it)', () => {
    const all = plantedSessions(60, 5);
    const first = learnPersonas(
      all.slice(0, 40).map((s) => s.activities),
      { now: 1, seed: 1 },
    );
    const model = all.slice(40).reduce((m, s) => updatePersonas(m, s.activities, 2), first);
    expect(model.backgroundTotal).toBe(all.reduce((sum, s) => sum + tokensOf(s.activities).length, 0));
    const told = model.components.map(({ name, weight, support, total, uses, edges }) => [
      name,
      ...[
        weight,
        support,
        total,
        uses.reduce((sum, u) => sum + u.probability, 0),
        edges.reduce((sum, e) => sum + e.probability * (e.lagMs.p50 + e.lagMs.p90), 0),
      ].map((x) => Number(x.toPrecision(7))),
    ]);
    expect(told).toEqual([
      ['Database reports', 0.5571876, 33.43126, 319.5784, 4.461828, 845426.1],
      ['Kubernetes', 0.2007724, 12.04635, 115.5676, 4.405989, 952335],
      ['Web tests', 0.1844002, 11.06401, 111.697, 4.528773, 939551],
      ['Data science', 0.05090635, 3.05438, 28.47459, 4.017819, 715881.5],
    ]);
  });
});
