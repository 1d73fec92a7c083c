import type { Arm, InTest, UnixMs } from '../../domain/index.ts';
import type { Component } from '../personaModel.ts';
import { assign, sessionId, type Unit } from './assignment.ts';
import type { Outcome } from './metrics.ts';
import { type ExperimentPlan, type Standing, standingOf, type Verdict } from './verdict.ts';

/** What one arm of a test is: the persona as it was in a version, or how eager Prewarm is for it. */
export type Variant = VersionVariant | EagernessVariant;

export interface VersionVariant {
  readonly kind: 'version';
  /** `now`: as it was when the test began. */
  readonly version: number | 'now';
  /** When it was so. */
  readonly at: UnixMs;
  /** It was the living persona when the test began, which learns on: to keep it is to change nothing. */
  readonly isLiving?: true;
  /** All of it, since versions are kept for a while only; gone when the test has ended. */
  readonly snapshot?: Component;
}

export interface EagernessVariant {
  readonly kind: 'eagerness';
  /** `learnt`: as the bandit has it. */
  readonly eagerness: number | 'learnt';
}

/** A test of one persona: plain JSON, with all that it takes to go on. */
export interface Experiment {
  readonly id: string;
  readonly persona: { readonly id: string; readonly name: string };
  readonly arms: Readonly<Record<Arm, Variant>>;
  readonly plan: ExperimentPlan;
  readonly startedAt: UnixMs;
  /** In the order in which they began. */
  readonly units: readonly Unit[];
  readonly ended?: Ended;
}

export interface Ended {
  readonly at: UnixMs;
  /** `gone`: the persona is no more. */
  readonly by: 'verdict' | 'person' | 'gone';
  /** How the persona is from then on; undefined: as before the test. */
  readonly adopted?: Arm;
  /** What stood then. */
  readonly standing: Standing;
  readonly sessions: Readonly<Record<Arm, number>>;
}

/** A session that began in another window no longer ago goes on here, and is one with this one. */
const SAME_SESSION_MS = 12 * 60 * 60_000;

export interface Joined {
  readonly experiment: Experiment;
  /** Undefined where the session is in no arm: it began before the test. */
  readonly inTest: InTest | undefined;
}

/** With the session that began then: in the arm that it has already, in that of the session that another window is in, or in its own. */
export function withSession(experiment: Experiment, beganAt: UnixMs): Joined {
  const { id: test, startedAt, units } = experiment;
  const session = sessionId(test, beganAt);
  const known = units.find((u) => u.session === session);
  if (known?.isVoid || (beganAt <= startedAt && !known)) return { experiment, inTest: undefined };
  if (known) return { experiment, inTest: { test, session, arm: known.arm } };
  const current = units.map((u) => (isOpen(u) && (u.at as UnixMs) < beganAt - SAME_SESSION_MS ? withoutTime({ ...u, isVoid: true }) : u));
  const shared = current.find(isOpen);
  if (shared) return { experiment: { ...experiment, units: current }, inTest: { test, session: shared.session, arm: shared.arm } };
  const unit: Unit = { session, at: beganAt, ...assign(test, current, session) };
  return { experiment: { ...experiment, units: [...current, unit] }, inTest: { test, session, arm: unit.arm } };
}

export const isOpen = ({ outcome, isVoid, at }: Unit): boolean => at !== undefined && !outcome && !isVoid;

/** The session has ended. `undefined`: it is left out, unless another window knows better. */
export function withOutcome(experiment: Experiment, session: string, outcome: Outcome | undefined): Experiment {
  const units = experiment.units.map((u): Unit => {
    if (u.session !== session) return u;
    if (!outcome) return u.outcome ? u : withoutTime({ ...u, isVoid: true });
    const { isVoid: _known, ...counted } = u;
    return withoutTime({ ...counted, outcome });
  });
  return { ...experiment, units };
}

function withoutTime({ at: _over, ...unit }: Unit): Unit {
  return unit;
}

export const verdictNow = (experiment: Experiment): Verdict => standingNow(experiment).verdict;

export const standingNow = ({ ended, units, plan }: Experiment): Standing => ended?.standing ?? standingOf(units, plan);

/** Sessions of each arm that have ended and count. */
export function sessionsNow({ ended, units }: Experiment): Readonly<Record<Arm, number>> {
  const of = (arm: Arm): number => units.filter((u) => u.arm === arm && u.outcome).length;
  return ended?.sessions ?? { A: of('A'), B: of('B') };
}

export const withEnd = (experiment: Experiment, end: Pick<Ended, 'at' | 'by' | 'adopted'>): Experiment => ({
  ...experiment,
  ended: { ...end, standing: standingNow(experiment), sessions: sessionsNow(experiment) },
});

/** What nobody can go on with any more is kept as its outcome alone. */
export function asOutcome(experiment: Experiment): Experiment {
  const { A, B } = experiment.arms;
  return { ...experiment, units: [], arms: { A: withoutSnapshot(A), B: withoutSnapshot(B) } };
}

function withoutSnapshot(variant: Variant): Variant {
  if (variant.kind === 'eagerness') return variant;
  const { snapshot: _gone, ...named } = variant;
  return named;
}
