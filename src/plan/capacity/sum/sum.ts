import type { Probability } from '../../../domain/index.ts';
import { spectrumOf, spectrumQuantile } from './fourier.ts';
import { latticeQuantile, latticeSum, stepOf, workOf } from './lattice.ts';
import { momentsOf, type Term } from './term.ts';

/** How a sum of independent terms is distributed. Unit of the terms' values. */
export interface Sum {
  readonly mean: number;
  readonly variance: number;
  readonly method: 'exact' | 'fourier';
  readonly quantile: (q: Probability) => number;
}

/** Multiplications: some milliseconds. Beyond that there are so many terms that the sum is smooth, and the other way is as good. */
const MOST_WORK = 4e6;

/**
 * The sum of independent terms; values, none below 0, are told apart by whole `unit`s. Exact, by convolution, where that is little
 * work: few terms, or values with a large common step. Else by the characteristic function (see `spectrumOf` for what is approximate).
 */
export function sumOf(terms: readonly Term[], unit: number): Sum {
  const moments = momentsOf(terms);
  const { mean, variance } = moments;
  const step = stepOf(terms, unit);
  if (variance === 0 || workOf(terms, moments, step) <= MOST_WORK) {
    const lattice = variance === 0 ? undefined : latticeSum(terms, step);
    return { mean, variance, method: 'exact', quantile: (q) => (lattice ? latticeQuantile(lattice, q) : mean) };
  }
  const spectrum = spectrumOf(terms, moments);
  return { mean, variance, method: 'fourier', quantile: (q) => spectrumQuantile(spectrum, q) };
}
