import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../../src/learn/random.ts';
import { confidenceOf, type Evidence, NOVEL, type Novelty, type Outcomes } from '../../../../src/learn/sequence/blend/evidence.ts';
import { createLadderTree, Ladder, type LadderShape } from '../../../../src/learn/sequence/blend/ladder.ts';
import { Recency } from '../../../../src/learn/sequence/blend/recency.ts';
import { createTrail, follow, type Trail } from '../../../../src/learn/sequence/blend/trail.ts';
import { madeSequence } from '../made.ts';

const SHAPE: LadderShape = { path: (trail) => trail.symbols, order: 2, decay: 0.9, strength: 3, weights: [1, 1, 1] };
const outcomesOf = (known: number, used: ReadonlySet<number>): Outcomes => ({
  known,
  ofNew: 0.2,
  ofEach: 0.8 / known,
  novel: [known, ...Array.from({ length: known }, (_, s) => s).filter((s) => !used.has(s))],
});
const saidOf = (evidence: Evidence): Map<number, number> => {
  const said = new Map<number, number>();
  for (const [i, outcome] of evidence.outcomes.entries()) said.set(outcome, (said.get(outcome) ?? 0) + (evidence.logRatios[i] as number));
  return said;
};

describe('a ladder by hand', () => {
  /** A ladder that has learnt so much: the first symbol is new to all, later ones are not. */
  const learnt = (...symbols: readonly number[]): Ladder => {
    const trail = createTrail();
    const ladder = new Ladder(SHAPE, createLadderTree(SHAPE), 'to all');
    for (const [i, symbol] of symbols.entries()) {
      ladder.learn(symbol, i === 0 ? 'new to all' : 'used before');
      follow(trail, symbol, { at: 0, workspace: 0 });
      ladder.follow(trail);
    }
    ladder.consider(outcomesOf(1, new Set([0])));
    return ladder;
  };

  it('says nothing before anything was learnt', () => expect(learnt().evidence.map((e) => e.outcomes)).toEqual([[], [], []]));

  it('order 0 after one new symbol: 0 counts 0.9, new counts 1, each over 3 × what was believed', () => {
    const [any, after0] = learnt(0).evidence as [Evidence, Evidence];
    expect(any.outcomes).toEqual([0, 1]);
    expect(any.logRatios[0]).toBeCloseTo(Math.log(1 + 0.9 / (3 * 0.8)), 12);
    expect(any.logRatios[1]).toBeCloseTo(Math.log(1 + 1 / (3 * 0.2)), 12);
    expect(any.confidence).toBe(confidenceOf(2, 2));
    expect([after0.outcomes, after0.confidence]).toEqual([[], 0]);
  });

  it('order 1 after 0 0: it says 0 as it says it beyond order 0', () => {
    const [any, after0] = learnt(0, 0).evidence as [Evidence, Evidence];
    const [zero, fresh] = [1 + 0.81, 0.9];
    const believed = (zero + 3 * 0.8) / (zero + fresh + 3);
    expect(any.logRatios[0]).toBeCloseTo(Math.log((zero + 2.4) / 2.4), 12);
    expect(after0.outcomes).toEqual([0]);
    expect(after0.logRatios[0]).toBeCloseTo(Math.log(1 + 1 / (3 * believed)), 12);
    expect(after0.confidence).toBe(confidenceOf(1, 1));
  });
});

/** One context as the list of all that was added to it, the latest last. */
type Added = number[];

/** The ladder over whole distributions: P_o(x) = (count(x) + strength · P_{o−1}(x)) / (total + strength), counts by reading all. */
function naiveLadder(contexts: readonly (Added | undefined)[], { decay, strength }: LadderShape, outcomes: Outcomes, novelToAll: boolean) {
  let p = Array.from({ length: outcomes.known + 1 }, (_, x) => (x === outcomes.known ? outcomes.ofNew : outcomes.ofEach));
  const novel = novelToAll ? [outcomes.known] : outcomes.novel;
  return contexts.map((added) => {
    if (!added || added.length === 0) return { said: new Map<number, number>(), confidence: 0 };
    const counts = new Map<number, number>();
    for (const [i, key] of added.entries()) counts.set(key, (counts.get(key) ?? 0) + decay ** (added.length - 1 - i));
    const all = [...counts.values()].reduce((a, b) => a + b) + strength;
    const shorter = p.map((x) => (x * strength) / all);
    p = [...shorter];
    for (const [key, count] of counts) {
      if (key !== NOVEL) p[key] = (p[key] as number) + count / all;
      else {
        const before = novel.reduce((sum, x) => sum + (p[x] as number), 0);
        for (const x of novel) p[x] = (p[x] as number) * (1 + count / all / before);
      }
    }
    const told = new Set([...counts.keys()].flatMap((key) => (key === NOVEL ? novel : [key])));
    const said = new Map([...told].map((x) => [x, Math.log((p[x] as number) / (shorter[x] as number))]));
    return { said, confidence: confidenceOf(added.length, counts.size) };
  });
}

describe.each(['to all', 'to the actor'] as const)('a ladder that counts what is new %s', (counted) => {
  it.each([0, 1])('says what a naive one says, of two actors with one memory, from order %i on', (speaksFrom) => {
    const shape: LadderShape = { ...SHAPE, order: 3, speaksFrom };
    const tree = createLadderTree(shape);
    const actors = [0, 1].map(() => ({ trail: createTrail(), ladder: new Ladder(shape, tree, counted), used: new Set<number>() }));
    const contexts = new Map<string, Added>();
    const keysOf = ({ symbols }: Trail) =>
      Array.from({ length: Math.min(3, symbols.length) + 1 }, (_, order) => symbols.slice(0, order).join(' '));
    const random = randomFrom(2);
    let known = 0;
    for (const symbol of madeSequence(150, 17, 5)) {
      const { trail, ladder, used } = actors[Math.floor(random() * 2)] as (typeof actors)[number];
      const novelty: Novelty = symbol >= known ? 'new to all' : used.has(symbol) ? 'used before' : 'new to the actor';
      ladder.learn(symbol, novelty);
      for (const key of keysOf(trail)) {
        const own = contexts.get(key) ?? [];
        contexts.set(key, own);
        own.push(symbol);
        if (novelty === 'new to all' || (counted === 'to the actor' && novelty === 'new to the actor')) own.push(NOVEL);
      }
      known = Math.max(known, symbol + 1);
      used.add(symbol);
      follow(trail, symbol, { at: 0, workspace: 0 });
      ladder.follow(trail);
      for (const actor of actors) {
        const outcomes = outcomesOf(known, actor.used);
        actor.ladder.consider(outcomes);
        const naive = naiveLadder(
          keysOf(actor.trail).map((key) => contexts.get(key)),
          shape,
          outcomes,
          counted === 'to all',
        );
        expect(actor.ladder.evidence).toHaveLength(4 - speaksFrom);
        for (const [i, evidence] of actor.ladder.evidence.entries()) {
          const { said, confidence } = naive[i + speaksFrom] ?? { said: new Map<number, number>(), confidence: 0 };
          const got = saidOf(evidence);
          expect([...got.keys()].sort()).toEqual([...said.keys()].sort());
          for (const [x, log] of said) expect(got.get(x)).toBeCloseTo(log, 9);
          expect(evidence.confidence).toBe(confidence);
        }
      }
    }
  });
});

describe('recency', () => {
  /** Zipf over recency as prior worth 25 counts, move-to-front ranks counted with decay 0.92: all of it anew at each step. */
  function naiveRecency(past: readonly number[], outcomes: Outcomes): Map<number, number> {
    const used: number[] = [];
    const counts = new Map<number, number>();
    for (const symbol of past) {
      for (const [rank, n] of counts) counts.set(rank, 0.92 * n);
      const rank = used.indexOf(symbol);
      counts.set(rank, (counts.get(rank) ?? 0) + 1);
      if (rank >= 0) used.splice(rank, 1);
      used.unshift(symbol);
    }
    const all = [...counts.values()].reduce((a, b) => a + b, 0) + 25;
    const ofNovel = outcomes.ofNew + (outcomes.novel.length - 1) * outcomes.ofEach;
    const harmonic = used.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
    const said = new Map(outcomes.novel.map((x) => [x, Math.log(((counts.get(-1) ?? 0) + 25 * ofNovel) / all / ofNovel)]));
    for (const [rank, symbol] of used.entries()) {
      const prior = (1 - ofNovel) / (rank + 1) / harmonic;
      said.set(symbol, Math.log(((counts.get(rank) ?? 0) + 25 * prior) / all / outcomes.ofEach));
    }
    return said;
  }

  it('says what a naive one says, also of what only others used', () => {
    const recency = new Recency();
    const past: number[] = [];
    let known = 2;
    for (const symbol of madeSequence(120, 23, 7)) {
      const novelty: Novelty = past.includes(symbol) ? 'used before' : symbol >= known ? 'new to all' : 'new to the actor';
      recency.learn(symbol, novelty);
      past.push(symbol);
      known = Math.max(known, symbol + 1);
      const outcomes = outcomesOf(known, new Set(past));
      recency.consider(outcomes);
      const got = saidOf(recency.evidence[0]);
      const naive = naiveRecency(past, outcomes);
      expect([...got.keys()].sort()).toEqual([...naive.keys()].sort());
      for (const [x, log] of naive) expect(got.get(x)).toBeCloseTo(log, 9);
      expect(recency.evidence[0].outcomes).toHaveLength(known + 1);
    }
  });
});
