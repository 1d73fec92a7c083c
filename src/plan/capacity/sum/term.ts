import type { Distribution, Probability } from '../../../domain/index.ts';

/**
 * One independent summand: at most one of its chances comes true, and where none does it is 0. A single chance is something that
 * comes or does not; several are alternatives, such as the personas that one session may be.
 */
export type Term = readonly Chance[];

export interface Chance {
  readonly probability: Probability;
  /** Independent of each other, and added up. What probabilities are short of 1 is 0. */
  readonly parts: readonly Distribution[];
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly largest: number;
}

export function momentsOf(terms: readonly Term[]): Moments {
  let [mean, variance, largest] = [0, 0, 0];
  for (const term of terms) {
    const own = termMoments(term);
    mean += own.mean;
    variance += own.variance;
    largest += own.largest;
  }
  return { mean, variance, largest };
}

export function termMoments(term: Term): Moments {
  let [mean, square, largest] = [0, 0, 0];
  for (const { probability, parts } of term) {
    let [sum, spread, most] = [0, 0, 0];
    for (const part of parts) {
      let [first, second, top] = [0, 0, 0];
      for (const p of part) {
        first += p.probability * p.value;
        second += p.probability * p.value * p.value;
        if (p.value > top) top = p.value;
      }
      sum += first;
      spread += second - first * first;
      most += top;
    }
    mean += probability * sum;
    square += probability * (spread + sum * sum);
    if (probability > 0 && most > largest) largest = most;
  }
  return { mean, variance: Math.max(0, square - mean * mean), largest };
}
