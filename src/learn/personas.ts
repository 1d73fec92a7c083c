import type { Activity, UnixMs } from '../domain/index.ts';
import { type Component, type Edit, type PersonaModel, sum, tokenOf } from './personaModel.ts';
import { asEdited } from './personas/asEdited.ts';
import { chainOf, unigramOf } from './personas/chain.ts';
import { type Encoded, encode } from './personas/encode.ts';
import { type Grouping, group } from './personas/group.ts';
import { highestId, identify } from './personas/identify.ts';
import { type Measures, measuresOf } from './personas/measures.ts';
import { hourOfWeek, rhythmOf } from './personas/rhythm.ts';
import { edgesOf, usesOf } from './personas/uses.ts';
import { randomFrom } from './random.ts';

export interface LearnOptions {
  readonly now: UnixMs;
  readonly seed: number;
  readonly previous?: PersonaModel;
  /** A ceiling (default 12), not the number: that is found. */
  readonly maxPersonas?: number;
  /** The developer's offset from UTC, for the hours of the week (default 0). */
  readonly zoneOffsetMs?: number;
  /** Told now and then how much is done, 0 to 1. */
  readonly progress?: (done: number) => void;
}

/** A model, and the id of the persona that each session belongs to most; undefined where it belongs to none. */
export interface Learnt {
  readonly model: PersonaModel;
  readonly owners: readonly (string | undefined)[];
}

type Sessions = readonly (readonly Activity[])[];
const MAX_PERSONAS = 12;

export const learnPersonas = (sessions: Sessions, options: LearnOptions): PersonaModel => learnWithOwners(sessions, options).model;

/**
 * Personas from sessions: clusters of sessions, their number found by itself (`group`), each described as a Markov chain with
 * the times of what it uses. The order of the sessions does not matter.
 */
export function learnWithOwners(sessions: Sessions, options: LearnOptions): Learnt {
  const order = inOrder(sessions);
  const used = order.map((i) => sessions[i] as readonly Activity[]);
  const progress = options.progress ?? (() => {});
  const encoded = encode(used, tokenOf);
  const found = group(used, options.maxPersonas ?? MAX_PERSONAS, randomFrom(options.seed), (done) => progress(0.6 * done));
  const { grouping, edits, back } = asEdited(found, encoded, options.previous);
  const measures = measuresOf(used);
  const components = Array.from({ length: grouping.count }, (_, k) => {
    progress(0.6 + (0.4 * k) / grouping.count);
    return describe(encoded, measures, columnOf(grouping, k), options);
  });
  const background = unigramOf(encoded);
  const identified = identify(components, options.previous);
  const model: PersonaModel = {
    version: 1,
    components: [...identified].sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1)),
    background: background.unigram,
    backgroundTotal: background.total,
    sessions: sessions.length,
    learntFrom: used.length,
    ...(used[0]?.[0] ? { since: used[0][0].at } : {}),
    ...(edits.length > 0 ? { edits: edits.map((edit, i) => withBack(edit, identified[back.get(i) ?? -1]?.id)) } : {}),
    ...(options.previous?.issued ? { issued: highestId(options.previous) } : {}),
  };
  progress(1);
  const owners = new Array<string | undefined>(sessions.length).fill(undefined);
  for (const [row, i] of order.entries()) owners[i] = identified[ownerOf(grouping, row)]?.id;
  return { model, owners };
}

/** Sessions of more than one activity, by time and then by content, so that the same history gives the same personas. */
function inOrder(sessions: Sessions): readonly number[] {
  const long = [...sessions.keys()].filter((i) => (sessions[i] as readonly Activity[]).length > 1);
  return long.sort((a, b) => compare(sessions[a] as readonly Activity[], sessions[b] as readonly Activity[]));
}

function compare(a: readonly Activity[], b: readonly Activity[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as Activity, b[i] as Activity];
    if (x.at !== y.at) return x.at - y.at;
    for (const text of ['resource', 'workspace', 'actor', 'kind'] as const) {
      const [one, other] = [x[text] ?? '', y[text] ?? ''];
      if (one !== other) return one < other ? -1 : 1;
    }
  }
  return a.length - b.length;
}

const withBack = (edit: Edit, back: string | undefined): Edit => (edit.kind === 'forget' && back !== undefined ? { ...edit, back } : edit);

const columnOf = ({ shares, count }: Grouping, k: number): Float64Array =>
  Float64Array.from({ length: shares.length / count }, (_, row) => shares[row * count + k] as number);

/** The cluster with the greatest share of a session, −1 where none has more than no cluster has. */
function ownerOf({ shares, count }: Grouping, row: number): number {
  const own = shares.subarray(row * count, (row + 1) * count);
  const best = own.reduce((top, share, k) => (share > (own[top] as number) ? k : top), 0);
  return (own[best] as number) > 1 - sum([...own]) ? best : -1;
}

function describe(encoded: Encoded, measures: Measures, share: Float64Array, { now, zoneOffsetMs = 0 }: LearnOptions): Component {
  const support = share.reduce((all, s) => all + s, 0);
  const begins = (row: number): UnixMs => encoded.at[encoded.offsets[row] as number] ?? 0;
  const own = [...share.keys()].filter((row) => (share[row] as number) > 0.5);
  return {
    id: '',
    name: '',
    weight: support / share.length,
    support,
    updatedAt: now,
    ...chainOf(encoded, share),
    uses: usesOf(encoded, share, measures),
    edges: edgesOf(encoded, share),
    rhythm: rhythmOf(share, (row) => hourOfWeek(begins(row), zoneOffsetMs)),
    lastAt: own.length > 0 ? begins(own.at(-1) as number) : now,
    outcomes: { ended: dot(share, measures.ended), failed: dot(share, measures.failed) },
  };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((all, x, i) => all + x * (b[i] as number), 0);
