import { namesOf } from '../names.ts';
import type { Component, PersonaModel } from '../personaModel.ts';
import { withPinned } from './edit.ts';

/** Cosine of what two personas use, from which on they are the same one. */
const SAME = 0.6;

/** Sessions that a persona which is fixed by hand but was not found again is worth, out of all. */
const KEPT_SESSIONS = 1;

/**
 * Who is who after learning anew: the likest pairs first, so that the result does not depend on any order. A persona that was
 * there before keeps its id, its name and what was fixed by hand; a new one gets the next id and a name of its own. The found
 * ones keep their order; after them come those that were not found again but bear a mark of the developer's hand.
 */
export function identify(components: readonly Component[], previous: PersonaModel | undefined): readonly Component[] {
  const before = matched(components, previous?.components ?? []);
  const taken = new Set([...before.values()].map((c) => c.name));
  let highest = Math.max(0, ...(previous?.components ?? []).map((c) => Number(c.id.slice(1)) || 0));
  const done = new Map<Component, Component>();
  for (const component of [...components].sort((a, b) => b.weight - a.weight)) {
    const old = before.get(component);
    const name = old?.name ?? unique(namesOf(component, components), taken);
    taken.add(name);
    done.set(component, withPinned({ ...component, id: old?.id ?? `p${++highest}`, name, ...(old?.pins ? { pins: old.pins } : {}) }));
  }
  const found = components.map((c) => done.get(c) as Component);
  const matchedBefore = new Set(before.values());
  return withKept(
    found,
    (previous?.components ?? []).filter((c) => c.pins?.length && !matchedBefore.has(c)),
  );
}

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
  const pairs = components
    .flatMap((now) => previous.map((old) => ({ now, old, likeness: likeness(now, old) })))
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

/** Cosine of how likely two personas use each thing: how often within a session would let one busy loop decide. */
function likeness(a: Component, b: Component): number {
  const other = new Map(b.uses.map((u) => [u.resource, u.probability]));
  const dot = a.uses.reduce((sum, u) => sum + u.probability * (other.get(u.resource) ?? 0), 0);
  return dot / (length(a) * length(b) || 1);
}

const length = ({ uses }: Component): number => Math.sqrt(uses.reduce((sum, u) => sum + u.probability ** 2, 0));
