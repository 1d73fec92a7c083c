import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import {
  backgroundProbability,
  type ChainCounts,
  countOf,
  countTokens,
  noiseOf,
  normaliseLogs,
  type PersonaModel,
  sum,
  tokenLogProbability,
  tokenOf,
  tokensOf,
} from '../../src/learn/personaModel.ts';
import { componentOf, plain } from './personas/made.ts';

const activity = (kind?: string): Activity => ({ at: 0, actor: 'a', resource: 'x', ...(kind === undefined ? {} : { kind }) });

describe('the token of an activity', () => {
  it.each([
    [undefined, 'x'],
    ['command.started', 'x'],
    ['command.ended', undefined],
    ['connection.closed', undefined],
    ['ended.command', 'x'],
    ['closed', 'x'],
    ['ended', 'x'],
    ['file.closed.again', 'x'],
  ])('of kind %s is %s', (kind, token) => {
    expect(tokenOf(activity(kind))).toBe(token);
    expect(tokensOf([activity(kind), activity()])).toEqual(token === undefined ? ['x'] : ['x', 'x']);
  });
});

describe('counts', () => {
  it('are only those of own keys', () => {
    expect([countOf({ a: 2 }, 'a'), countOf({ a: 2 }, 'b'), countOf({}, 'constructor')]).toEqual([2, 0, 0]);
    expect(plain(countTokens([['a', 'b', 'a'], [], ['b', 'constructor']]))).toEqual({ a: 2, b: 2, constructor: 1 });
  });
  it('sum', () => expect([sum([]), sum([1, 2, 4])]).toEqual([0, 7]));
});

describe('probabilities of a chain', () => {
  const background = { a: 3, b: 1 };
  const chain: ChainCounts = {
    unigram: { a: 2, b: 2 },
    total: 4,
    initial: { a: 1 },
    starts: 1,
    transitions: { a: { total: 2, to: { b: 2 } } },
  };
  const p = (before: string | undefined, token: string) => Math.exp(tokenLogProbability(chain, before, token, background, 4));

  it('by hand: background (n + 1/2) / (1.5 · 4 + 1/2), unigram with 1 of it, transitions with 2 of that', () => {
    expect(backgroundProbability('a', background, 4)).toBeCloseTo(3.5 / 6.5, 12);
    expect(backgroundProbability('zz', background, 4)).toBeCloseTo(0.5 / 6.5, 12);
    const [a, b] = [(2 + 3.5 / 6.5) / 5, (2 + 1.5 / 6.5) / 5];
    expect(p('a', 'b')).toBeCloseTo((2 + 2 * b) / 4, 12);
    expect(p('a', 'a')).toBeCloseTo((2 * a) / 4, 12);
    // Nothing is known of what follows b: the unigram; and a session begins with a.
    expect(p('b', 'a')).toBeCloseTo(a, 12);
    expect(p('toString', 'a')).toBeCloseTo(a, 12);
    expect(p(undefined, 'a')).toBeCloseTo((1 + 2 * a) / 3, 12);
    expect(p(undefined, 'b')).toBeCloseTo((2 * b) / 3, 12);
  });
});

describe('normalised logarithms', () => {
  it('are shares and the logarithm of the sum, however small', () => {
    const { shares, log } = normaliseLogs([Math.log(1), Math.log(3)].map((x) => x - 5000));
    expect(shares).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)]);
    expect(log).toBeCloseTo(Math.log(4) - 5000, 9);
    expect(normaliseLogs([-2000, 0])).toEqual({ shares: [0, 1], log: 0 });
  });
});

it('noise is what the weights leave, never less than nothing', () => {
  const of = (...weights: number[]) =>
    noiseOf({ components: weights.map((weight) => componentOf({}, { weight })) } as unknown as PersonaModel);
  expect([of(), of(0.25, 0.5), of(0.7, 0.4)]).toEqual([1, 0.25, 0]);
});
