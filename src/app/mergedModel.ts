import type { Component, PersonaModel } from '../learn/personaModel.ts';
import { highestId } from '../learn/personas/identify.ts';
import { threeWay } from '../sense/pdl/threeWay.ts';

/**
 * What two windows made of one model: ours is learnt on from, and what people decided in the other is in it, too: names, pins, what
 * they said, personas that they put together, took apart, deleted, or brought in by a document. Where both decided the same thing,
 * ours is the newer.
 */
export function mergedModel(base: PersonaModel | undefined, ours: PersonaModel, theirs: PersonaModel): PersonaModel {
  const [was, other] = [byId(base), byId(theirs)];
  const known = new Set((base?.edits ?? []).map((e) => JSON.stringify(e)));
  const have = new Set((ours.edits ?? []).map((e) => JSON.stringify(e)));
  const added = (theirs.edits ?? []).filter((e) => !known.has(JSON.stringify(e)) && !have.has(JSON.stringify(e)));
  const ended = (c: Component): boolean => was.has(c.id) && !other.has(c.id) && added.some((e) => e.of.includes(c.id));
  const own = byId(ours);
  // What the other only learnt it will learn again; what a person made there is nowhere else.
  const made = theirs.components.filter((c) => !own.has(c.id) && !was.has(c.id) && (isByHand(c) || added.some((e) => e.of.includes(c.id))));
  const components = [...ours.components.filter((c) => !ended(c)).map((c) => decided(c, was.get(c.id), other.get(c.id))), ...made];
  if (added.length === 0 && made.length === 0 && components.every((c, i) => c === ours.components[i])) return ours;
  return {
    ...ours,
    components: sharedOut(components),
    issued: Math.max(highestId(ours), highestId(theirs)),
    ...(ours.edits || added.length > 0 ? { edits: [...(ours.edits ?? []), ...added].sort((a, b) => a.at - b.at) } : {}),
  };
}

const byId = (model: PersonaModel | undefined): ReadonlyMap<string, Component> => new Map((model?.components ?? []).map((c) => [c.id, c]));
const isByHand = (c: Component): boolean => c.said !== undefined || c.held === true || (c.pins?.length ?? 0) > 0;

type Decisions = Pick<Component, 'name' | 'pins' | 'said' | 'held'>;
const decisionsOf = ({ name, pins, said, held }: Component): Decisions => ({
  name,
  ...(pins ? { pins } : {}),
  ...(said ? { said } : {}),
  ...(held ? { held } : {}),
});

function decided(own: Component, was: Component | undefined, other: Component | undefined): Component {
  if (!other) return own;
  const mine = decisionsOf(own);
  const merged = threeWay(was && decisionsOf(was), decisionsOf(other), mine).value as Decisions;
  if (JSON.stringify(merged) === JSON.stringify(mine)) return own;
  const { name: _name, pins: _pins, said: _said, held: _held, ...learnt } = own;
  // A persona that went back to a version there is as it was then, and not as it was learnt here.
  return { ...(merged.held && !own.held ? withoutDecisions(other) : learnt), ...merged };
}

function withoutDecisions({ name: _name, pins: _pins, said: _said, held: _held, ...learnt }: Component) {
  return learnt;
}

/** The weights of all personas are shares of 1. */
function sharedOut(components: readonly Component[]): readonly Component[] {
  const total = components.reduce((sum, c) => sum + c.weight, 0);
  return total > 1 ? components.map((c) => ({ ...c, weight: c.weight / total })) : components;
}
