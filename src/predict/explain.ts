import type { Activity } from '../domain/index.ts';
import { inWords } from '../learn/names.ts';
import { type Component, type PersonaModel, tokenLogProbability, tokensOf } from '../learn/personaModel.ts';

/** The activities of this session that speak most for one persona against the mean of the others, in words. */
export function evidenceFor(model: PersonaModel, own: Component, session: readonly Activity[]): readonly string[] {
  const others = model.components.filter((c) => c !== own);
  if (others.length === 0) return [];
  const gains = new Map<string, number>();
  let before: string | undefined;
  for (const token of tokensOf(session)) {
    const log = (c: Component): number => tokenLogProbability(c, before, token, model.background, model.backgroundTotal);
    const elsewhere = others.reduce((sum, c) => sum + log(c), 0) / others.length;
    gains.set(token, (gains.get(token) ?? 0) + log(own) - elsewhere);
    before = token;
  }
  return [...gains]
    .filter(([, gain]) => gain > 0.3)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([token]) => inWords(token));
}
