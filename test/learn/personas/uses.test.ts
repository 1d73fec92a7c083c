import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../src/learn/personaModel.ts';
import { blend } from '../../../src/learn/personas/blend.ts';
import { encode } from '../../../src/learn/personas/encode.ts';
import { measuresOf } from '../../../src/learn/personas/measures.ts';
import { provisioningOrder } from '../../../src/learn/personas/provisioningOrder.ts';
import { rhythmOf, smoothed, withHour } from '../../../src/learn/personas/rhythm.ts';
import { edgesOf, usesOf } from '../../../src/learn/personas/uses.ts';
import { encodedOf, sessionOf } from './made.ts';

const NOTHING = measuresOf([]);
const times = (n: number, of: string) => Array.from({ length: n }, () => of);
const at = (value: number) => [{ value, probability: 1 }];

describe('uses', () => {
  it('by hand: a b a (all its own) and b (half): a in 1 of 1.5, again in all of these', () => {
    const uses = usesOf(encodedOf('a b a', 'b', '', 'c'), Float64Array.of(1, 0.5, 1, 0.05), NOTHING);
    expect(uses).toEqual([
      {
        resource: 'b',
        probability: 1,
        again: 0,
        firstUseMs: [
          { value: 0, probability: 0.5 },
          { value: 1000, probability: 0.5 },
        ],
        gapMs: [],
        durationMs: at(0),
      },
      { resource: 'a', probability: 2 / 3, again: 1, firstUseMs: at(0), gapMs: at(2000), durationMs: at(2000) },
    ]);
  });

  it('gaps are between neighbours, spans from the first to the last', () => {
    const [a] = usesOf(encodedOf('a a b a'), Float64Array.of(1), NOTHING);
    expect(a?.gapMs).toEqual([
      { value: 1000, probability: 0.5 },
      { value: 2000, probability: 0.5 },
    ]);
    expect(a?.durationMs).toEqual(at(3000));
  });

  it('again is the share of its sessions in which it came again', () => {
    const [a] = usesOf(encodedOf('a a', 'a', 'a', 'a a a'), Float64Array.of(1, 0.5, 0.5, 1), NOTHING);
    expect(a?.again).toBeCloseTo(2 / 3, 12);
  });

  it('are those of one session in twenty, the 80 likeliest, equals by name', () => {
    const of = (n: number) => usesOf(encodedOf('rare', ...times(n - 1, 'a')), new Float64Array(n).fill(1), NOTHING).map((u) => u.resource);
    expect(of(20)).toEqual(['a', 'rare']);
    expect(of(21)).toEqual(['a']);
    const many = Array.from({ length: 81 }, (_, i) => `t${90 - i}`);
    const kept = usesOf(encodedOf(many.join(' '), 't90 t10'), Float64Array.of(1, 1), NOTHING).map((u) => u.resource);
    expect(kept).toEqual(['t10', 't90', ...many.slice(1, -1).sort().slice(0, 78)]);
  });

  it('take measured durations over spans', () => {
    const sessions = [[...sessionOf('a b'), ...sessionOf('a', 9000, { kind: 'command.ended', durationMs: 40, bytes: 5000 })]];
    const [a, b] = usesOf(encode(sessions, tokenOf), Float64Array.of(1), measuresOf(sessions));
    expect([a?.durationMs, a?.measured, a?.bandwidthMbps]).toEqual([at(40), true, at(1)]);
    expect(b).not.toHaveProperty('measured');
  });

  it('are none of what has no session of its own', () => expect(usesOf(encodedOf('a b'), Float64Array.of(0.05), NOTHING)).toEqual([]));
});

describe('edges', () => {
  it('by hand: a → b in two of three, with their lags; steps to itself do not count', () => {
    const edges = edgesOf(encodedOf('a b', 'a a b', 'a c', 'x y'), Float64Array.of(1, 1, 1, 0.05));
    expect(edges).toEqual([
      { from: 'a', to: 'b', probability: 2 / 3, lagMs: { p50: 1000, p90: 1000 } },
      { from: 'a', to: 'c', probability: 1 / 3, lagMs: { p50: 1000, p90: 1000 } },
    ]);
  });

  it('weigh sessions, from a twentieth on', () => {
    const [first, second] = edgesOf(encodedOf('a b', 'a c'), Float64Array.of(0.2, 0.6));
    expect([first?.to, first?.probability, second?.to]).toEqual(['c', expect.closeTo(0.75, 12), 'b']);
  });

  it('lags: of ten, the sixth and the tenth; in any order', () => {
    const sessions = [7, 3, 10, 1, 4, 9, 2, 8, 6, 5].map((lag) => [...sessionOf('a'), ...sessionOf('b', lag * 1000)]);
    expect(edgesOf(encode(sessions, tokenOf), new Float64Array(10).fill(1))[0]?.lagMs).toEqual({ p50: 6000, p90: 10_000 });
  });

  it('are those that one in ten takes, the 60 commonest, equals in the order of first use', () => {
    const of = (n: number) => edgesOf(encodedOf('a c', ...times(n - 1, 'a b')), new Float64Array(n).fill(1)).map((e) => e.to);
    expect(of(10)).toEqual(['b', 'c']);
    expect(of(11)).toEqual(['b']);
    const pairs = Array.from({ length: 61 }, (_, i) => `f${i} t${i}`);
    const kept = edgesOf(encodedOf(...pairs, 'f60 t60'), new Float64Array(62).fill(1)).map((e) => e.from);
    expect(kept).toEqual(['f60', ...Array.from({ length: 59 }, (_, i) => `f${i}`)]);
  });
});

describe('blend by hand', () => {
  it('weighs what was known by how often it was seen', () => {
    expect(blend(at(10), 3, [20], 1)).toEqual([
      { value: 10, probability: 0.75 },
      { value: 20, probability: 0.25 },
    ]);
    expect(blend(at(10), 1, [4, 20], 0.5)).toEqual([
      { value: 4, probability: 0.25 },
      { value: 10, probability: 0.5 },
      { value: 20, probability: 0.25 },
    ]);
  });

  it('knows nothing of an empty distribution, however often it is said to be seen', () => {
    expect(blend([], 7, [5], 0.3)).toEqual(at(5));
    expect(blend(at(10), 3, [], 1)).toEqual(at(10));
  });

  it('merges equals, and beyond twelve points the nearest two, the first of equally near ones', () => {
    expect(blend(at(10), 1, [10, 10], 1)).toEqual([{ value: 10, probability: expect.closeTo(1, 12) }]);
    const twelve = Array.from({ length: 12 }, (_, i) => 10 * i);
    expect(blend([], 0, twelve, 1)).toHaveLength(12);
    const thirteen = blend([], 0, [...twelve, 52], 1);
    expect(thirteen.map((p) => p.value)).toEqual([0, 10, 20, 30, 40, 51, 60, 70, 80, 90, 100, 110]);
    expect(thirteen[5]?.probability).toBeCloseTo(2 / 13, 12);
    expect(blend([], 0, [...twelve, 120], 1).map((p) => p.value)).toEqual([5, ...twelve.slice(2), 120]);
    expect(blend([], 0, [...twelve, 117], 1).at(-1)?.value).toBeCloseTo(113.5, 12);
    // Three of weight 1 at 51 and one at 54: their mean by weight.
    const heavy = blend(thirteen, 13, [54], 1);
    expect(heavy.find((p) => p.value > 50 && p.value < 60)?.value).toBeCloseTo((2 * 51 + 54) / 3, 12);
  });

  it('of what weighs nothing keeps the first value', () => expect(blend([{ value: 3, probability: 0 }], 1, [3], 1)[0]?.value).toBe(3));
});

describe('rhythm by hand', () => {
  it('adds a session’s share to its hour, of a model without a rhythm too', () => {
    const one = withHour(undefined, 5, 0.5);
    expect([one.length, one[5], one.reduce((a, b) => a + b)]).toEqual([168, 0.5, 0.5]);
    const two = withHour(one, 5, 1);
    expect([one[5], two[5]]).toEqual([0.5, 1.5]);
  });

  it('of all sessions at once', () => {
    const hours = rhythmOf(Float64Array.of(1, 0, 0.5, 0.25), (s) => [7, 8, 7, 9][s] as number);
    expect([hours.length, hours[7], hours[8], hours[9], hours.reduce((a, b) => a + b)]).toEqual([168, 1.5, 0, 0.25, 1.75]);
  });

  it('smears 1/4, 1/2, 1/4 around the hour, over the turn of the week, with four even sessions', () => {
    const hours = smoothed(rhythmOf(Float64Array.of(4), () => 167));
    const even = 4 / 168 / 8;
    expect([hours[165], hours[166], hours[167], hours[0], hours[1]]).toEqual(
      [0, 1 / 8, 2 / 8, 1 / 8, 0].map((x) => expect.closeTo(x + even, 12)),
    );
    expect(smoothed(rhythmOf(Float64Array.of(4), () => 0))[167]).toBeCloseTo(1 / 8 + even, 12);
  });
});

describe('an order to provision in', () => {
  const arc = (from: string, to: string, probability: number) => ({ from, to, probability });
  it('among equals the arcs’ names decide, whatever their order', () => {
    const arcs = [arc('a', 'b', 0.5), arc('b', 'a', 0.5)];
    for (const all of [arcs, [...arcs].reverse()])
      expect(provisioningOrder(['b', 'a'], all)).toEqual({ order: ['a', 'b'], dropped: [arcs[1]] });
  });

  it('what waits for two waits for both; who is free first in the given order goes first', () => {
    const arcs = [arc('x', 'z', 0.9), arc('y', 'z', 0.8), arc('z', 'w', 0.7)];
    expect(provisioningOrder(['w', 'z', 'y', 'x', 'v'], arcs).order).toEqual(['y', 'x', 'z', 'w', 'v']);
  });

  it('finds a cycle along every branch', () => {
    const arcs = [
      arc('a', 'b', 0.9),
      arc('a', 'c', 0.9),
      arc('b', 'd', 0.9),
      arc('c', 'd', 0.9),
      arc('d', 'e', 0.9),
      arc('e', 'a', 0.1),
      arc('e', 'b', 0.2),
    ];
    const { order, dropped } = provisioningOrder([], arcs);
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(dropped).toEqual([arc('e', 'b', 0.2), arc('e', 'a', 0.1)]);
  });
});
