import { addTo, type Four, type Sums } from './cumulants.ts';
import type { Term } from './term.ts';

/** The first four cumulants of a sum of terms, which are the sums of theirs, and the largest range of a single one. */
export interface Bunch {
  readonly cumulants: Four;
  readonly range: number;
}

/** A term is small where its range is no more than this share of the standard deviation of all that are small. */
const SMALL = 1 / 10;
const ROUNDS = 8;

/**
 * The many small ones among terms, as one, and the others. Of a sum of so many the cumulants beyond the fourth are too small to be seen
 * (the error of the Edgeworth expansion, Kolassa, "Series Approximation Methods in Statistics", 2006, § 3), so that it need not be
 * followed term by term. As small is what has a range up to `unseen`, however few they are. Undefined where there are none of either.
 */
export function bunched(terms: readonly Term[], unseen: number): { readonly bunch: Bunch | undefined; readonly others: readonly Term[] } {
  let most = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    let variance = 0;
    let range = 0;
    for (const own of terms)
      if (own.range <= most) {
        variance += own.cumulants[1];
        if (own.range > range) range = own.range;
      }
    const allowed = Math.max(unseen, SMALL * Math.sqrt(variance));
    if (range <= allowed && variance > 0) {
      const small = terms.filter((t) => t.range <= most);
      const others = terms.filter((t) => t.range > most);
      return { bunch: { cumulants: cumulantsOf(small), range }, others };
    }
    most = allowed;
  }
  return { bunch: undefined, others: terms };
}

/** log of its characteristic function: [real, imaginary]. Where the series no longer holds, only the variance counts. */
export function bunchLog({ cumulants: [mean, variance, third, fourth], range }: Bunch, frequency: number): readonly [number, number] {
  const square = frequency * frequency;
  if (frequency * range > 1) return [-0.5 * variance * square, mean * frequency];
  return [-0.5 * variance * square + (fourth * square * square) / 24, mean * frequency - (third * square * frequency) / 6];
}

function cumulantsOf(terms: readonly Term[]): Four {
  const all: Sums = [0, 0, 0, 0];
  for (const { cumulants } of terms) addTo(all, cumulants);
  return all;
}
