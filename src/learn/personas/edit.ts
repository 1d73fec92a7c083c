import { type EngagementPattern, failed, ok, type Pin, pinProblem, type Result, type SaidDemand } from '../../domain/index.ts';
import type { Component, PersonaModel } from '../personaModel.ts';

/**
 * Fixes something by hand, such as the name; what was fixed before of the same thing is replaced. Learning leaves it alone
 * from then on. A pin that makes no sense is one sentence, and the model stays as it was.
 */
export function pinPersona(model: PersonaModel, id: string, pin: Pin): Result<PersonaModel> {
  const persona = model.components.find((c) => c.id === id);
  if (!persona) return wrong(`There is no persona ${id}.`);
  const problem = pinProblem(pin) ?? clashOf(model, persona, pin);
  if (problem) return wrong(problem);
  const pins = [...(persona.pins ?? []).filter((p) => !sameThing(p, pin)), pin];
  return ok(replaced(model, withPinned({ ...persona, pins, ...(pin.field === 'name' ? { name: pin.value as string } : {}) })));
}

/** Under this name from now on, whatever is learnt. */
export const renamePersona = (model: PersonaModel, id: string, name: string): Result<PersonaModel> =>
  pinPersona(model, id, { field: 'name', value: name.trim() });

const NOTHING_SAID: SaidDemand = { patterns: [], profiles: [], requirements: [] };

/** What is expected of its users from now on; a pattern of the same name is replaced. Learning leaves it alone. */
export function expectOfPersona(model: PersonaModel, id: string, pattern: EngagementPattern): Result<PersonaModel> {
  const persona = model.components.find((c) => c.id === id);
  if (!persona) return wrong(`There is no persona ${id}.`);
  if (!(Number.isFinite(pattern.expectedVolume) && pattern.expectedVolume >= 0 && pattern.windowMs > 0))
    return wrong(`“${pattern.name}” must expect 0 or more in a window that is longer than nothing.`);
  const { said = NOTHING_SAID } = persona;
  const patterns = [...said.patterns.filter((p) => p.name !== pattern.name), pattern];
  return ok(replaced(model, { ...persona, said: { ...said, patterns } }));
}

/** How likely a resource is used, where the developer said so, over what was learnt. */
export function withPinned(c: Component): Component {
  const said = (c.pins ?? []).filter((p) => p.field === 'probability' && p.resource !== undefined);
  if (said.length === 0) return c;
  const uses = new Map(c.uses.map((u) => [u.resource, u]));
  for (const { resource, value } of said as readonly { resource: string; value: number }[]) {
    const known = uses.get(resource) ?? { resource, probability: 0, again: 0.5, firstUseMs: AT_ONCE, gapMs: [], durationMs: [] };
    uses.set(resource, { ...known, probability: value });
  }
  return { ...c, uses: [...uses.values()].sort((a, b) => b.probability - a.probability || (a.resource < b.resource ? -1 : 1)) };
}

/** Of a resource that was never used: warm from the session's begin. */
const AT_ONCE = [{ value: 0, probability: 1 }] as const;

/** Lets learning decide again. A name stays until the next one is given. */
export function unpinPersona(model: PersonaModel, id: string, thing: Pick<Pin, 'field' | 'resource'>): PersonaModel {
  const persona = model.components.find((c) => c.id === id);
  return persona ? replaced(model, { ...persona, pins: (persona.pins ?? []).filter((p) => !sameThing(p, thing)) }) : model;
}

export const pinned = ({ pins }: Pick<Component, 'pins'>, field: Pin['field'], resource?: string): Pin['value'] | undefined =>
  pins?.find((p) => sameThing(p, { field, ...(resource === undefined ? {} : { resource }) }))?.value;

/** What was fixed by hand while the model was being learnt anew is not lost. */
export function withPinsOf(model: PersonaModel, edited: PersonaModel | undefined): PersonaModel {
  const by = new Map((edited?.components ?? []).map((c) => [c.id, c]));
  return {
    ...model,
    components: model.components.map((c) => {
      const mine = by.get(c.id);
      if (!mine) return c;
      const { pins, said } = mine;
      return withPinned({ ...c, name: mine.name, ...(pins ? { pins } : {}), ...(said ? { said } : {}) });
    }),
  };
}

function clashOf(model: PersonaModel, persona: Component, { field, value }: Pin): string | undefined {
  return field === 'name' && model.components.some((c) => c !== persona && c.name === value)
    ? `Another persona is called “${value}” already.`
    : undefined;
}

const sameThing = (a: Pick<Pin, 'field' | 'resource'>, b: Pick<Pin, 'field' | 'resource'>): boolean =>
  a.field === b.field && a.resource === b.resource;

const replaced = (model: PersonaModel, persona: Component): PersonaModel => ({
  ...model,
  components: model.components.map((c) => (c.id === persona.id ? persona : c)),
});

const wrong = (message: string): Result<PersonaModel> => failed('wrong-usage', 'never', message);
