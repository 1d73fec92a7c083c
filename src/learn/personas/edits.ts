import type { Edit, PersonaModel } from '../personaModel.ts';
import { highestId } from './identify.ts';

/** The oldest go: what they were about has long left the journal. */
const MOST_EDITS = 50;

/** The model with one more decision; ids of personas that it ended (they were in `before`) are not given again. */
export const withEdit = (model: PersonaModel, edit: Edit, before: PersonaModel): PersonaModel => ({
  ...model,
  edits: [...(model.edits ?? []), edit].slice(-MOST_EDITS),
  issued: highestId(before),
});
