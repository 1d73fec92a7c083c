import type { Arm } from '../../../src/domain/index.ts';
import { assign, type Unit } from '../../../src/learn/experiment/assignment.ts';
import { counted, EMPTY_TALLY, type Tally } from '../../../src/learn/experiment/tally.ts';
import { countingOf, type ExperimentPlan, type Verdict, verdictOf } from '../../../src/learn/experiment/verdict.ts';
import { type Effect, NO_EFFECT, simulatedSessions } from './simulatedSessions.ts';

export const PLAN: ExperimentPlan = {
  primary: 'waitedMs',
  alpha: 0.05,
  rules: {
    waitedMs: { limit: 30_000, margin: 500, mostLost: 20 * 30_000 },
    wastedWarmMinutes: { limit: 120, margin: 5, mostLost: 20 * 120 },
    falseWarms: { limit: 10, margin: 0.5, mostLost: 200 },
  },
  mostSessions: 2000,
  stakes: {},
  share: 0,
};

export interface Trial {
  readonly verdict: Verdict;
  readonly sessions: number;
  readonly tally: Tally;
}

/** One whole test over simulated sessions, looked at after every session, until it has a verdict or `most` sessions are over. */
export function trial(seed: number, effect: Effect, most: number, plan = PLAN): Trial {
  const next = simulatedSessions(seed);
  const counting = countingOf(plan);
  let tally = EMPTY_TALLY;
  let open: Unit[] = [];
  for (let i = 0; i < most; i++) {
    const session = `s${i}`;
    const place = assign(`t${seed}`, open, session);
    open.push({ session, at: i, ...place, outcome: next(place.arm === 'B' ? effect : NO_EFFECT) });
    // Looked at after every session; half of a block changes nothing.
    if (open.length < 2) continue;
    const of = (arm: Arm) => open.flatMap((u) => (u.arm === arm && u.outcome ? [u.outcome] : []));
    tally = counted(tally, { A: of('A'), B: of('B') }, counting);
    open = [];
    const verdict = verdictOf(tally, plan);
    if (verdict.is !== 'running') return { verdict, sessions: i + 1, tally };
  }
  return { verdict: { is: 'running' }, sessions: most, tally };
}

/** How much of what is at stake is usually waited, from sessions before the test; as a plan is made with them. */
export function shareBefore(seed: number, sessions = 60): number {
  const next = simulatedSessions(seed + 1e6);
  const past = Array.from({ length: sessions }, () => next(NO_EFFECT));
  const { limit } = PLAN.rules.waitedMs;
  const [products, squares] = past.reduce(
    ([xy, xx], { waitedMs, atStakeMs = 0 }) => {
      const stake = Math.min(limit, atStakeMs);
      return [xy + stake * Math.min(limit, waitedMs), xx + stake * stake];
    },
    [0, 0],
  );
  return products / squares;
}
