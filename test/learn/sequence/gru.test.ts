import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { createGru } from '../../../src/learn/sequence/gru.ts';
import { madeOccasion, madeSequence, toldBy } from './made.ts';

const HIDDEN = 16;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Weights by name; each is drawn from ±0.2 in the order in which the network asks for its rows, the bias at the end is 0. */
type Row = number[];
function drawnWeights() {
  const random = randomFrom(7);
  const row = (): Row => {
    const weights = Array.from({ length: HIDDEN + 1 }, () => (random() - 0.5) * 0.4);
    weights[HIDDEN] = 0;
    return weights;
  };
  for (let i = 0; i < 3 * HIDDEN; i++) row();
  const [update, , candidate] = [row(), row(), row()];
  return { update, candidate, newness: row(), symbol: row(), row };
}

describe('a gru', () => {
  it('starts from a state of 0: after one symbol, its state is update · tanh(candidate), and its shares a softmax', () => {
    const { update, candidate, newness, symbol } = drawnWeights();
    const state = update.slice(0, HIDDEN).map((z, j) => sigmoid(z) * Math.tanh(candidate[j] as number));
    const logit = (row: Row) => state.reduce((sum, h, j) => sum + h * (row[j] as number), row[HIDDEN] as number);
    const model = createGru();
    model.observe(0, madeOccasion(0));
    const p = 1 / (1 + Math.exp(logit(newness) - logit(symbol)));
    expect(model.score(0)).toEqual({ rank: 1, probability: expect.closeTo(p, 12) });
    expect(model.newProbability()).toBeCloseTo(1 - p, 12);
  });

  it('learns along the gradient of the log loss, as finite differences have it, one step of AdaGrad', () => {
    const { update, candidate, newness, symbol } = drawnWeights();
    const logits = () => {
      const state = update.slice(0, HIDDEN).map((z, j) => sigmoid(z) * Math.tanh(candidate[j] as number));
      return [newness, symbol].map((row) => state.reduce((sum, h, j) => sum + h * (row[j] as number), row[HIDDEN] as number)) as [
        number,
        number,
      ];
    };
    // 0 came again: −ln of its share.
    const loss = () => {
      const [fresh, again] = logits();
      return Math.log(1 + Math.exp(fresh - again));
    };
    const places = [update, candidate].flatMap((row) => Array.from({ length: HIDDEN }, (_, j) => ({ row, j })));
    const outputs = [newness, symbol].flatMap((row) => Array.from({ length: HIDDEN + 1 }, (_, j) => ({ row, j })));
    const gradients = [...places, ...outputs].map(({ row, j }) => {
      const was = row[j] as number;
      row[j] = was + 1e-5;
      const above = loss();
      row[j] = was - 1e-5;
      const below = loss();
      row[j] = was;
      return { row, j, gradient: (above - below) / 2e-5 };
    });
    const before = update.slice(0, HIDDEN).map((z, j) => sigmoid(z) * Math.tanh(candidate[j] as number));
    for (const { row, j, gradient } of gradients) row[j] = (row[j] as number) - (0.08 * gradient) / Math.sqrt(0.5 + gradient ** 2);
    const model = createGru();
    model.observe(0, madeOccasion(0));
    model.score(0);
    model.observe(0, madeOccasion(1));
    // The second step starts from the state as it was before learning, and uses weights of the state that had no gradient yet.
    const squares = randomFrom(7);
    const row = (): Row =>
      Array.from({ length: HIDDEN + 1 }, (_, i) => [(squares() - 0.5) * 0.4, i] as const).map(([w, i]) => (i === HIDDEN ? 0 : w));
    const [ofUpdate, ofReset, ofCandidate] = [0, 1, 2].map(() => Array.from({ length: HIDDEN }, row)) as [Row[], Row[], Row[]];
    const inputs = [row(), row(), row()] as [Row, Row, Row];
    const sum = (states: readonly Row[], input: Row, state: readonly number[]) =>
      states.map((weights, j) => (input[j] as number) + state.reduce((all, h, i) => all + h * (weights[i] as number), 0));
    const z = sum(ofUpdate, update, before).map(sigmoid);
    const reset = sum(ofReset, inputs[1], before).map(sigmoid);
    const c = sum(
      ofCandidate,
      candidate,
      before.map((h, j) => h * (reset[j] as number)),
    ).map(Math.tanh);
    const state = before.map((h, j) => (1 - (z[j] as number)) * h + (z[j] as number) * (c[j] as number));
    const [fresh, again] = [newness, symbol].map((weights) =>
      state.reduce((all, h, j) => all + h * (weights[j] as number), weights[HIDDEN] as number),
    ) as [number, number];
    expect(model.score(0).probability).toBeCloseTo(1 / (1 + Math.exp(fresh - again)), 8);
  });

  it('comes to these figures on a sequence of our own (any change of the model shows here; mean it)', () => {
    const model = createGru();
    let [loss, known] = [0, 0];
    for (const [i, symbol] of madeSequence(300, 13).entries()) {
      if (i > 0) loss -= Math.log((symbol < known ? model.score(symbol).probability : model.newProbability()) as number);
      model.observe(symbol, madeOccasion(i));
      known = Math.max(known, symbol + 1);
    }
    expect(loss).toBeCloseTo(531.786785, 6);
    const { p, ranks, ofNew } = toldBy(model, known);
    expect(p.map((x) => (x as number).toFixed(6))).toEqual(['0.086718', '0.120470', '0.229967', '0.219457', '0.198978', '0.094324']);
    expect(ranks).toEqual([6, 4, 1, 2, 3, 5]);
    expect(ofNew).toBeCloseTo(0.050085, 6);
  });

  it('does not overflow on a long run of the same, and then on what it never expected', () => {
    const model = createGru();
    for (let i = 0; i < 600; i++) model.observe(i === 300 ? 1 : 0, madeOccasion(i));
    const told = toldBy(model, 2);
    expect(told.ranks).toEqual([1, 2]);
    expect((told.p[0] as number) + (told.p[1] as number) + (told.ofNew as number)).toBeCloseTo(1, 12);
    expect(told.p[0]).toBeGreaterThan(0.98);
  });
});
