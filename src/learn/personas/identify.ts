import { namesOf } from '../names.ts';
import type { Component, PersonaModel, Shape } from '../personaModel.ts';
import { withPinned } from './edit.ts';
import { likeness, SAME, shapeOf } from './shape.ts';

/** Sessions that a persona which is fixed by hand but was not found again is worth, out of all. */
const KEPT_SESSIONS = 1;

/**
 * Who is who after learning anew: the likest pairs first, so that the result does not depend on any order. A persona that was
 * there before keeps its id, its name and what was fixed by hand (one that is held keeps all but its weight); a new one gets the next id and a name of its own. The found
 * ones keep their order; after them come those that were not found again but bear a mark of the developer's hand.
 */
export function identify(components: readonly Component[], previous: PersonaModel | undefined): readonly Component[] {
  const before = matched(components, previous?.components ?? []);
  const taken = new Set([...before.values()].map((c) => c.name));
  let highest = previous ? highestId(previous) : 0;
  const done = new Map<Component, Component>();
  for (const component of [...components].sort((a, b) => b.weight - a.weight)) {
    const old = before.get(component);
    const name = old?.name ?? unique(namesOf(component, components), taken);
    taken.add(name);
    const learnt = old?.held ? { ...old, weight: component.weight } : component;
    done.set(component, withPinned({ ...learnt, id: old?.id ?? `p${++highest}`, name, ...byHand(old) }));
  }
  const found = components.map((c) => done.get(c) as Component);
  const matchedBefore = new Set(before.values());
  return withKept(
    found,
    (previous?.components ?? []).filter((c) => (c.pins?.length || c.said || c.held) && !matchedBefore.has(c)),
  );
}

/** What people decided of it, whatever is learnt. */
const byHand = (c: Component | undefined): Pick<Component, 'pins' | 'said'> => ({
  ...(c?.pins ? { pins: c.pins } : {}),
  ...(c?.said ? { said: c.said } : {}),
});

export const highestId = ({ components, issued = 0 }: PersonaModel): number =>
  Math.max(issued, ...components.map((c) => Number(c.id.slice(1)) || 0));

/** All weights and the share of noise still sum to 1: the others make room. */
function withKept(found: readonly Component[], kept: readonly Component[]): readonly Component[] {
  if (kept.length === 0) return found;
  const sessions = found.reduce((sum, c) => sum + c.support, 0) + 2;
  const weight = KEPT_SESSIONS / (sessions + kept.length);
  return [
    ...found.map((c) => ({ ...c, weight: c.weight * (1 - kept.length * weight) })),
    ...kept.map((c) => ({ ...c, weight, support: Math.min(c.support, KEPT_SESSIONS) })),
  ];
}

function matched(components: readonly Component[], previous: readonly Component[]): ReadonlyMap<Component, Component> {
  const shapes = new Map(previous.map((old) => [old, shapeOf(old)]));
  const pairs = components
    .flatMap((now) => {
      const own = shapeOf(now);
      return previous.map((old) => ({ now, old, likeness: likeness(own, shapes.get(old) as Shape) }));
    })
    .filter((pair) => pair.likeness > SAME)
    .sort((a, b) => b.likeness - a.likeness);
  const found = new Map<Component, Component>();
  const gone = new Set<Component>();
  for (const { now, old } of pairs) {
    if (found.has(now) || gone.has(old)) continue;
    found.set(now, old);
    gone.add(old);
  }
  return found;
}

/** The first name that is free, else the last with a number. */
function unique(names: readonly [string, ...string[]], taken: ReadonlySet<string>): string {
  const free = names.find((name) => !taken.has(name));
  if (free !== undefined) return free;
  let n = 2;
  while (taken.has(`${names.at(-1)} ${n}`)) n++;
  return `${names.at(-1)} ${n}`;
}
