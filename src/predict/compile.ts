import { backgroundProbability, type Component, NOISE_WEIGHT, type PersonaModel, SMOOTHING, sum } from '../learn/personaModel.ts';
import { type Uses, usesIn } from './uses.ts';

/** Entries by token in compressed rows: those of token i are `start[i]` ≤ e < `start[i + 1]`, personas ascending. */
export interface Rows {
  readonly start: Uint32Array;
  readonly persona: Uint32Array;
  readonly value: Float64Array;
}

/**
 * A persona model as typed arrays, for one update in well under a millisecond over ten thousand personas. Only what differs
 * from the background is kept, by token, so that an update touches every persona with one product and then only those
 * that know the token. Equal to `tokenLogProbability` of the learner to rounding.
 */
export interface Compiled {
  readonly model: PersonaModel;
  /** Number of personas; index `count` of every array of weights is "none". */
  readonly count: number;
  /** P(persona) before anything is seen, "none" last; sums to 1. */
  readonly prior: Float64Array;
  readonly tokens: ReadonlyMap<string, number>;
  /** P(token) in no persona's session. */
  readonly background: Float64Array;
  /** The same for a token that nobody ever used. */
  readonly unheard: number;
  /** Share of the background in each persona's unigram. */
  readonly backgroundShare: Float64Array;
  /** What a persona's own counts add to its unigram. */
  readonly unigram: Rows;
  readonly initial: Rows;
  readonly starts: Float64Array;
  /** By the token before; `value` is the count of all that followed it, `followers` those counts one by one. */
  readonly after: Rows;
  readonly followers: Followers;
  readonly uses: Uses;
  readonly scratch: Scratch;
}

/**
 * Arrays that an update writes first and reads then: nothing stays in them from one to the next. Allocated once, since what is
 * thrown away at every activity makes the collector stop the thread for several milliseconds.
 */
export interface Scratch {
  readonly likelihood: Float64Array;
  /** By resource: the weight of those that say something, uses so far, ms since the last. */
  readonly heard: Float64Array;
  readonly count: Uint32Array;
  readonly sinceMs: Float64Array;
}

/** Followers of entry e of `after`: `start[e]` ≤ f < `start[e + 1]`, tokens ascending. */
export interface Followers {
  readonly start: Uint32Array;
  readonly token: Uint32Array;
  readonly count: Float64Array;
}

const compiledOnce = new WeakMap<PersonaModel, Compiled>();

/** A model is plain data that never changes, so one compilation serves as long as it lives. */
export function compiled(model: PersonaModel): Compiled {
  let found = compiledOnce.get(model);
  if (!found) compiledOnce.set(model, (found = compile(model)));
  return found;
}

export function compile(model: PersonaModel): Compiled {
  const { components } = model;
  const tokens = numbered(model);
  const unseen = (c: Component): number => c.total + SMOOTHING.unigram;
  const uses = usesIn(components);
  return {
    model,
    count: components.length,
    prior: priorOver(components),
    tokens,
    background: Float64Array.from(tokens.keys(), (t) => backgroundProbability(t, model.background, model.backgroundTotal)),
    unheard: backgroundProbability('', {}, model.backgroundTotal),
    backgroundShare: Float64Array.from(components, (c) => SMOOTHING.unigram / unseen(c)),
    unigram: rowsOf(tokens, components, (c) => Object.entries(c.unigram).map(([token, n]) => [token, n / unseen(c)])),
    initial: rowsOf(tokens, components, (c) => Object.entries(c.initial)),
    starts: Float64Array.from(components, (c) => c.starts),
    after: rowsOf(tokens, components, (c) => Object.entries(c.transitions).map(([token, row]) => [token, row.total])),
    followers: followersOf(tokens, components),
    uses,
    scratch: {
      likelihood: new Float64Array(components.length + 1),
      heard: new Float64Array(uses.resources.length),
      count: new Uint32Array(uses.resources.length),
      sinceMs: new Float64Array(uses.resources.length),
    },
  };
}

/** Weights as probabilities beside that of "none"; what is no weight counts as nothing. */
function priorOver(components: readonly Component[]): Float64Array {
  const weights = [...components.map((c) => (c.weight > 0 ? c.weight : 0)), NOISE_WEIGHT];
  const all = sum(weights);
  return Float64Array.from(weights, (w) => w / all);
}

function numbered({ components, background }: PersonaModel): ReadonlyMap<string, number> {
  const tokens = new Map<string, number>();
  const add = (token: string): void => {
    if (!tokens.has(token)) tokens.set(token, tokens.size);
  };
  for (const token of Object.keys(background)) add(token);
  for (const c of components) {
    for (const token of Object.keys(c.unigram)) add(token);
    for (const token of Object.keys(c.initial)) add(token);
    for (const [token, row] of Object.entries(c.transitions)) {
      add(token);
      for (const next of Object.keys(row.to)) add(next);
    }
  }
  return tokens;
}

/** Counting sort by token; personas come in order, so they ascend within a token. */
function rowsOf(
  tokens: ReadonlyMap<string, number>,
  components: readonly Component[],
  entriesOf: (c: Component) => readonly (readonly [string, number])[],
): Rows {
  const entries = components.map(entriesOf);
  const start = new Uint32Array(tokens.size + 1);
  for (const own of entries) for (const [token] of own) at(start, numberOf(tokens, token) + 1, 1);
  for (let i = 1; i < start.length; i++) at(start, i, start[i - 1] as number);
  const next = start.slice();
  const persona = new Uint32Array(start.at(-1) as number);
  const value = new Float64Array(persona.length);
  entries.forEach((own, k) => {
    for (const [token, n] of own) {
      const e = next[numberOf(tokens, token)] as number;
      at(next, numberOf(tokens, token), 1);
      persona[e] = k;
      value[e] = n;
    }
  });
  return { start, persona, value };
}

/** In the order of `after`'s entries: by token before, then by persona. */
function followersOf(tokens: ReadonlyMap<string, number>, components: readonly Component[]): Followers {
  const rows = components
    .flatMap((c, k) => Object.entries(c.transitions).map(([before, { to }]) => ({ before: numberOf(tokens, before), k, to })))
    .sort((a, b) => a.before - b.before || a.k - b.k);
  const start = new Uint32Array(rows.length + 1);
  const flat = rows.flatMap(({ to }, e) => {
    const own = Object.entries(to).map(([token, count]) => ({ token: numberOf(tokens, token), count }));
    start[e + 1] = (start[e] as number) + own.length;
    return own.sort((a, b) => a.token - b.token);
  });
  return { start, token: Uint32Array.from(flat, (f) => f.token), count: Float64Array.from(flat, (f) => f.count) };
}

const numberOf = (tokens: ReadonlyMap<string, number>, token: string): number => tokens.get(token) as number;

function at(counts: Uint32Array, i: number, add: number): void {
  counts[i] = (counts[i] as number) + add;
}
