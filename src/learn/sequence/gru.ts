import { randomFrom } from '../random.ts';
import { type NextModel, rankOf } from './nextModel.ts';

const HIDDEN = 16;
/** Steps back that an error is followed. */
const STEPS = 5;
/** Step of AdaGrad (Duchi, Hazan and Singer 2011), and what its squared gradients start from. */
const RATE = 0.08;
const FIRST_SQUARE = 0.5;
const LARGEST = 3;
const SEED = 7;

/**
 * A challenger: a small recurrent network (gated recurrent unit; Cho et al. 2014), trained online by truncated
 * backpropagation through time, with a softmax over the known symbols and one for what is new.
 */
export function createGru(): NextModel {
  const random = randomFrom(SEED);
  const near0 = (): number => (random() - 0.5) * 0.4;
  const gates = { update: createGate(near0), reset: createGate(near0), candidate: createGate(near0) };
  const output = createRows(near0);
  const lastAt: number[] = [];
  const past: Step[] = [];
  let hidden = new Float64Array(HIDDEN);
  let known = 0;
  let events = 0;
  let p: number[] | undefined;

  /** Place 0 is what is new, place s + 1 is symbol s. */
  function predicted(): number[] {
    if (p) return p;
    const logits = Array.from({ length: known + 1 }, (_, place) => {
      const row = output.row(place);
      return dot(row.weights, hidden) + (row.weights[HIDDEN] as number);
    });
    const top = Math.max(...logits);
    const all = logits.map((x) => Math.exp(x - top));
    const sum = all.reduce((a, b) => a + b, 0);
    p = all.map((x) => x / sum);
    return p;
  }

  function learn(symbol: number): void {
    const shares = predicted();
    const happened = symbol < known ? symbol + 1 : 0;
    const error = new Float64Array(HIDDEN);
    for (let place = 0; place < shares.length; place++) {
      const wrong = (shares[place] as number) - (place === happened ? 1 : 0);
      const row = output.row(place);
      for (let j = 0; j < HIDDEN; j++) error[j] = (error[j] as number) + wrong * (row.weights[j] as number);
      for (let j = 0; j < HIDDEN; j++) row.step(j, wrong * (hidden[j] as number));
      row.step(HIDDEN, wrong);
    }
    backpropagate(error);
  }

  function backpropagate(last: Float64Array): void {
    let error = last;
    for (let t = past.length - 1; t >= 0; t--) {
      const step = past[t] as Step;
      const before = new Float64Array(HIDDEN);
      const toUpdate = new Float64Array(HIDDEN);
      const toCandidate = new Float64Array(HIDDEN);
      for (let j = 0; j < HIDDEN; j++) {
        const [e, z, c, h] = [error[j] as number, step.update[j] as number, step.candidate[j] as number, step.before[j] as number];
        before[j] = e * (1 - z);
        toUpdate[j] = e * (c - h) * z * (1 - z);
        toCandidate[j] = e * z * (1 - c * c);
      }
      const viaReset = gates.candidate.learn(step.symbol, step.kept, toCandidate);
      const toReset = new Float64Array(HIDDEN);
      for (let j = 0; j < HIDDEN; j++) {
        const [r, v] = [step.reset[j] as number, viaReset[j] as number];
        before[j] = (before[j] as number) + v * r;
        toReset[j] = v * (step.before[j] as number) * r * (1 - r);
      }
      add(before, gates.update.learn(step.symbol, step.before, toUpdate));
      add(before, gates.reset.learn(step.symbol, step.before, toReset));
      error = before;
    }
  }

  function advance(symbol: number): void {
    const before = hidden;
    const update = gates.update.sum(symbol, before).map(sigmoid);
    const reset = gates.reset.sum(symbol, before).map(sigmoid);
    const kept = before.map((h, j) => h * (reset[j] as number));
    const candidate = gates.candidate.sum(symbol, kept).map(Math.tanh);
    hidden = before.map((h, j) => h + (update[j] as number) * ((candidate[j] as number) - h));
    past.push({ symbol, before, update, reset, kept, candidate });
    if (past.length > STEPS) past.shift();
  }

  const before = (a: number, b: number): boolean => {
    const shares = predicted();
    const [pa, pb] = [shares[a + 1] as number, shares[b + 1] as number];
    return pa !== pb ? pa > pb : (lastAt[a] as number) > (lastAt[b] as number);
  };
  return {
    score: (symbol) => ({ rank: rankOf(symbol, known, before), probability: predicted()[symbol + 1] }),
    newProbability: () => predicted()[0],
    observe(symbol) {
      if (events > 0) learn(symbol);
      known = Math.max(known, symbol + 1);
      lastAt[symbol] = events++;
      advance(symbol);
      p = undefined;
    },
  };
}

interface Step {
  readonly symbol: number;
  readonly before: Float64Array;
  readonly update: Float64Array;
  readonly reset: Float64Array;
  /** What the reset gate let through of the state before. */
  readonly kept: Float64Array;
  readonly candidate: Float64Array;
}

/** One gate: a row of weights per symbol (with the bias in it) and a square matrix for the state. */
function createGate(near0: () => number) {
  const inputs = createRows(near0);
  const states = Array.from({ length: HIDDEN }, () => createRow(near0));
  return {
    sum(symbol: number, state: Float64Array): Float64Array {
      const input = inputs.row(symbol).weights;
      return Float64Array.from(states, (row, j) => (input[j] as number) + dot(row.weights, state));
    },
    /** Follows the error of the sums back to the state; and learns. */
    learn(symbol: number, state: Float64Array, error: Float64Array): Float64Array {
      const back = new Float64Array(HIDDEN);
      const input = inputs.row(symbol);
      for (let j = 0; j < HIDDEN; j++) {
        const e = error[j] as number;
        const row = states[j] as Row;
        for (let i = 0; i < HIDDEN; i++) {
          back[i] = (back[i] as number) + e * (row.weights[i] as number);
          row.step(i, e * (state[i] as number));
        }
        input.step(j, e);
      }
      return back;
    },
  };
}

interface Row {
  readonly weights: Float64Array;
  step(place: number, gradient: number): void;
}

/** One more than the hidden units: the last is a bias where one is wanted. */
function createRow(near0: () => number): Row {
  const weights = new Float64Array(HIDDEN + 1).map(near0);
  weights[HIDDEN] = 0;
  const squares = new Float64Array(HIDDEN + 1).fill(FIRST_SQUARE);
  return {
    weights,
    step(place, gradient) {
      const g = Math.max(-LARGEST, Math.min(LARGEST, gradient));
      const square = (squares[place] as number) + g * g;
      squares[place] = square;
      weights[place] = (weights[place] as number) - (RATE * g) / Math.sqrt(square);
    },
  };
}

function createRows(near0: () => number) {
  const rows: Row[] = [];
  return {
    row(place: number): Row {
      while (rows.length <= place) rows.push(createRow(near0));
      return rows[place] as Row;
    },
  };
}

function dot(weights: Float64Array, state: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < HIDDEN; i++) sum += (weights[i] as number) * (state[i] as number);
  return sum;
}

function add(to: Float64Array, values: Float64Array): void {
  for (let j = 0; j < HIDDEN; j++) to[j] = (to[j] as number) + (values[j] as number);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
