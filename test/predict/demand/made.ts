import type { Series } from '../../../src/domain/index.ts';
import { randomFrom } from '../../../src/learn/random.ts';

export const HOUR = 3_600_000;
/** A Monday, 00:00 UTC. */
export const MONDAY = Date.UTC(2026, 0, 5);

export const made = (length: number, of: (t: number) => number): Float64Array => Float64Array.from({ length }, (_, t) => of(t));

export const hourly = (length: number, of: (t: number) => number, startAt = MONDAY): Series => ({
  id: 'test',
  quantity: 'volume',
  startAt,
  stepMs: HOUR,
  values: made(length, of),
});

/** Mean 0, standard deviation 1, by Box and Muller. */
export function normalFrom(seed: number): () => number {
  const random = randomFrom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
