import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import type { Component, PersonaModel } from '../personaModel.ts';

/** The ids of personas that ended in this one, by edits of after `at`. */
export const endedIn = ({ edits = [], components }: PersonaModel, id: string, at: UnixMs): readonly string[] =>
  edits
    .filter((edit) => edit.kind === 'merge' && edit.at > at && edit.of.includes(id))
    .flatMap(({ of }) => of.filter((other) => other !== id && !components.some((c) => c.id === other)));

/**
 * A persona exactly as it was at `at`, also where it is gone by now. What was decided about it since then is decided no more.
 * It is held: history of before does not change it, and it learns on from the sessions that come. `partners` are those that
 * ended in it since: they are there again, and learnt as ever.
 */
export function restorePersona(model: PersonaModel, was: Component, at: UnixMs, partners: readonly Component[] = []): Result<PersonaModel> {
  const living = model.components.filter((c) => c.id !== was.id);
  const back = partners.filter((p) => !living.some((c) => c.id === p.id || c.name === p.name) && p.name !== was.name);
  const others = [...living, ...back];
  if (others.some((c) => c.name === was.name))
    return failed('wrong-usage', 'never', `Another persona is called “${was.name}” now. Rename that one first.`);
  const components = besides(others, { ...was, held: true });
  const edits = model.edits?.filter((edit) => edit.at <= at || !edit.of.includes(was.id));
  return ok({
    ...model,
    components,
    ...(edits ? { edits } : {}),
  });
}

/** With one more, for which the others make room: no more than all sessions are anybody's. */
export function besides(others: readonly Component[], one: Component): readonly Component[] {
  const room = Math.max(0, 1 - one.weight);
  const taken = others.reduce((sum, c) => sum + c.weight, 0);
  const scale = taken > room ? room / taken : 1;
  const components = [...others.map((c) => (scale < 1 ? { ...c, weight: c.weight * scale } : c)), one];
  return components.sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
}

/** Learnt from all of history again. */
export function releasePersona(model: PersonaModel, id: string): Result<PersonaModel> {
  const held = model.components.find((c) => c.id === id);
  if (!held) return failed('not-found', 'never', `There is no persona ${id}.`);
  const { held: _no, ...free } = held;
  return ok({ ...model, components: model.components.map((c) => (c === held ? free : c)) });
}
