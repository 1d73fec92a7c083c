/**
 * What one block says of the difference between the arms: the sum of B less the sum of A over so many pairs of sessions; and these
 * added up over blocks. Plain numbers: what is kept goes on as if nothing had been interrupted.
 */
export interface Differences {
  readonly pairs: number;
  /** Σ d, in the metric's unit. */
  readonly sum: number;
  /** Σ d². */
  readonly squares: number;
  /** Σ pairs · d, and Σ pairs². */
  readonly cross: number;
  readonly pairSquares: number;
}

export const NO_DIFFERENCES: Differences = { pairs: 0, sum: 0, squares: 0, cross: 0, pairSquares: 0 };

/** In whatever order the blocks come. */
export const withBlock = (all: Differences, pairs: number, difference: number): Differences => ({
  pairs: all.pairs + pairs,
  sum: all.sum + difference,
  squares: all.squares + difference * difference,
  cross: all.cross + pairs * difference,
  pairSquares: all.pairSquares + pairs * pairs,
});

/**
 * In squares of the limit: where the mixture is sharp, from a few pairs that differ as much as can be to hundreds that differ a little.
 * It also keeps what is rare, and was not seen yet, from being taken for what never happens.
 */
const MIXED_AT = 4;

/**
 * ln of the evidence against “B is `effect` more than A”; it reaches 1/α with probability at most α, however often one looks.
 *
 * It is the mixture sequential test (Robbins 1970; Johari, Koomen, Pekelis and Walsh 2017) normalised by the sum of the squares
 * themselves: with d symmetric about the effect, exp(λ Σd − λ² Σd²/2) is a supermartingale (de la Peña 1999; Howard, Ramdas, McAuliffe and
 * Sekhon 2020, lemma 3), and a normal mixture over λ stays one. Against “no difference” this is exact at every size, for waits with tails
 * however heavy and days however alike, since the coin of each block alone makes d symmetric (design-based: Ham, Bojinov, Lindon and
 * Tingley 2022). Against any other effect it is the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021),
 * which needs a bounded metric: hence `limit`, at which sessions are cut, and by which the mixture is scaled.
 */
export function evidence(all: Differences, effect: number, limit: number): number {
  const deviation = all.sum - effect * all.pairs;
  const squares = all.squares - 2 * effect * all.cross + effect * effect * all.pairSquares;
  const mixed = MIXED_AT * limit * limit;
  return 0.5 * Math.log(mixed / (squares + mixed)) + (deviation * deviation) / (2 * (squares + mixed));
}

/** Mean difference a pair; 0 before the first. */
export const meanDifference = ({ pairs, sum }: Differences): number => (pairs === 0 ? 0 : sum / pairs);

/** Standard deviation of a pair's difference; 0 before the first. */
export const spreadOf = (all: Differences): number =>
  all.pairs === 0 ? 0 : Math.sqrt(Math.max(0, all.squares / all.pairs - meanDifference(all) ** 2));

/** B is surely more than this. Evidence rises and falls once on the way out, so what is between two that are refuted is refuted. */
export function isAbove(all: Differences, effect: number, limit: number, alpha: number): boolean {
  return effect < -limit || (meanDifference(all) > effect && refutes(all, effect, limit, alpha) && refutes(all, -limit, limit, alpha));
}

export function isBelow(all: Differences, effect: number, limit: number, alpha: number): boolean {
  return effect > limit || (meanDifference(all) < effect && refutes(all, effect, limit, alpha) && refutes(all, limit, limit, alpha));
}

const refutes = (all: Differences, effect: number, limit: number, alpha: number): boolean =>
  evidence(all, effect, limit) >= -Math.log(alpha);

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Where the mean difference is, at every look at once with probability 1 − α; never wider than ± the limit. */
export function interval(all: Differences, limit: number, alpha: number): Interval {
  const middle = meanDifference(all);
  const lower = refutes(all, -limit, limit, alpha) ? edge(middle, -limit, (x) => isAbove(all, x, limit, alpha)) : -limit;
  const upper = refutes(all, limit, limit, alpha) ? edge(middle, limit, (x) => isBelow(all, x, limit, alpha)) : limit;
  return { lower, upper };
}

/**
 * After how many pairs an effect shows, half of the time, where single differences spread so much around it; undefined where it is
 * beyond `most`.
 */
export function pairsToSee(
  { effect, spread }: { readonly effect: number; readonly spread: number },
  { limit, alpha, most }: { readonly limit: number; readonly alpha: number; readonly most: number },
): number | undefined {
  const shows = (pairs: number): boolean => {
    const [sum, squares] = [pairs * effect, pairs * (spread * spread + effect * effect)];
    return evidence({ pairs, sum, squares, cross: sum, pairSquares: pairs }, 0, limit) >= -Math.log(alpha);
  };
  if (!shows(most)) return undefined;
  let [none, enough] = [0, most];
  while (enough - none > 1) {
    const middle = Math.floor((none + enough) / 2);
    if (shows(middle)) enough = middle;
    else none = middle;
  }
  return enough;
}

const HALVINGS = 60;

/** Between what is possible and what is refuted. */
function edge(possible: number, refuted: number, isRefuted: (effect: number) => boolean): number {
  let [inner, outer] = [possible, refuted];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (inner + outer) / 2;
    if (isRefuted(middle)) outer = middle;
    else inner = middle;
  }
  return outer;
}
