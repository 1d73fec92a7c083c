import type { Component, Shape } from '../personaModel.ts';
import type { Encoded } from './encode.ts';
import { LEAST_USE, MOST_USES } from './uses.ts';

/** Cosine of what two personas use, from which on they are the same one. */
export const SAME = 0.6;

export const shapeOf = ({ uses }: Pick<Component, 'uses'>): Shape => uses.map((u) => [u.resource, u.probability] as const);

/** Cosine of how likely two personas use each thing: how often within a session would let one busy loop decide. */
export function likeness(a: Shape, b: Shape): number {
  const other = new Map(b);
  const dot = a.reduce((sum, [token, p]) => sum + p * (other.get(token) ?? 0), 0);
  return dot / (lengthOf(a) * lengthOf(b) || 1);
}

const lengthOf = (shape: Shape): number => Math.sqrt(shape.reduce((sum, [, p]) => sum + p ** 2, 0));

/** The tokens of each session, once each. */
export const presenceOf = ({ offsets, ids }: Encoded): readonly ReadonlySet<number>[] =>
  Array.from({ length: offsets.length - 1 }, (_, s) => new Set(ids.subarray(offsets[s] as number, offsets[s + 1] as number)));

/** The shape of sessions that are its own by these shares. */
export function shapeIn(presence: readonly ReadonlySet<number>[], symbols: readonly string[], share: Float64Array): Shape {
  const used = new Float64Array(symbols.length);
  let support = 0;
  for (const [row, tokens] of presence.entries()) {
    const own = share[row] as number;
    if (own === 0) continue;
    support += own;
    for (const token of tokens) (used[token] as number) += own;
  }
  return [...used.entries()]
    .filter(([, n]) => n > 0 && n >= LEAST_USE * support)
    .map(([token, n]) => [symbols[token] as string, Math.min(1, n / support)] as const)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_USES);
}
