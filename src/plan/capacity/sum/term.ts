import type { Distribution, Probability } from '../../../domain/index.ts';
import { addTo, cumulantsFrom, type Four, rawFrom, type Sums } from './cumulants.ts';

/**
 * One independent summand: at most one of its chances comes true, and where none does it is 0. A single chance is something that
 * comes or does not; several are alternatives, such as the personas that one session may be.
 */
export interface Term {
  readonly chances: readonly Chance[];
  readonly moments: Moments;
  readonly cumulants: Four;
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
  /** Raw: the means of its value, of its square, cube and fourth power. */
  readonly moments: Four;
  readonly largest: number;
  readonly smallest: number;
}

/** Its moments are looked at often, so they are taken once. */
export function partOf(values: Distribution, probability: Probability = 1): Part {
  let largest = 0;
  let smallest = probability < 1 ? 0 : Number.POSITIVE_INFINITY;
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
    if (p.value > largest) largest = p.value;
    if (p.value < smallest) smallest = p.value;
  }
  return { probability, values, largest, smallest: Math.min(largest, smallest), moments: [first, second, third, fourth] };
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly largest: number;
  /** Largest less smallest. */
  readonly range: number;
  /** Values that it is told by. */
  readonly points: number;
}

export function momentsOf(terms: readonly Term[]): Moments {
  let mean = 0;
  let variance = 0;
  let largest = 0;
  let range = 0;
  let points = 0;
  for (const { moments: own } of terms) {
    mean += own.mean;
    variance += own.variance;
    largest += own.largest;
    range += own.range;
    points += own.points;
  }
  return { mean, variance, largest, range, points };
}

/** Its moments are asked for again and again, so they are taken once. */
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
      addTo(sum, cumulantsFrom(part.moments), 1);
      most += part.largest;
      least += part.smallest;
      points += part.values.length;
    }
    addTo(raw, rawFrom(sum), probability);
    chance += probability;
    if (most > largest) largest = most;
    if (least < smallest) smallest = least;
  }
  if (chance < 1 - 1e-9) smallest = 0;
  const cumulants = cumulantsFrom(raw);
  const moments = {
    mean: cumulants[0],
    variance: Math.max(0, cumulants[1]),
    largest,
    range: largest - Math.min(largest, smallest),
    points,
  };
  return { chances, moments, cumulants };
}

export function chanceOf({ chances }: Term): Probability {
  let sum = 0;
  for (const { probability } of chances) sum += probability;
  return sum;
}
