import { ARMS, type Arm } from '../../domain/index.ts';
import type { Unit } from './assignment.ts';
import { type Differences, NO_DIFFERENCES, withBlock } from './confidenceSequence.ts';
import type { MetricName, Outcome } from './metrics.ts';

/** What all closed blocks say of one metric. Each session counts for at most the metric's limit. */
export interface MetricTally {
  /** Sums over the sessions of each arm. */
  readonly sums: Readonly<Record<Arm, number>>;
  readonly differences: Differences;
}
export type Tally = Readonly<Record<MetricName, MetricTally>>;

/** How sessions are counted, fixed before the first. */
export interface Counting {
  readonly limits: Readonly<Record<MetricName, number>>;
  /**
   * Of what is at stake, so much is usually waited, 0–1. Waits are compared beyond that: a session that used nothing could not wait (a
   * control variate; Deng, Xu, Kohavi and Walker 2013). What is used does not hang on the arm, so the symmetry stays.
   */
  readonly share: number;
}

const NOTHING: MetricTally = { sums: { A: 0, B: 0 }, differences: NO_DIFFERENCES };
export const EMPTY_TALLY: Tally = { waitedMs: NOTHING, wastedWarmMinutes: NOTHING, falseWarms: NOTHING };

/** The outcomes of one closed block, as many of each arm. */
export type Block = Readonly<Record<Arm, readonly Outcome[]>>;

export function counted(tally: Tally, block: Block, counting: Counting): Tally {
  const one = (name: MetricName): MetricTally => countedOne(tally[name], block, name, counting);
  return { waitedMs: one('waitedMs'), wastedWarmMinutes: one('wastedWarmMinutes'), falseWarms: one('falseWarms') };
}

function countedOne({ sums, differences }: MetricTally, block: Block, name: MetricName, { limits, share }: Counting): MetricTally {
  const limit = limits[name];
  const [a, b] = ARMS.map((arm) => total(block[arm], (outcome) => cut(outcome[name], limit))) as [number, number];
  const [x, y] = ARMS.map((arm) => total(block[arm], ({ atStakeMs = 0 }) => cut(atStakeMs, limit))) as [number, number];
  const pairs = block.A.length;
  const difference = b - a - (name === 'waitedMs' ? share * (y - x) : 0);
  const most = pairs * limit;
  return {
    sums: { A: sums.A + a, B: sums.B + b },
    differences: withBlock(differences, pairs, Math.min(most, Math.max(-most, difference))),
  };
}

const total = (outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number =>
  outcomes.reduce((sum, outcome) => sum + of(outcome), 0);

const cut = (value: number, limit: number): number => Math.min(Math.max(0, value), limit);

/** Of the blocks in which each arm has as many sessions, and all of them have ended, in the order of their numbers. */
export function closedBlocks(units: readonly Unit[]): readonly Block[] {
  const blocks = new Map<number, Unit[]>();
  for (const unit of units) {
    if (unit.isVoid) continue;
    const own = blocks.get(unit.block);
    if (own) own.push(unit);
    else blocks.set(unit.block, [unit]);
  }
  return [...blocks]
    .sort(([a], [b]) => a - b)
    .flatMap(([, own]) => {
      const outcomes = (arm: Arm): readonly Outcome[] => own.flatMap((u) => (u.arm === arm && u.outcome ? [u.outcome] : []));
      const block = { A: outcomes('A'), B: outcomes('B') };
      return block.A.length === block.B.length && 2 * block.A.length === own.length ? [block] : [];
    });
}

export const tallyOf = (units: readonly Unit[], counting: Counting): Tally =>
  closedBlocks(units).reduce((tally, block) => counted(tally, block, counting), EMPTY_TALLY);
