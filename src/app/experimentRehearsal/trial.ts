import type { Arm } from '../../domain/index.ts';
import { assign, type Unit } from '../../learn/experiment/assignment.ts';
import type { Outcome } from '../../learn/experiment/metrics.ts';
import { counted, EMPTY_TALLY } from '../../learn/experiment/tally.ts';
import { countingOf, type ExperimentPlan, type Verdict, verdictOf } from '../../learn/experiment/verdict.ts';
import type { Random } from '../../simulate/model/random.ts';

/** How one session goes in either arm. */
export type Pair = Readonly<Record<Arm, Outcome>>;

export interface Trial {
  readonly verdict: Verdict;
  /** Until then. */
  readonly sessions: number;
}

/** One whole test, by the code that runs real ones, over sessions that are drawn with replacement; looked at after each. */
export function trial(pool: readonly Pair[], plan: ExperimentPlan, name: string, random: Random): Trial {
  const counting = countingOf(plan);
  let tally = EMPTY_TALLY;
  let open: Unit[] = [];
  for (let sessions = 1; ; sessions++) {
    const session = `${name} ${sessions}`;
    const place = assign(name, open, session);
    const outcome = (pool[Math.floor(random.uniform() * pool.length)] as Pair)[place.arm];
    open.push({ session, ...place, outcome });
    // Half of a block changes nothing.
    if (open.length < 2) continue;
    const of = (arm: Arm): readonly Outcome[] => open.flatMap((u) => (u.arm === arm && u.outcome ? [u.outcome] : []));
    tally = counted(tally, { A: of('A'), B: of('B') }, counting);
    open = [];
    const verdict = verdictOf(tally, plan);
    if (verdict.is !== 'running') return { verdict, sessions };
  }
}
