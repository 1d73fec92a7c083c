import type { Activity } from '../../../src/domain/index.ts';
import { type Component, tokenOf } from '../../../src/learn/personaModel.ts';
import { type Encoded, encode } from '../../../src/learn/personas/encode.ts';

/** `'a b a'` as one session of a token a second from `start` on (ms). */
export const sessionOf = (tokens: string, start = 0, more: Partial<Activity> = {}): readonly Activity[] =>
  tokens.split(' ').flatMap((resource, i) => (resource === '' ? [] : [{ at: start + 1000 * i, actor: 'me', resource, ...more }]));

export const encodedOf = (...sessions: readonly string[]): Encoded =>
  encode(
    sessions.map((tokens, i) => sessionOf(tokens, i * 1_000_000)),
    tokenOf,
  );

/** What a model keeps comes without a prototype; compared as plain objects. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const componentOf = (uses: Readonly<Record<string, number>>, more: Partial<Component> = {}): Component => ({
  id: 'p1',
  name: 'x',
  weight: 0.5,
  support: 40,
  updatedAt: 0,
  unigram: {},
  total: 0,
  initial: {},
  starts: 0,
  transitions: {},
  edges: [],
  uses: Object.entries(uses).map(([resource, probability]) => ({
    resource,
    probability,
    again: 0,
    firstUseMs: [],
    gapMs: [],
    durationMs: [],
  })),
  ...more,
});
