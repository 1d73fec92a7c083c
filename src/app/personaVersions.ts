import type { Persona, UnixMs } from '../domain/index.ts';
import type { Component, PersonaModel } from '../learn/personaModel.ts';
import { personasOf } from '../learn/personasOf.ts';
import { type PersonaDocument, toDocument } from './personaDocument.ts';
import type { PersonaVersion, VersionStore } from './ports.ts';

/** Versions kept of each persona, and characters of all of them together: what is more goes, the oldest first. */
const MOST_VERSIONS = 20;
const MOST_CHARACTERS = 8_000_000;

/** Learning moves every count a little; a version is what a person would see as a change. */
const CHANGED_WEIGHT = 0.05;
const CHANGED_USE = 0.15;
const TELLING_USE = 0.2;

type Why = Pick<PersonaVersion, 'author'> & { readonly reason: (id: string) => string };

/** The versions of all personas, read when they are first needed. */
export function createPersonaVersions(store: VersionStore | undefined) {
  /** Where there is no store. */
  let all: readonly PersonaVersion[] = [];
  /** One after the other: each adds to what the one before wrote. */
  let turn: Promise<unknown> = Promise.resolve();

  /** Another window may have added some. */
  const loaded = async (): Promise<readonly PersonaVersion[]> => (store ? store.load() : all);

  async function add(before: PersonaModel | undefined, after: PersonaModel, at: UnixMs, why: Why): Promise<void> {
    const old = await loaded();
    const added = [...old];
    const decided = why.author !== 'learnt';
    const push = (one: Omit<PersonaVersion, 'number'>): void => {
      added.push({ ...one, number: 1 + Math.max(0, ...added.filter((v) => v.persona === one.persona).map((v) => v.number)) });
    };
    for (const { id, was, is } of changes(before, after)) {
      const last = added.filter((v) => v.persona === id).at(-1);
      // What a person, a document or a test changes can be gone back to, however little was learnt since it was last kept.
      if (decided && was && !(last && !last.gone && same(last.snapshot, was)))
        push({ persona: id, at: at - 1, author: 'learnt', reason: 'as it was learnt by then', snapshot: was });
      if (is && (decided || !last || last.gone || differ(last.snapshot, is)))
        push({ persona: id, at, author: why.author, reason: why.reason(id), snapshot: is });
      if (!is && was && decided) push({ persona: id, at, author: why.author, reason: why.reason(id), snapshot: was, gone: true });
    }
    if (added.length === old.length) return;
    all = bounded(added);
    store?.save(all);
  }

  return {
    /** Keeps what changed between two models; `at` is when, so that an edit and the versions around it can be told apart. */
    record(before: PersonaModel | undefined, after: PersonaModel, why: Why, at: UnixMs): Promise<void> {
      const done = turn.then(() => add(before, after, at, why));
      turn = done.catch(() => {});
      return done;
    },
    /** Newest last; of all personas where none is named. */
    async of(id?: string): Promise<readonly PersonaVersion[]> {
      await turn;
      return (await loaded()).filter((v) => id === undefined || v.persona === id);
    },
    /** All was erased: nothing is known any more. */
    async forget(): Promise<void> {
      await turn;
      all = [];
    },
    async flush(): Promise<void> {
      await turn;
      await store?.flush();
    },
  };
}

export type PersonaVersions = ReturnType<typeof createPersonaVersions>;

/**
 * What two windows kept since both knew `base`, in the order of time. A number that both gave to different versions stays with the older
 * one; what one let go for want of room is let go.
 */
export function mergedVersions(
  base: readonly PersonaVersion[],
  ours: readonly PersonaVersion[],
  theirs: readonly PersonaVersion[],
): readonly PersonaVersion[] {
  const [known, own] = [base, ours].map((list) => new Set(list.map(keyOf))) as [Set<string>, Set<string>];
  const added = theirs.filter((v) => !known.has(keyOf(v)) && !own.has(keyOf(v)));
  if (added.length === 0) return ours;
  const taken = new Set<string>();
  const highest = new Map<string, number>();
  for (const { persona, number } of [...ours, ...added]) highest.set(persona, Math.max(number, highest.get(persona) ?? 0));
  return [...ours, ...added]
    .sort((a, b) => a.at - b.at)
    .map((version) => {
      const { persona, number } = version;
      const free = taken.has(`${persona} ${number}`) ? (highest.get(persona) ?? 0) + 1 : number;
      highest.set(persona, Math.max(free, highest.get(persona) ?? 0));
      taken.add(`${persona} ${free}`);
      return free === number ? version : { ...version, number: free };
    });
}

const keyOf = ({ persona, at, author, reason, gone }: PersonaVersion): string => JSON.stringify([persona, at, author, reason, gone]);

/** A version as a person reads it, in the form in which personas are written. */
export const documentOf = ({ snapshot, at }: PersonaVersion, model: PersonaModel | undefined): PersonaDocument =>
  toDocument(personaIn({ ...(model ?? NOTHING), components: [snapshot] }, at));

const personaIn = (model: PersonaModel, at: UnixMs): readonly Persona[] => personasOf(model, at);
const NOTHING: PersonaModel = { version: 1, components: [], background: {}, backgroundTotal: 0, sessions: 0 };

interface Change {
  readonly id: string;
  readonly was: Component | undefined;
  readonly is: Component | undefined;
}

function changes(before: PersonaModel | undefined, after: PersonaModel): readonly Change[] {
  const [old, now] = [before?.components ?? [], after.components].map((cs) => new Map(cs.map((c) => [c.id, c]))) as [
    Map<string, Component>,
    Map<string, Component>,
  ];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((id) => ({ id, was: old.get(id), is: now.get(id) }))
    .filter(({ was, is }) => was !== is);
}

const same = (a: Component, b: Component): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Whether a person would see it. */
function differ(a: Component, b: Component): boolean {
  if (a.name !== b.name || Math.abs(a.weight - b.weight) >= CHANGED_WEIGHT) return true;
  const [x, y] = [a, b].map((c) => new Map(c.uses.map((u) => [u.resource, u.probability]))) as [Map<string, number>, Map<string, number>];
  return [...new Set([...x.keys(), ...y.keys()])].some((token) => {
    const [p, q] = [x.get(token) ?? 0, y.get(token) ?? 0];
    return Math.max(p, q) >= TELLING_USE && Math.abs(p - q) >= CHANGED_USE;
  });
}

const sizes = new WeakMap<Component, number>();
function sizeOf({ snapshot }: PersonaVersion): number {
  const known = sizes.get(snapshot);
  if (known !== undefined) return known;
  const size = JSON.stringify(snapshot).length;
  sizes.set(snapshot, size);
  return size;
}

/** The newest of each persona, and as many as there is room for. */
export function bounded(versions: readonly PersonaVersion[]): readonly PersonaVersion[] {
  const kept: PersonaVersion[] = [];
  const counts = new Map<string, number>();
  let characters = 0;
  for (const version of [...versions].reverse()) {
    const count = counts.get(version.persona) ?? 0;
    characters += sizeOf(version);
    if (count >= MOST_VERSIONS || (count > 0 && characters > MOST_CHARACTERS)) continue;
    counts.set(version.persona, count + 1);
    kept.push(version);
  }
  return kept.reverse();
}
