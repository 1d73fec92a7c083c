import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { createMarkov } from '../../../src/learn/sequence/markov.ts';
import type { NextModel, PooledModel } from '../../../src/learn/sequence/nextModel.ts';
import { createPersonalAndPooled, createPooledPpm, createPpm } from '../../../src/learn/sequence/ppm.ts';
import { madeOccasion, madeSequence, ranksBy, type Told, toldBy } from './made.ts';

/** One symbol, what its actor did before it, and whose it was. */
interface Event {
  readonly symbol: number;
  readonly history: readonly number[];
  readonly actor: number;
}
type Counts = ReadonlyMap<number, { readonly count: number; readonly lastAt: number }>;

/** What followed the last `order` symbols of `history` among events with at least as long a history: by reading all of them. */
function followers(events: readonly Event[], history: readonly number[], order: number): Counts {
  const counts = new Map<number, { count: number; lastAt: number }>();
  if (history.length < order) return counts;
  const context = history.slice(history.length - order).join(' ');
  for (const [lastAt, event] of events.entries()) {
    if (event.history.length < order || event.history.slice(event.history.length - order).join(' ') !== context) continue;
    counts.set(event.symbol, { count: (counts.get(event.symbol)?.count ?? 0) + 1, lastAt });
  }
  return counts;
}

/** PPM-C with exclusion as Moffat has it: in each context, what no context before it had shares `left` by n / (Σ n + kinds). */
function naivePpm(contexts: readonly Counts[], known: number): { p: number[]; level: number[]; at: number[]; left: number } {
  const [p, level, at] = [Array(known).fill(0), Array(known).fill(-1), Array(known).fill(-1)] as [number[], number[], number[]];
  let left = 1;
  for (const [i, context] of contexts.entries()) {
    const fresh = [...context].filter(([symbol]) => level[symbol] === -1);
    const total = fresh.reduce((sum, [, { count }]) => sum + count, 0);
    for (const [symbol, { count, lastAt }] of fresh) {
      p[symbol] = (left * count) / (total + fresh.length);
      level[symbol] = contexts.length - i;
      at[symbol] = lastAt;
    }
    if (fresh.length > 0) left *= fresh.length / (total + fresh.length);
  }
  return { p, level, at, left };
}

type Ties = 'by context' | 'in favour';
function naiveTold(contexts: readonly Counts[], known: number, ties: Ties): Told {
  const { p, level, at, left } = naivePpm(contexts, known);
  const close = (a: number, b: number): boolean => Math.abs((p[a] as number) - (p[b] as number)) < 1e-9;
  const before = (a: number, b: number): boolean => {
    if (!close(a, b)) return (p[a] as number) > (p[b] as number);
    if (ties === 'in favour') return false;
    if (level[a] !== level[b]) return (level[a] as number) > (level[b] as number);
    return (at[a] as number) > (at[b] as number);
  };
  return { p, ranks: ranksBy(known, before), ofNew: left };
}

function expectSame(model: NextModel, naive: Told): void {
  const told = toldBy(model, naive.p.length);
  for (const [s, p] of naive.p.entries()) expect(told.p[s], `symbol ${s}`).toBeCloseTo(p as number, 12);
  expect(told.ofNew).toBeCloseTo(naive.ofNew as number, 12);
  expect(told.ranks).toEqual(naive.ranks);
}

describe.each([1, 2, 3])('ppm of order %i', (order) => {
  it('says what a naive one says, at each of 60 steps of four sequences', () => {
    for (let seed = 0; seed < 4; seed++) {
      const sequence = madeSequence(60, 100 + seed);
      const model = createPpm(order);
      const events: Event[] = [];
      for (const [i, symbol] of sequence.entries()) {
        model.observe(symbol, madeOccasion(i));
        events.push({ symbol, history: sequence.slice(0, i), actor: 0 });
        const history = sequence.slice(0, i + 1);
        const contexts = Array.from({ length: order + 1 }, (_, o) => followers(events, history, order - o));
        expectSame(model, naiveTold(contexts, Math.max(...history) + 1, 'by context'));
      }
    }
  });
});

/** Replays what three actors do in turn by chance, and compares all three views at every step. */
function comparePooled(
  pooled: PooledModel,
  contextsOf: (events: readonly Event[], actor: number, own: readonly number[]) => readonly Counts[],
): void {
  const random = randomFrom(5);
  const views = [0, 1, 2].map((actor) => pooled.of(`${actor}`));
  const histories: number[][] = [[], [], []];
  const events: Event[] = [];
  let known = 0;
  for (const [i, symbol] of madeSequence(120, 9).entries()) {
    const actor = Math.floor(random() * 3);
    views[actor]?.observe(symbol, madeOccasion(i));
    events.push({ symbol, actor, history: [...(histories[actor] as number[])] });
    (histories[actor] as number[]).push(symbol);
    known = Math.max(known, symbol + 1);
    for (const [who, view] of views.entries())
      expectSame(view, naiveTold(contextsOf(events, who, histories[who] as number[]), known, 'in favour'));
  }
}

describe('ppm of many actors', () => {
  it.each([1, 3])('of order %i counts everybody after an actor’s own last symbols, as a naive one', (order) => {
    comparePooled(createPooledPpm(order), (events, _, own) =>
      Array.from({ length: order + 1 }, (__, o) => followers(events, own, order - o)),
    );
  });

  it('personal+pooled asks own 2, own 1, pooled 2, pooled 1, own 0, pooled 0, as a naive one', () => {
    comparePooled(createPersonalAndPooled(), (events, actor, own) => {
      const mine = events.filter((e) => e.actor === actor);
      return [followers(mine, own, 2), followers(mine, own, 1), followers(events, own, 2), followers(events, own, 1)].concat([
        followers(mine, own, 0),
        followers(events, own, 0),
      ]);
    });
  });

  it('ranks equals in favour of whichever is asked for, unless told to look at contexts', () => {
    const ranks = (ties: Ties) => {
      const model = createPooledPpm(1, ties).of('');
      for (const [i, symbol] of [0, 1].entries()) model.observe(symbol, madeOccasion(i));
      return [0, 1].map((s) => model.score(s).rank);
    };
    expect(ranks('in favour')).toEqual([1, 1]);
    expect(ranks('by context')).toEqual([2, 1]);
  });
});

/** The first of the contexts that knows one of two decides: by count, then by recency there. */
function naiveMarkovRanks(contexts: readonly Counts[], known: number): readonly number[] {
  return ranksBy(known, (a, b) => {
    const context = contexts.find((c) => c.has(a) || c.has(b)) as Counts;
    const [x, y] = [context.get(a), context.get(b)];
    if (!x || !y) return x !== undefined;
    return x.count !== y.count ? x.count > y.count : x.lastAt > y.lastAt;
  });
}

describe.each([1, 2])('markov of order %i', (order) => {
  it('ranks as a naive one, with the probabilities of ppm', () => {
    for (let seed = 0; seed < 4; seed++) {
      const sequence = madeSequence(60, 300 + seed);
      const [model, ppm] = [createMarkov(order), createPpm(order)];
      const events: Event[] = [];
      for (const [i, symbol] of sequence.entries()) {
        for (const each of [model, ppm]) each.observe(symbol, madeOccasion(i));
        events.push({ symbol, history: sequence.slice(0, i), actor: 0 });
        const history = sequence.slice(0, i + 1);
        const known = Math.max(...history) + 1;
        const contexts = Array.from({ length: order + 1 }, (_, o) => followers(events, history, order - o));
        const told = toldBy(model, known);
        expect(told.ranks).toEqual(naiveMarkovRanks(contexts, known));
        const other = toldBy(ppm, known);
        expect([told.p, told.ofNew]).toEqual([other.p, other.ofNew]);
      }
    }
  });
});

it('a model that has seen nothing holds everything for new', () => {
  for (const model of [createPpm(3), createMarkov(2), createPersonalAndPooled().of('')]) expect(model.newProbability()).toBe(1);
});
