import type { Arm } from '../../../src/domain/index.ts';
import { assign, type Unit } from '../../../src/learn/experiment/assignment.ts';
import { counted, EMPTY_TALLY, type Tally } from '../../../src/learn/experiment/tally.ts';
import { type ExperimentPlan, limitsOf, type Verdict, verdictOf } from '../../../src/learn/experiment/verdict.ts';
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
};

export interface Trial {
  readonly verdict: Verdict;
  readonly sessions: number;
  readonly tally: Tally;
}

/** One whole test over simulated sessions, looked at after every session, until it has a verdict or `most` sessions are over. */
export function trial(seed: number, effect: Effect, most: number, plan = PLAN): Trial {
  const next = simulatedSessions(seed);
  const limits = limitsOf(plan);
  let tally = EMPTY_TALLY;
  let open: Unit[] = [];
  for (let i = 0; i < most; i++) {
    const session = `s${i}`;
    const place = assign(`t${seed}`, open, session);
    open.push({ session, at: i, ...place, outcome: next(place.arm === 'B' ? effect : NO_EFFECT) });
    if (open.length === 2) {
      const of = (arm: Arm) => open.flatMap((u) => (u.arm === arm && u.outcome ? [u.outcome] : []));
      tally = counted(tally, { A: of('A'), B: of('B') }, limits);
      open = [];
    }
    const verdict = verdictOf(tally, plan);
    if (verdict.is !== 'running') return { verdict, sessions: i + 1, tally };
  }
  return { verdict: { is: 'running' }, sessions: most, tally };
}
