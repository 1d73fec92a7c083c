import type { Distribution, Probability } from '../../../domain/index.ts';
import { addCumulants, addMoments, type Four, type Sums } from './cumulants.ts';

/**
 * One independent summand: at most one of its chances comes true, and where none does it is 0. A single chance is something that
 * comes or does not; several are alternatives, such as the personas that one session may be.
 */
export interface Term {
  readonly chances: readonly Chance[];
  /** The first is its mean, the second its variance. */
  readonly cumulants: Four;
  readonly largest: number;
  /** Largest less smallest. */
  readonly range: number;
  /** Values that it is told by. */
  readonly points: number;
}

export interface Chance {
  readonly probability: Probability;
  /** Independent of each other, and added up. */
  readonly parts: readonly Part[];
}

/** With this probability one of the values, else 0. */
export interface Part {
  readonly probability: Probability;
  readonly values: Distribution;
}

export const partOf = (values: Distribution, probability: Probability = 1): Part => ({ probability, values });

/** Of a sum. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly largest: number;
  readonly points: number;
}

export function momentsOf(terms: readonly Term[]): Moments {
  let mean = 0;
  let variance = 0;
  let largest = 0;
  let points = 0;
  for (const term of terms) {
    mean += term.cumulants[0];
    variance += term.cumulants[1];
    largest += term.largest;
    points += term.points;
  }
  return { mean, variance, largest, points };
}

/** Its moments are asked for again and again, so they are taken once; there are so many terms that nothing else is kept. */
export function termOf(chances: readonly Chance[]): Term {
  const raw: Sums = [0, 0, 0, 0];
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let points = 0;
  let chance = 0;
  for (const { probability, parts } of chances) {
    const sum: Sums = [0, 0, 0, 0];
    let most = 0;
    let least = 0;
    for (const part of parts) {
      addPart(sum, part);
      most += largestOf(part);
      least += smallestOf(part);
      points += part.values.length;
    }
    addMoments(raw, sum, probability);
    chance += probability;
    if (most > largest) largest = most;
    if (least < smallest) smallest = least;
  }
  if (chance < 1 - 1e-9) smallest = 0;
  const cumulants: Sums = [0, 0, 0, 0];
  addCumulants(cumulants, raw[0], raw[1], raw[2], raw[3]);
  cumulants[1] = Math.max(0, cumulants[1]);
  return { chances, cumulants, largest, range: largest - Math.min(largest, smallest), points };
}

function addPart(cumulants: Sums, { probability, values }: Part): void {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (const p of values) {
    const share = probability * p.probability;
    const square = p.value * p.value;
    first += share * p.value;
    second += share * square;
    third += share * square * p.value;
    fourth += share * square * square;
  }
  addCumulants(cumulants, first, second, third, fourth);
}

function largestOf({ values }: Part): number {
  let largest = 0;
  for (const { value } of values) if (value > largest) largest = value;
  return largest;
}

function smallestOf({ probability, values }: Part): number {
  if (probability < 1 || values.length === 0) return 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const { value } of values) if (value < smallest) smallest = value;
  return smallest;
}

export function chanceOf({ chances }: Term): Probability {
  let sum = 0;
  for (const { probability } of chances) sum += probability;
  return sum;
}
