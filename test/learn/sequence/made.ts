import { randomFrom } from '../../../src/learn/random.ts';
import type { NextModel, Occasion } from '../../../src/learn/sequence/nextModel.ts';

/** `n` symbols, numbered in the order of their first appearance, with habits (0 → 1 → 2) that make long contexts worth something. */
export function madeSequence(n: number, seed: number, kinds = 6): readonly number[] {
  const random = randomFrom(seed);
  const numbers = new Map<number, number>();
  let raw = 0;
  return Array.from({ length: n }, () => {
    raw = random() < 0.6 ? (raw + 1) % kinds : Math.floor(random() * kinds);
    if (!numbers.has(raw)) numbers.set(raw, numbers.size);
    return numbers.get(raw) as number;
  });
}

const START = Date.UTC(2026, 0, 5, 9);
/** Gaps of seconds and of hours, and two workspaces. */
export const madeOccasion = (i: number): Occasion => ({
  at: START + i * 40_000 + Math.floor(i / 5) * 3_600_000,
  workspace: i % 3 === 0 ? 1 : 0,
});

/** What a model says of every known symbol, and of a new one. */
export interface Told {
  readonly p: readonly (number | undefined)[];
  readonly ranks: readonly number[];
  readonly ofNew: number | undefined;
}

export function toldBy(model: NextModel, known: number): Told {
  const scores = Array.from({ length: known }, (_, s) => model.score(s));
  return { p: scores.map((s) => s.probability), ranks: scores.map((s) => s.rank), ofNew: model.newProbability() };
}

/** Ranks by an order of all known symbols, which is how a naive model ranks. */
export function ranksBy(known: number, before: (a: number, b: number) => boolean): readonly number[] {
  const all = Array.from({ length: known }, (_, s) => s);
  return all.map((s) => 1 + all.filter((other) => other !== s && before(other, s)).length);
}

export const lastOf = (sequence: readonly number[], symbol: number): number => sequence.lastIndexOf(symbol);
