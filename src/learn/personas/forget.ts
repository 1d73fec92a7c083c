import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import type { Edit, PersonaModel } from '../personaModel.ts';
import { withEdit } from './edits.ts';
import { shapeOf } from './shape.ts';

/**
 * Without a persona: its share of sessions is nobody's. Learnt anew from the same sessions it stays away; only sessions that
 * begin after `at` can bring the workflow back, as a persona of its own.
 */
export function forgetPersona(model: PersonaModel, id: string, at: UnixMs): Result<PersonaModel> {
  const gone = model.components.find((c) => c.id === id);
  if (!gone) return failed('not-found', 'never', `There is no persona ${id}.`);
  const left = { ...model, components: model.components.filter((c) => c !== gone) };
  // Nothing that is alive speaks any more for what had come back.
  const edits = (model.edits ?? []).map((edit): Edit => {
    if (edit.kind !== 'forget' || edit.back !== id) return edit;
    const { back: _gone, ...still } = edit;
    return still;
  });
  return ok(withEdit({ ...left, ...(edits.length > 0 ? { edits } : {}) }, { kind: 'forget', at, of: [id], shape: shapeOf(gone) }, model));
}
