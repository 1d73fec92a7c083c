import { SMOOTHING } from '../learn/personaModel.ts';
import type { Compiled } from './compile.ts';

/**
 * Probability, before each activity, that the session takes up another workflow, drawn by the personas' weights: fixed share
 * (Herbster and Warmuth 1998) towards the prior, which is the forward pass of a hidden Markov model whose states are
 * the personas and none. So a session that turns into something else is followed within a few activities, and no
 * persona is ever ruled out.
 */
export const DRIFT = 0.01;

/** P(persona | session so far), "none" last, sums to 1; and the token before. State in, state out: never written to again. */
export interface Posterior {
  readonly weights: Float64Array;
  readonly last: string | undefined;
}

export const priorOf = ({ prior }: Compiled): Posterior => ({ weights: prior, last: undefined });

export interface AdvanceOptions {
  /** 0 is a mixture that never changes its mind. */
  readonly drift?: number;
  /** Where the new weights are written; never the weights before. Two taken in turns keep the collector quiet. */
  readonly into?: Float64Array;
}

/** One activity further: drift, then Bayes' rule in each persona's chain. */
export function advance(model: Compiled, before: Posterior, token: string, { drift = DRIFT, into }: AdvanceOptions = {}): Posterior {
  const weights = drifted(model, before, drift, into);
  const x = model.tokens.get(token) ?? -1;
  const background = x < 0 ? model.unheard : (model.background[x] as number);
  const likelihood = likelihoods(model, before.last, x, background);
  let all = 0;
  for (let k = 0; k < weights.length; k++) all += weights[k] = (weights[k] as number) * (likelihood[k] as number);
  for (let k = 0; k < weights.length; k++) weights[k] = (weights[k] as number) / all;
  return { weights, last: token };
}

/** Before the next activity: with probability `drift` the workflow is drawn anew. Before the first it has just been drawn. */
export function drifted(
  { prior }: Compiled,
  { weights, last }: Posterior,
  drift = DRIFT,
  into: Float64Array = new Float64Array(weights.length),
): Float64Array {
  if (last === undefined) into.set(weights);
  else for (let k = 0; k < into.length; k++) into[k] = (1 - drift) * (weights[k] as number) + drift * (prior[k] as number);
  return into;
}

/** P(token x | token before) per persona, "none" last: the background's share of all, then what those add that know x. */
function likelihoods(model: Compiled, before: string | undefined, x: number, background: number): Float64Array {
  const { count, backgroundShare, unigram } = model;
  const { likelihood } = model.scratch;
  for (let k = 0; k < count; k++) likelihood[k] = background * (backgroundShare[k] as number);
  for (let e = first(unigram, x); e < end(unigram, x); e++) {
    const k = unigram.persona[e] as number;
    likelihood[k] = (likelihood[k] as number) + (unigram.value[e] as number);
  }
  if (before === undefined) asFirst(model, x, likelihood);
  else asNext(model, model.tokens.get(before) ?? -1, x, likelihood);
  likelihood[count] = background;
  return likelihood;
}

function asFirst({ count, starts, initial }: Compiled, x: number, likelihood: Float64Array): void {
  for (let k = 0; k < count; k++) likelihood[k] = SMOOTHING.transition * (likelihood[k] as number);
  for (let e = first(initial, x); e < end(initial, x); e++) {
    const k = initial.persona[e] as number;
    likelihood[k] = (likelihood[k] as number) + (initial.value[e] as number);
  }
  for (let k = 0; k < count; k++) likelihood[k] = (likelihood[k] as number) / ((starts[k] as number) + SMOOTHING.transition);
}

/** Personas that never had the token before fall back to their unigram, which is there already. */
function asNext({ after, followers }: Compiled, before: number, x: number, likelihood: Float64Array): void {
  for (let e = first(after, before); e < end(after, before); e++) {
    const k = after.persona[e] as number;
    const n = countIn(followers.token, followers.count, followers.start[e] as number, followers.start[e + 1] as number, x);
    likelihood[k] = (n + SMOOTHING.transition * (likelihood[k] as number)) / ((after.value[e] as number) + SMOOTHING.transition);
  }
}

/** Binary search among ascending tokens. */
function countIn(tokens: Uint32Array, counts: Float64Array, from: number, to: number, x: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tokens[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low < to && tokens[low] === x ? (counts[low] as number) : 0;
}

const first = (rows: { readonly start: Uint32Array }, i: number): number => (i < 0 ? 0 : (rows.start[i] as number));
const end = (rows: { readonly start: Uint32Array }, i: number): number => (i < 0 ? 0 : (rows.start[i + 1] as number));
