import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../../src/learn/random.ts';
import { createBlend, createPooledBlend } from '../../../../src/learn/sequence/blend/blend.ts';
import type { NextModel, Occasion } from '../../../../src/learn/sequence/nextModel.ts';
import { madeSequence, ranksBy, toldBy } from '../made.ts';

const START = Date.UTC(2026, 0, 5, 9);
interface Event {
  readonly symbol: number;
  readonly actor: number;
  readonly occasion: Occasion;
}

/** Habits, gaps of every class and two workspaces, by three actors in turn, so that every context of the blend has something to tell. */
function madeEvents(n: number, seed: number): readonly Event[] {
  const random = randomFrom(seed);
  let at = START;
  return madeSequence(n, seed).map((symbol) => {
    at += Math.floor(200 * 10 ** (5 * random()));
    return { symbol, actor: Math.floor(3 * random() ** 2), occasion: { at, workspace: symbol < 3 ? 0 : Math.floor(2 * random()) } };
  });
}

/** Σ −ln p of what happened, new or known; and what is told at the end. */
function replayed(of: (actor: number) => NextModel, events: readonly Event[]): { loss: number; known: number } {
  let [loss, known] = [0, 0];
  for (const { symbol, actor, occasion } of events) {
    const model = of(actor);
    if (known > 0) loss -= Math.log((symbol < known ? model.score(symbol).probability : model.newProbability()) as number);
    model.observe(symbol, occasion);
    known = Math.max(known, symbol + 1);
  }
  return { loss, known };
}

const rounded = (p: readonly (number | undefined)[]): readonly number[] => p.map((x) => Number((x as number).toFixed(6)));

describe('the blend', () => {
  it('holds everything for new before it saw anything, as one of many too', () => {
    expect(createBlend().newProbability()).toBe(1);
    expect(createPooledBlend().of('a').newProbability()).toBe(1);
  });

  it('comes to these figures on a sequence of our own (any change of the model shows here; mean it)', () => {
    const model = createBlend();
    const { loss, known } = replayed(() => model, madeEvents(300, 11));
    const told = toldBy(model, known);
    expect(loss).toBeCloseTo(383.228036, 6);
    expect(rounded(told.p)).toEqual([0.078583, 0.690109, 0.040519, 0.049161, 0.02656, 0.110353]);
    expect(told.ranks).toEqual([3, 1, 5, 4, 6, 2]);
    expect(told.ofNew).toBeCloseTo(0.004715809, 8);
  });

  it('of many actors comes to these', () => {
    const pooled = createPooledBlend();
    const views = ['a', 'b', 'c'].map((actor) => pooled.of(actor));
    const { loss, known } = replayed((actor) => views[actor] as NextModel, madeEvents(300, 12));
    const told = views.map((view) => toldBy(view, known));
    expect(loss).toBeCloseTo(514.506604, 6);
    expect(told.map((t) => rounded(t.p))).toEqual([
      [0.310418, 0.245796, 0.117812, 0.25305, 0.035197, 0.03328],
      [0.11314, 0.267834, 0.358435, 0.077175, 0.070684, 0.104373],
      [0.219468, 0.149909, 0.098305, 0.127261, 0.186808, 0.206656],
    ]);
    expect(told.map((t) => t.ranks)).toEqual(told.map(({ p }) => ranksBy(known, (a, b) => (p[a] as number) > (p[b] as number))));
    expect(rounded(told.map((t) => t.ofNew))).toEqual([0.004447, 0.00836, 0.011593]);
  });

  it('keeps a little for what is known after a thousand new ones', () => {
    const model = createBlend();
    for (let i = 0; i < 1200; i++) model.observe(i, { at: START + i * 1000, workspace: 0 });
    expect(model.newProbability()).toBeCloseTo(0.98586, 6);
  });
});
