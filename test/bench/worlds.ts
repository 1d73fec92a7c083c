import type { Activity, Distribution } from '../../src/domain/index.ts';
import { bare, type Component, type PersonaModel, type Use } from '../../src/learn/personaModel.ts';
import { randomFrom } from '../../src/learn/random.ts';

const MINUTE = 60_000;

export interface WorldSize {
  readonly personas: number;
  readonly resources: number;
  readonly commands: number;
  /** What one persona knows of each. */
  readonly resourcesEach: number;
  readonly commandsEach: number;
  readonly followersEach: number;
}

/** A model of many personas that was never learnt, of the shape that learning gives: for speed, not for truth. */
export function syntheticModel(size: WorldSize, seed: number): PersonaModel {
  const random = randomFrom(seed);
  const background = bare<number>();
  const paces = Array.from({ length: 500 }, () => times(30 * MINUTE * random(), random));
  const components = Array.from({ length: size.personas }, (_, i) => syntheticPersona(i, size, paces, random));
  for (const c of components) for (const [token, n] of Object.entries(c.unigram)) background[token] = (background[token] ?? 0) + n;
  const backgroundTotal = Object.values(background).reduce((a, b) => a + b, 0);
  return { version: 1, components, background, backgroundTotal, sessions: size.personas * 10 };
}

function syntheticPersona(i: number, size: WorldSize, paces: readonly Distribution[], random: () => number): Component {
  const known = [
    ...draw(size.resourcesEach, size.resources, random, 1).map((n) => `compose:app/r${n}`),
    ...draw(size.commandsEach, size.commands, random, 2).map((n) => `command:c${n}`),
  ];
  const unigram = bare<number>();
  const transitions = bare<{ total: number; to: Record<string, number> }>();
  for (const token of known) unigram[token] = 1 + Math.floor(20 * random());
  for (const token of known) {
    const to = bare<number>();
    for (let f = 0; f < size.followersEach; f++) to[known[Math.floor(random() * known.length)] as string] = 1 + Math.floor(9 * random());
    transitions[token] = { total: Object.values(to).reduce((a, b) => a + b, 0), to };
  }
  const first = known[Math.floor(random() * known.length)] as string;
  return {
    id: `p${i}`,
    name: `persona ${i}`,
    weight: 0.95 / size.personas,
    support: 10,
    updatedAt: 0,
    unigram,
    total: Object.values(unigram).reduce((a, b) => a + b, 0),
    initial: { [first]: 10 },
    starts: 10,
    transitions,
    uses: known.map((token) => use(token, paces, random)),
    edges: [],
  };
}

const use = (resource: string, paces: readonly Distribution[], random: () => number): Use => ({
  resource,
  probability: 0.05 + 0.95 * random(),
  again: random(),
  firstUseMs: anyOf(paces, random),
  gapMs: anyOf(paces, random),
  durationMs: anyOf(paces, random),
});

const times = (mean: number, random: () => number) =>
  Array.from({ length: 8 }, () => ({ value: Math.round(-mean * Math.log(1 - random())), probability: 1 / 8 })).sort(
    (a, b) => a.value - b.value,
  );

/** Numbers without repetition; `skew` above 1 prefers the small ones. */
function draw(count: number, below: number, random: () => number, skew: number): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(Math.floor(below * random() ** skew));
  return [...drawn];
}

/** Sessions that walk the chains of personas, each of them changing to another in the middle. */
export function syntheticSession(model: PersonaModel, length: number, random: () => number): Activity[] {
  let persona = anyOf(model.components, random);
  let token = anyOf(Object.keys(persona.initial), random);
  return Array.from({ length }, (_, i) => {
    if (i === Math.floor(length / 2)) persona = anyOf(model.components, random);
    const next = Object.keys(persona.transitions[token]?.to ?? {});
    token = i === 0 ? token : anyOf(next.length > 0 ? next : Object.keys(persona.unigram), random);
    return { at: i * 40_000, actor: 'me', resource: token, kind: 'command.started' };
  });
}

const anyOf = <T>(all: readonly T[], random: () => number): T => all[Math.floor(random() * all.length)] as T;
