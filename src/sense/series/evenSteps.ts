import type { Quantity, Series, UnixMs } from '../../domain/index.ts';

/** One measurement; NaN: it was looked for and not there. */
export interface Point {
  readonly at: UnixMs;
  readonly value: number;
}

/** More steps than this are no series but a wrong time stamp. */
const MOST_STEPS = 5_000_000;

/**
 * Measurements at even steps: the usual distance of two is the step, several in one step are averaged, none is a gap. Undefined where
 * there are not two moments, or where the times are so far apart that gaps would be nearly all of it.
 */
export function evenSteps(points: readonly Point[], id: string, quantity: Quantity = 'other', step?: number): Series | undefined {
  const sorted = [...points].sort((a, b) => a.at - b.at);
  const stepMs = step ?? usualDistance(sorted);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || stepMs === undefined) return undefined;
  const startAt = Math.floor(first.at / stepMs) * stepMs;
  const length = Math.floor((last.at - startAt) / stepMs) + 1;
  if (length > MOST_STEPS) return undefined;
  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  for (const { at, value } of sorted) {
    if (Number.isNaN(value)) continue;
    const place = Math.floor((at - startAt) / stepMs);
    sums[place] = (sums[place] as number) + value;
    counts[place] = (counts[place] as number) + 1;
  }
  return { id, quantity, startAt, stepMs, values: sums.map((sum, i) => (counts[i] === 0 ? Number.NaN : sum / (counts[i] as number))) };
}

/** The median of the distances that are not 0. */
function usualDistance(sorted: readonly Point[]): number | undefined {
  const distances: number[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const distance = (sorted[i] as Point).at - (sorted[i - 1] as Point).at;
    if (distance > 0) distances.push(distance);
  }
  return distances.sort((a, b) => a - b)[distances.length >> 1];
}
