/**
 * A contextual bandit over a few policies (arms), by Thompson sampling: each arm's mean reward has a normal posterior with
 * unknown variance (normal-gamma; Murphy 2007, “Conjugate Bayesian analysis of the Gaussian distribution”, § 3), one draw of
 * each decides (Thompson 1933; Chapelle and Li 2011). A context that is new borrows what the arm earned in all contexts.
 * Plain data; chance is handed in.
 */

/** What was earned by one arm in one context: rewards in seconds, their sum and sum of squares. */
export interface Earned {
  readonly times: number;
  readonly sum: number;
  readonly squares: number;
}

export interface Bandit {
  readonly version: 1;
  /** By context, then by arm. */
  readonly earned: Readonly<Record<string, readonly Earned[]>>;
}

/** One choice, with the chance that it had: what an off-policy estimate needs. */
export interface Choice {
  readonly arm: number;
  readonly propensity: number;
}

export interface BanditOptions {
  readonly arms: number;
  /** The arm that is right if the model is: it is believed to be better by `headStart` seconds until rewards say otherwise. */
  readonly favourite: number;
}

export const EMPTY_BANDIT: Bandit = { version: 1, earned: {} };

const NOTHING: Earned = { times: 0, sum: 0, squares: 0 };
/** What is believed before any reward: in so many imagined rewards, of this spread in seconds. */
const PRIOR = { times: 2, spreadS: 2, headStartS: 1 };
/** What all contexts together are worth in one, in imagined rewards at most. */
const BORROWED = 4;
/** Draws for the chance of a choice. */
const DRAWS = 200;

/** `random`: numbers in [0, 1). */
export function choose(bandit: Bandit, context: string, options: BanditOptions, random: () => number): Choice {
  const beliefs = beliefsOf(bandit, context, options);
  const arm = best(beliefs, random);
  let same = 1;
  for (let i = 0; i < DRAWS; i++) if (best(beliefs, random) === arm) same++;
  return { arm, propensity: same / (DRAWS + 1) };
}

export function learn(bandit: Bandit, context: string, arm: number, rewardS: number, { arms }: BanditOptions): Bandit {
  const before = bandit.earned[context] ?? Array.from({ length: arms }, () => NOTHING);
  const own = before.map((e, i) => (i === arm ? { times: e.times + 1, sum: e.sum + rewardS, squares: e.squares + rewardS * rewardS } : e));
  return { ...bandit, earned: { ...bandit.earned, [context]: own } };
}

/** Mean reward in seconds that each arm is believed to have, the most certain estimate. */
export function expectedRewards(bandit: Bandit, context: string, options: BanditOptions): readonly number[] {
  return beliefsOf(bandit, context, options).map(({ mean }) => mean);
}

/** A normal-gamma belief: mean ~ mean ± √(β / (α · times)), Student-t with 2α degrees. */
interface Belief {
  readonly mean: number;
  readonly times: number;
  readonly alpha: number;
  readonly beta: number;
}

function beliefsOf(bandit: Bandit, context: string, { arms, favourite }: BanditOptions): readonly Belief[] {
  const contexts = Object.entries(bandit.earned).flatMap(([name, own]) => (name === context ? [] : [own]));
  return Array.from({ length: arms }, (_, arm) => {
    const start: Belief = {
      mean: arm === favourite ? PRIOR.headStartS : 0,
      times: PRIOR.times,
      alpha: PRIOR.times / 2,
      beta: (PRIOR.times / 2) * PRIOR.spreadS ** 2,
    };
    const elsewhere = contexts.reduce((sum, own) => plus(sum, own[arm] ?? NOTHING), NOTHING);
    const share = Math.min(1, BORROWED / Math.max(1, elsewhere.times));
    const borrowed = updated(start, { times: share * elsewhere.times, sum: share * elsewhere.sum, squares: share * elsewhere.squares });
    return updated(borrowed, bandit.earned[context]?.[arm] ?? NOTHING);
  });
}

function updated({ mean, times, alpha, beta }: Belief, { times: n, sum, squares }: Earned): Belief {
  if (n === 0) return { mean, times, alpha, beta };
  const own = sum / n;
  const spread = Math.max(0, squares - n * own * own);
  return {
    mean: (times * mean + sum) / (times + n),
    times: times + n,
    alpha: alpha + n / 2,
    beta: beta + spread / 2 + (times * n * (own - mean) ** 2) / (2 * (times + n)),
  };
}

const plus = (a: Earned, b: Earned): Earned => ({ times: a.times + b.times, sum: a.sum + b.sum, squares: a.squares + b.squares });

function best(beliefs: readonly Belief[], random: () => number): number {
  let arm = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, { mean, times, alpha, beta }] of beliefs.entries()) {
    const drawn = mean + Math.sqrt(beta / (alpha * times)) * student(2 * alpha, random);
    if (drawn > most) {
      most = drawn;
      arm = i;
    }
  }
  return arm;
}

/** Student's t from two uniform numbers, exactly (Bailey 1994, the polar form of Box and Muller's method). */
function student(degrees: number, random: () => number): number {
  const radius = Math.sqrt(degrees * ((1 - random()) ** (-2 / degrees) - 1));
  return radius * Math.cos(2 * Math.PI * random());
}
