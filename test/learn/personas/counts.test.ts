import { describe, expect, it } from 'vitest';
import type { Activity } from '../../../src/domain/index.ts';
import { tokenOf } from '../../../src/learn/personaModel.ts';
import { bagsOf, rowsOf, sampleOf } from '../../../src/learn/personas/bags.ts';
import { chainOf, unigramOf } from '../../../src/learn/personas/chain.ts';
import { encode } from '../../../src/learn/personas/encode.ts';
import { logGamma } from '../../../src/learn/personas/logGamma.ts';
import { measured, measuresOf } from '../../../src/learn/personas/measures.ts';
import { vectorsOf } from '../../../src/learn/personas/vectors.ts';
import { randomFrom } from '../../../src/learn/random.ts';
import { encodedOf, plain, sessionOf } from './made.ts';

describe('encode', () => {
  it('numbers tokens in the order of first use, and leaves out what ends', () => {
    const sessions = [sessionOf('a b a'), [], [...sessionOf('c', 5000, { kind: 'command.ended' }), ...sessionOf('b', 7000)]];
    const { symbols, offsets, ids, at } = encode(sessions, tokenOf);
    expect(symbols).toEqual(['a', 'b']);
    expect([[...offsets], [...ids], [...at]]).toEqual([
      [0, 3, 3, 4],
      [0, 1, 0, 1],
      [0, 1000, 2000, 7000],
    ]);
  });
});

describe('bags', () => {
  it('weigh 1 + ln n, and know only what two sessions share', () => {
    const bags = bagsOf(encodedOf('a b a x', 'b a', 'y'));
    expect([bags.size, [...bags.offsets], [...bags.tokens], [...bags.sessionsWith], rowsOf(bags)]).toEqual([
      2,
      [0, 2, 4, 4],
      [0, 1, 1, 0],
      [2, 2],
      3,
    ]);
    expect([...bags.weights]).toEqual([1 + Math.log(2), 1, 1, 1]);
  });

  it('renumber what is shared in the order of first use', () => {
    const bags = bagsOf(encodedOf('x c b', 'b c c', 'y b'));
    expect([[...bags.tokens], [...bags.sessionsWith]]).toEqual([
      [0, 1, 1, 0, 1],
      [2, 3],
    ]);
  });

  it('know the 2000 tokens that most sessions have', () => {
    const many = Array.from({ length: 2001 }, (_, i) => `t${i}`);
    // All in two sessions but t7, which is in three: the last of those that are equally often, t2000, is left out.
    const bags = bagsOf(encodedOf(many.join(' '), many.join(' '), 't7'));
    expect(bags.size).toBe(2000);
    expect(bags.sessionsWith[7]).toBe(3);
    expect([...bags.tokens.slice(0, 2000)]).toEqual(Array.from({ length: 2000 }, (_, i) => i));
    expect(bagsOf(encodedOf(many.slice(1).join(' '), many.slice(1).join(' '))).size).toBe(2000);
    const turned = bagsOf(encodedOf(many.join(' '), many.join(' '), 't2000'));
    expect([turned.size, turned.sessionsWith[1999], turned.sessionsWith[1998]]).toEqual([2000, 3, 2]);
  });

  it('are sampled evenly where there are more than asked for', () => {
    const bags = bagsOf(encodedOf('a', 'a b', 'b', 'b a', 'a'));
    expect(sampleOf(bags, 5)).toBe(bags);
    expect(sampleOf(bags, 6)).toBe(bags);
    const some = sampleOf(bags, 4);
    expect([[...some.offsets], [...some.tokens], [...some.weights]]).toEqual([
      [0, 1, 2, 3],
      [0, 1, 0],
      [1, 1, 1],
    ]);
    expect([some.size, some.sessionsWith]).toEqual([bags.size, bags.sessionsWith]);
    expect(rowsOf(sampleOf(bags, 2))).toBe(2);
  });
});

describe('vectors', () => {
  it('are weight · ln((sessions + 1) / sessions with it), of length 1', () => {
    const [first, second, third] = vectorsOf(bagsOf(encodedOf('a a b', 'a', 'b a', 'z'))) as [number[], number[], number[]];
    // Of four sessions three have a, which takes the first column; two have b.
    const [a, b] = [(1 + Math.log(2)) * Math.log(5 / 3), Math.log(5 / 2)];
    expect(first).toEqual([expect.closeTo(a / Math.hypot(a, b), 12), expect.closeTo(b / Math.hypot(a, b), 12)]);
    expect(second).toEqual([1, 0]);
    expect(third[0]).toBeCloseTo(Math.log(5 / 3) / Math.hypot(Math.log(5 / 3), b), 12);
    expect(vectorsOf(bagsOf(encodedOf('a', 'a', 'z')))[2]).toEqual([0]);
  });

  it('have the commonest first, among equals the first used, and room for 400', () => {
    expect(vectorsOf(bagsOf(encodedOf('b a', 'a', 'a b', 'c b', 'c a')))[1]).toEqual([1, 0, 0]);
    const many = Array.from({ length: 401 }, (_, i) => `t${i}`).join(' ');
    const [vector] = vectorsOf(bagsOf(encodedOf(many, many, 'z'))) as [number[]];
    expect(vector).toHaveLength(400);
    expect(vector.every((x) => Math.abs(x - 0.05) < 1e-12)).toBe(true);
  });
});

describe('chains', () => {
  it('of whole sessions: a b a, b, counted by hand', () => {
    const encoded = encodedOf('a b a', '', 'b');
    expect(plain(unigramOf(encoded))).toEqual({ unigram: { a: 2, b: 2 }, total: 4 });
    expect(plain(chainOf(encoded, Float64Array.of(1, 1, 1)))).toEqual({
      unigram: { a: 2, b: 2 },
      total: 4,
      initial: { a: 1, b: 1 },
      starts: 2,
      transitions: { a: { total: 1, to: { b: 1 } }, b: { total: 1, to: { a: 1 } } },
    });
  });

  it('weigh sessions by their share, from a thousandth on', () => {
    const chain = plain(chainOf(encodedOf('a b', 'a c', 'd a'), Float64Array.of(0.5, 0.25, 0.001)));
    expect(chain).toEqual({
      unigram: { a: 0.75, b: 0.5, c: 0.25 },
      total: 1.5,
      initial: { a: 0.75 },
      starts: 0.75,
      transitions: { a: { total: 0.75, to: { b: 0.5, c: 0.25 } } },
    });
    expect(chainOf(encodedOf('d a'), Float64Array.of(0.0011)).starts).toBe(0.0011);
  });

  it('keep the 20 000 commonest tokens; where too many are equally rare, none of those; totals stay whole', () => {
    const tokens = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `t${from + i}`).join(' ');
    const named = (...sessions: string[]) => Object.keys(unigramOf(encodedOf(...sessions)).unigram).length;
    expect(named(tokens(0, 20_000))).toBe(20_000);
    // 20 001 alike are kept, since they are not more than twice as many; of 40 001 alike none is.
    expect(named(tokens(0, 20_001))).toBe(20_001);
    expect(named(tokens(0, 40_001))).toBe(0);
    // 19 999 occur twice: they stay, and so do 10 000 that occur once, but not 30 000.
    expect(named(tokens(0, 29_999), tokens(0, 19_999))).toBe(29_999);
    expect(named(tokens(0, 49_999), tokens(0, 19_999))).toBe(19_999);
    expect(named(tokens(0, 49_999), tokens(0, 20_000))).toBe(20_000);
    expect(unigramOf(encodedOf(tokens(0, 40_001))).total).toBe(40_001);
  });
});

describe('measures', () => {
  const timed: readonly Activity[] = [
    { at: 0, actor: 'a', resource: 'db', durationMs: 2000, bytes: 500_000, ok: true },
    { at: 1, actor: 'a', resource: 'db', durationMs: 0, bytes: 10, ok: false },
    { at: 2, actor: 'a', resource: 'test', durationMs: 700 },
    { at: 3, actor: 'a', resource: 'test', ok: false, bytes: 9 },
    { at: 4, actor: 'a', resource: 'ls' },
  ];
  const measures = () => measuresOf([timed, [timed[2] as Activity], []]);

  it('count how what was run ended, by session', () => {
    expect([[...measures().ended], [...measures().failed]]).toEqual([
      [3, 0, 0],
      [2, 0, 0],
    ]);
  });

  it('know durations, and 500 kB in 2 s as 2 Mbit/s; in no time nothing', () => {
    expect(measures().uses.get('db')).toEqual([
      { session: 0, durationMs: 2000, mbps: 2 },
      { session: 0, durationMs: 0 },
    ]);
    expect(measures().uses.get('test')).toEqual([
      { session: 0, durationMs: 700 },
      { session: 1, durationMs: 700 },
    ]);
    expect([...measures().uses.keys()]).toEqual(['db', 'test']);
  });

  it('are a persona’s where more than half of a session is its own', () => {
    const of = (resource: string, ...share: number[]) => measured(measures(), resource, Float64Array.from(share));
    expect(of('db', 0.51, 0, 0)).toEqual({
      durationMs: [
        { value: 0, probability: 0.5 },
        { value: 2000, probability: 0.5 },
      ],
      measured: true,
      bandwidthMbps: [{ value: 2, probability: 1 }],
    });
    expect(of('test', 0.5, 0.6, 1)).toEqual({ durationMs: [{ value: 700, probability: 1 }], measured: true });
    expect([of('db', 0.5, 1, 1), of('ls', 1, 1, 1), of('unheard', 1, 1, 1)]).toEqual([undefined, undefined, undefined]);
  });
});

describe('logGamma', () => {
  it('is the logarithm of the factorial, on both sides of where the series begins', () => {
    let log = 0;
    for (let n = 1; n <= 40; n++) {
      expect(logGamma(n)).toBeCloseTo(log, 9);
      log += Math.log(n);
    }
  });

  it('follows the recurrence Γ(x + 1) = x Γ(x), and reflection Γ(x) Γ(1 − x) = π / sin πx', () => {
    for (let x = 0.05; x < 20; x += 0.137) expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 9);
    for (const x of [0.1, 0.3, 0.5, 0.8]) expect(logGamma(x) + logGamma(1 - x)).toBeCloseTo(Math.log(Math.PI / Math.sin(Math.PI * x)), 9);
  });
});

describe('chance', () => {
  it('is mulberry32: the first numbers of seeds 1 and 7 by its published steps', () => {
    const naive = (seed: bigint) => {
      const word = (x: bigint) => BigInt.asUintN(32, x);
      const state = word(seed + 0x6d2b79f5n);
      let t = word((state ^ (state >> 15n)) * (state | 1n));
      t = word(t ^ (t + word((t ^ (t >> 7n)) * (t | 61n))));
      return Number(word(t ^ (t >> 14n))) / 2 ** 32;
    };
    expect(randomFrom(1)()).toBe(naive(1n));
    expect(randomFrom(7)()).toBe(naive(7n));
    expect(randomFrom(-1)()).toBe(naive(BigInt.asUintN(32, -1n)));
  });
});
