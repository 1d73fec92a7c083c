import type { Persona, UnixMs } from '../domain/index.ts';
import type { PersonaModel } from './personaModel.ts';
import { confidenceOf, profileOf } from './personas/profile.ts';

/** What hosts show and write: the model's personas as they are at `now`. */
export function personasOf(model: PersonaModel, now: UnixMs): readonly Persona[] {
  return model.components.map((c) => ({
    id: c.id,
    name: c.name,
    weight: c.weight,
    support: Math.round(c.support),
    updatedAt: c.updatedAt,
    ...(c.lastAt === undefined ? {} : { lastAt: c.lastAt }),
    ...(c.held ? { held: true as const } : {}),
    ...(c.said ? { said: c.said } : {}),
    edges: c.edges,
    confidence: confidenceOf(c, now),
    uses: c.uses.map(({ resource, probability, firstUseMs, durationMs }) => ({ resource, probability, firstUseMs, durationMs })),
    profile: profileOf(c, model, now),
  }));
}
