import type { Activity, Match } from '../domain/index.ts';
import {
  backgroundProbability,
  NOISE_WEIGHT,
  normaliseLogs,
  type PersonaModel,
  tokenLogProbability,
  tokensOf,
} from '../learn/personaModel.ts';

/** Log weights of every persona and of none (last), unnormalised: plain data, carried from activity to activity. */
export interface Posterior {
  readonly logs: readonly number[];
  readonly last: string | undefined;
}

export function priorOf(model: PersonaModel): Posterior {
  return { logs: [...model.components.map((c) => Math.log(c.weight)), Math.log(NOISE_WEIGHT)], last: undefined };
}

/** One activity further: Bayes' rule in each persona's chain. */
export function advance(model: PersonaModel, posterior: Posterior, token: string): Posterior {
  const { background, backgroundTotal } = model;
  const gains = model.components.map((c) => tokenLogProbability(c, posterior.last, token, background, backgroundTotal));
  gains.push(Math.log(backgroundProbability(token, background, backgroundTotal)));
  return { logs: posterior.logs.map((log, i) => log + (gains[i] as number)), last: token };
}

/** Who is this? P(persona | session so far). Without personas, or before the first activity, the model abstains. */
export function match(model: PersonaModel, session: readonly Activity[]): Match {
  const tokens = tokensOf(session);
  if (model.components.length === 0 || tokens.length === 0) return { personas: [], none: 1 };
  let posterior = priorOf(model);
  for (const token of tokens) posterior = advance(model, posterior, token);
  const { shares } = normaliseLogs(posterior.logs);
  return {
    personas: model.components.map((c, i) => ({ id: c.id, name: c.name, probability: shares[i] as number })),
    none: shares.at(-1) as number,
  };
}
