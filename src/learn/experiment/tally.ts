import { ARMS, type Arm } from '../../domain/index.ts';
import type { Unit } from './assignment.ts';
import { type Differences, NO_DIFFERENCES, withBlock } from './confidenceSequence.ts';
import { METRICS, type MetricName, type SessionMetrics } from './metrics.ts';

/** What all closed blocks say of one metric. Each session counts for at most the metric's limit. */
export interface MetricTally {
  /** Sums over the sessions of each arm. */
  readonly sums: Readonly<Record<Arm, number>>;
  readonly differences: Differences;
}
export type Tally = Readonly<Record<MetricName, MetricTally>>;
export type Limits = Readonly<Record<MetricName, number>>;

const NOTHING: MetricTally = { sums: { A: 0, B: 0 }, differences: NO_DIFFERENCES };
export const EMPTY_TALLY: Tally = { waitedMs: NOTHING, wastedWarmMinutes: NOTHING, falseWarms: NOTHING };

/** The outcomes of one closed block, as many of each arm. */
export type Block = Readonly<Record<Arm, readonly SessionMetrics[]>>;

export function counted(tally: Tally, block: Block, limits: Limits): Tally {
  const entries = METRICS.map((name) => [name, countedOne(tally[name], block, (outcome) => cut(outcome[name], limits[name]))] as const);
  return Object.fromEntries(entries) as unknown as Tally;
}

function countedOne({ sums, differences }: MetricTally, block: Block, measure: (outcome: SessionMetrics) => number): MetricTally {
  const [a, b] = ARMS.map((arm) => block[arm].reduce((sum, outcome) => sum + measure(outcome), 0)) as [number, number];
  return { sums: { A: sums.A + a, B: sums.B + b }, differences: withBlock(differences, block.A.length, b - a) };
}

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
      const outcomes = (arm: Arm): readonly SessionMetrics[] => own.flatMap((u) => (u.arm === arm && u.outcome ? [u.outcome] : []));
      const block = { A: outcomes('A'), B: outcomes('B') };
      return block.A.length === block.B.length && 2 * block.A.length === own.length ? [block] : [];
    });
}

export const tallyOf = (units: readonly Unit[], limits: Limits): Tally =>
  closedBlocks(units).reduce((tally, block) => counted(tally, block, limits), EMPTY_TALLY);
