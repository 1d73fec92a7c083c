import {
  backgroundProbability,
  NOISE_WEIGHT,
  normaliseLogs,
  type PersonaModel,
  tokenLogProbability,
} from '../../src/learn/personaModel.ts';
import { DRIFT } from '../../src/predict/posterior.ts';

/**
 * The posterior as the definition has it, slowly and in logarithms: P(personas, tokens) by the forward pass of the hidden
 * Markov model with the whole transition matrix. "None" last.
 */
export function naivePosterior(model: PersonaModel, tokens: readonly string[], drift = DRIFT): number[] {
  const { components, background, backgroundTotal } = model;
  const prior = normaliseLogs([...components.map((c) => Math.log(Math.max(0, c.weight))), Math.log(NOISE_WEIGHT)]).shares;
  const emission = (k: number, before: string | undefined, token: string): number => {
    const component = components[k];
    return component
      ? tokenLogProbability(component, before, token, background, backgroundTotal)
      : Math.log(backgroundProbability(token, background, backgroundTotal));
  };
  let shares = prior;
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    const moved =
      i === 0
        ? prior
        : prior.map((p, to) => shares.reduce((sum, share, from) => sum + share * (drift * p + (from === to ? 1 - drift : 0)), 0));
    shares = normaliseLogs(moved.map((share, k) => Math.log(share) + emission(k, before, token))).shares;
  });
  return shares;
}
