import type { Chance, Term } from './term.ts';

/** How often each value comes, by rates: a compound Poisson distribution. */
export interface Pool {
  readonly values: Float64Array;
  readonly rates: Float64Array;
}

/** A term that is there with no more than this probability is rare. */
export const RARE = 0.01;
const CELLS = 2048;

/**
 * Rare terms, each of which comes or does not, taken for a Poisson process of values. The distribution that follows is off by no more
 * than the largest probability in total variation (Barbour and Hall, "On the rate of Poisson convergence", 1984), and errs to the
 * side of more. Values are told apart by a 2048th of the largest; what lies between two cells is divided so that the mean stays.
 */
export function pooled(terms: readonly Term[]): Pool {
  const largest = terms.reduce((most, term) => Math.max(most, term.largest), 0);
  const rates = new Float64Array(CELLS + 2);
  const cell = largest / CELLS || 1;
  const add = (value: number, rate: number): void => {
    const at = Math.floor(value / cell);
    const share = value / cell - at;
    rates[at] = (rates[at] as number) + (1 - share) * rate;
    rates[at + 1] = (rates[at + 1] as number) + share * rate;
  };
  for (const term of terms) for (const chance of term.chances) outcomes(chance, 0, 0, chance.probability, add);
  // What adds nothing need not come.
  const used = [...rates.keys()].filter((i) => i > 0 && (rates[i] as number) > 0);
  return { values: Float64Array.from(used, (i) => i * cell), rates: Float64Array.from(used, (i) => rates[i] as number) };
}

/** Every sum of its parts, with its probability. */
function outcomes(chance: Chance, part: number, sum: number, p: number, add: (value: number, rate: number) => void): void {
  const next = chance.parts[part];
  if (!next) {
    add(sum, p);
    return;
  }
  let rest = 1;
  for (const { value, probability } of next.values) {
    const own = next.probability * probability;
    outcomes(chance, part + 1, sum + value, p * own, add);
    rest -= own;
  }
  if (rest > 1e-12) outcomes(chance, part + 1, sum, p * rest, add);
}
