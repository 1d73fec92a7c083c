import type { Arm } from '../../domain/index.ts';
import type { Unit } from './assignment.ts';
import { type Interval, interval, isAbove, isBelow, meanDifference, spreadOf } from './confidenceSequence.ts';
import { METRICS, type MetricName, type Stakes } from './metrics.ts';
import { type Counting, type Tally, tallyOf } from './tally.ts';

/** What is demanded of one metric, in its own unit. */
export interface MetricRule {
  /** A session counts for no more than this: fixed before the first, so that one bad day decides nothing. */
  readonly limit: number;
  /** So much more or less a session is as good as the same. */
  readonly margin: number;
  /** B is given up when its sessions together had so much more than those of A, sure or not. */
  readonly mostLost: number;
}

/** All that decides a test, fixed when it starts. */
export interface ExperimentPlan {
  /** What is to become better; the others must not become worse. */
  readonly primary: MetricName;
  /** Chance of a wrong word on any metric, over all looks together. */
  readonly alpha: number;
  readonly rules: Readonly<Record<MetricName, MetricRule>>;
  /** Undecided by then, it ends as it was. */
  readonly mostSessions: number;
  /** What is at stake where a resource is used, and how much of that is usually waited (`Counting`). */
  readonly stakes: Stakes;
  readonly share: number;
}

export type Verdict =
  | { readonly is: 'running' | 'better' | 'worse' | 'no-difference' | 'undecided' }
  /** `margin`: surely worse by more than the margin; `spent`: the most that may be lost was lost. */
  | { readonly is: 'guardrail'; readonly metric: MetricName; readonly because: 'margin' | 'spent' };

/** How one metric stands. B less A, so that below 0 is better; sessions cut at the limit, waits compared beyond what is usual for what was used. */
export interface MetricStanding {
  readonly name: MetricName;
  readonly means: Readonly<Record<Arm, number>>;
  readonly difference: number;
  /** Of single pairs around it: their standard deviation. */
  readonly spread: number;
  /** Holds at every look at once with probability 1 − `alpha`. */
  readonly interval: Interval;
  readonly alpha: number;
  /** What B's sessions had more than A's, together. */
  readonly lost: number;
}

export interface Standing {
  readonly verdict: Verdict;
  /** Pairs of sessions that are compared. */
  readonly pairs: number;
  readonly metrics: readonly MetricStanding[];
}

/** Half of the chance of a wrong word is the primary's, the others share the rest evenly (Bonferroni). */
export const alphaOf = ({ primary, alpha }: Pick<ExperimentPlan, 'primary' | 'alpha'>, name: MetricName): number =>
  name === primary ? alpha / 2 : alpha / 2 / (METRICS.length - 1);

export const countingOf = ({ rules, share }: Pick<ExperimentPlan, 'rules' | 'share'>): Counting => ({
  limits: { waitedMs: rules.waitedMs.limit, wastedWarmMinutes: rules.wastedWarmMinutes.limit, falseWarms: rules.falseWarms.limit },
  share,
});

/** May be asked after every session: what it says is as sure as if it had been asked once. */
export function verdictOf(tally: Tally, plan: ExperimentPlan): Verdict {
  const { primary, rules } = plan;
  const guardrail = METRICS.flatMap((metric) => broken(metric, tally, plan) ?? [])[0];
  if (guardrail) return guardrail;
  const all = tally[primary].differences;
  const { limit, margin } = rules[primary];
  const alpha = alphaOf(plan, primary);
  if (isBelow(all, 0, limit, alpha)) return { is: 'better' };
  if (isAbove(all, 0, limit, alpha)) return { is: 'worse' };
  if (isAbove(all, -margin, limit, alpha) && isBelow(all, margin, limit, alpha)) return { is: 'no-difference' };
  return { is: 2 * all.pairs >= plan.mostSessions ? 'undecided' : 'running' };
}

function broken(metric: MetricName, tally: Tally, plan: ExperimentPlan): Verdict | undefined {
  const { limit, margin, mostLost } = plan.rules[metric];
  const all = tally[metric].differences;
  // Of the primary, any difference at all is told by its own verdict.
  if (metric !== plan.primary && isAbove(all, margin, limit, alphaOf(plan, metric))) return { is: 'guardrail', metric, because: 'margin' };
  return all.sum >= mostLost ? { is: 'guardrail', metric, because: 'spent' } : undefined;
}

export function standingOf(units: readonly Unit[], plan: ExperimentPlan): Standing {
  const tally = tallyOf(units, countingOf(plan));
  const { pairs } = tally[plan.primary].differences;
  const metrics = METRICS.map((name): MetricStanding => {
    const { sums, differences } = tally[name];
    const alpha = alphaOf(plan, name);
    return {
      name,
      means: { A: sums.A / Math.max(1, pairs), B: sums.B / Math.max(1, pairs) },
      difference: meanDifference(differences),
      spread: spreadOf(differences),
      interval: interval(differences, plan.rules[name].limit, alpha),
      alpha,
      lost: differences.sum,
    };
  });
  return { verdict: verdictOf(tally, plan), pairs, metrics };
}
