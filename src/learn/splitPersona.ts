import { type Activity, failed, ok, type Result } from '../domain/index.ts';
import { type PersonaModel, tokenOf } from './personaModel.ts';
import { withEdit } from './personas/edits.ts';
import { encode } from './personas/encode.ts';
import { group } from './personas/group.ts';
import { presenceOf, shapeIn, shapeOf } from './personas/shape.ts';
import { type LearnOptions, learnWithOwners } from './personas.ts';
import { randomFrom } from './random.ts';

/** No more parts than a person tells apart. */
const MOST_PARTS = 6;

/**
 * The model with the decision that one persona is several: the workflows that its own sessions show where all others are left
 * out. They are personas once history is learnt anew. Where there is only one, a sentence says so.
 */
export function splitPersona(
  sessions: readonly (readonly Activity[])[],
  id: string,
  options: LearnOptions & { readonly previous: PersonaModel },
): Result<PersonaModel> {
  const { previous: model, now, seed } = options;
  const persona = model.components.find((c) => c.id === id);
  if (!persona) return failed('not-found', 'never', `There is no persona ${id}.`);
  const { owners } = learnWithOwners(sessions, options);
  const own = sessions.filter((_, i) => owners[i] === id);
  const encoded = encode(own, tokenOf);
  const { shares, count } = group(own, MOST_PARTS, randomFrom(seed));
  if (count < 2)
    return failed(
      'unsupported',
      'never',
      `The ${own.length} sessions of “${persona.name}” that are kept show one workflow, so there is nothing to split it into.`,
    );
  const presence = presenceOf(encoded);
  const into = Array.from({ length: count }, (_, k) =>
    shapeIn(
      presence,
      encoded.symbols,
      Float64Array.from({ length: own.length }, (_, row) => shares[row * count + k] as number),
    ),
  );
  return ok(withEdit(model, { kind: 'split', at: now, of: [id], whole: shapeOf(persona), into }, model));
}
