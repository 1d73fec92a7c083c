import { type Four, type Part, type Term, termMoments } from './term.ts';

/** The first four cumulants of a sum of terms, which are the sums of theirs, and the largest range of a single one. */
export interface Bunch {
  readonly cumulants: Four;
  readonly range: number;
}

/** A term is small where its range is no more than this share of the standard deviation of all that are small. */
const SMALL = 1 / 20;
const ROUNDS = 8;

/**
 * The many small ones among terms, as one, and the others. Of a sum of so many the cumulants beyond the fourth are too small to be seen
 * (the error of the Edgeworth expansion, Kolassa, "Series Approximation Methods in Statistics", 2006, § 3), so that it need not be
 * followed term by term. Undefined where there are not enough of them.
 */
export function bunched(terms: readonly Term[]): { readonly bunch: Bunch | undefined; readonly others: readonly Term[] } {
  const moments = terms.map(termMoments);
  let most = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    let variance = 0;
    let range = 0;
    for (const own of moments)
      if (own.range <= most) {
        variance += own.variance;
        if (own.range > range) range = own.range;
      }
    const allowed = SMALL * Math.sqrt(variance);
    if (range <= allowed && variance > 0) {
      const small = terms.filter((_, i) => (moments[i]?.range ?? 0) <= most);
      const others = terms.filter((_, i) => (moments[i]?.range ?? 0) > most);
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

type Sums = [number, number, number, number];

function cumulantsOf(terms: readonly Term[]): Four {
  const all: Sums = [0, 0, 0, 0];
  for (const term of terms) {
    const raw: Sums = [0, 0, 0, 0];
    for (const { probability, parts } of term) addTo(raw, rawFrom(sumOfParts(parts)), probability);
    addTo(all, cumulantsFrom(raw), 1);
  }
  return all;
}

function sumOfParts(parts: readonly Part[]): Four {
  const sum: Sums = [0, 0, 0, 0];
  for (const part of parts) addTo(sum, cumulantsFrom(part.moments), 1);
  return sum;
}

function addTo(sum: Sums, other: Four, times: number): void {
  sum[0] += times * other[0];
  sum[1] += times * other[1];
  sum[2] += times * other[2];
  sum[3] += times * other[3];
}

function cumulantsFrom(raw: Four): Four {
  const m1 = raw[0];
  const m2 = raw[1];
  const m3 = raw[2];
  return [m1, m2 - m1 * m1, m3 - 3 * m2 * m1 + 2 * m1 ** 3, raw[3] - 4 * m3 * m1 - 3 * m2 * m2 + 12 * m2 * m1 * m1 - 6 * m1 ** 4];
}

function rawFrom(cumulants: Four): Four {
  const k1 = cumulants[0];
  const k2 = cumulants[1];
  const k3 = cumulants[2];
  return [k1, k2 + k1 * k1, k3 + 3 * k2 * k1 + k1 ** 3, cumulants[3] + 4 * k3 * k1 + 3 * k2 * k2 + 6 * k2 * k1 * k1 + k1 ** 4];
}
