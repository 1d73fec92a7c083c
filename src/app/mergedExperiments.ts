import type { Unit } from '../learn/experiment/assignment.ts';
import type { Experiment } from '../learn/experiment/experiment.ts';

export type Experiments = Readonly<Record<string, Experiment>>;

/**
 * One test as two windows know it. Sessions that either began are in it, and what either knows of their end is known; blocks that both filled at once
 * are evened out by the sessions that follow. An end, or going on after one, holds of whoever decided it since both knew the same.
 */
export function mergedExperiment(base: Experiment | undefined, ours: Experiment, theirs: Experiment): Experiment {
  const { ended: _ours, ...own } = ours;
  const ended = same(ours.ended, base?.ended) ? theirs.ended : (ours.ended ?? (same(theirs.ended, base?.ended) ? undefined : theirs.ended));
  const decider = same(ended, theirs.ended) ? theirs : ours;
  if (ended && decider.units.length === 0) return decider;
  return { ...own, arms: decider.arms, units: mergedUnits(ours.units, theirs.units), ...(ended ? { ended } : {}) };
}

function mergedUnits(ours: readonly Unit[], theirs: readonly Unit[]): readonly Unit[] {
  const own = new Map(ours.map((u) => [u.session, u]));
  const known = new Set(theirs.map((u) => u.session));
  return [...theirs.map((u) => knownBetter(own.get(u.session), u)), ...ours.filter((u) => !known.has(u.session))];
}

const knownBetter = (ours: Unit | undefined, theirs: Unit): Unit =>
  ours && (ours.outcome || (ours.isVoid && !theirs.outcome)) ? ours : theirs;

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
