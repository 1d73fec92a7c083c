import type { Arm } from '../domain/index.ts';
import { pairsToSee } from '../learn/experiment/confidenceSequence.ts';
import {
  type EagernessVariant,
  type Ended,
  type Experiment,
  sessionsNow,
  standingNow,
  type Variant,
  type VersionVariant,
} from '../learn/experiment/experiment.ts';
import { alphaOf, type Standing } from '../learn/experiment/verdict.ts';

export interface ExperimentReport extends Pick<Experiment, 'id' | 'persona' | 'plan' | 'startedAt'> {
  readonly arms: Readonly<Record<Arm, VersionInTest | EagernessVariant>>;
  /** That have ended and count. */
  readonly sessions: Readonly<Record<Arm, number>>;
  readonly standing: Standing;
  /** After how many a difference of 30 % shows, half of the time, by the spread seen so far; undefined where that is not known, or too many. */
  readonly sessionsToSee?: number;
  readonly ended?: Pick<Ended, 'at' | 'by' | 'adopted'>;
}

type VersionInTest = Pick<VersionVariant, 'kind' | 'version'>;

/** The difference whose time to show is told, and the fewest pairs from which a spread is. */
const TOLD_DIFFERENCE = 0.3;
const ENOUGH_PAIRS = 10;

export function reportOf(experiment: Experiment): ExperimentReport {
  const { id, persona, plan, startedAt, arms, ended } = experiment;
  const standing = standingNow(experiment);
  const sessionsToSee = ended ? undefined : sessionsToSeeIn(standing, experiment);
  return {
    id,
    persona,
    plan,
    startedAt,
    arms: { A: named(arms.A), B: named(arms.B) },
    sessions: sessionsNow(experiment),
    standing,
    ...(sessionsToSee === undefined ? {} : { sessionsToSee }),
    ...(ended ? { ended: { at: ended.at, by: ended.by, ...(ended.adopted ? { adopted: ended.adopted } : {}) } } : {}),
  };
}

const named = (variant: Variant): VersionInTest | EagernessVariant =>
  variant.kind === 'version' ? { kind: 'version', version: variant.version } : variant;

function sessionsToSeeIn({ pairs, metrics }: Standing, { plan }: Experiment): number | undefined {
  const metric = metrics.find((m) => m.name === plan.primary);
  if (!metric || pairs < ENOUGH_PAIRS) return undefined;
  const { limit } = plan.rules[plan.primary];
  const needed = pairsToSee(
    { effect: TOLD_DIFFERENCE * metric.means.A, spread: metric.spread },
    { limit, alpha: alphaOf(plan, plan.primary), most: plan.mostSessions / 2 },
  );
  return needed === undefined ? undefined : 2 * needed;
}
