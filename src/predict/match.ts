import type { Activity, Match } from '../domain/index.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { type Compiled, compiled } from './compile.ts';
import { type Live, observed } from './live.ts';

/** Who is this? P(persona | session so far). Without personas, or before the first activity, the model abstains. */
export function match(model: PersonaModel, session: readonly Activity[]): Match {
  const ready = compiled(model);
  return matchOf(ready, observed(ready, session));
}

/** The same from a session that was followed activity by activity. */
export function matchOf({ model, count }: Compiled, { activities, posterior }: Live): Match {
  if (count === 0 || activities === 0) return { personas: [], none: 1 };
  return {
    personas: model.components.map(({ id, name }, k) => ({ id, name, probability: posterior.weights[k] as number })),
    none: posterior.weights[count] as number,
  };
}
