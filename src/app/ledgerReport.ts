import type { Activity, LedgerEntry, Resource, ResourceId } from '../domain/index.ts';
import { DEFAULT_PRICES, patienceMinutes } from '../plan/value.ts';
import { type WarmBacktest, warmBacktest } from './backtest/warm/warmBacktest.ts';
import { costOf } from './costs.ts';
import { type EagernessEstimate, eagernessEstimates } from './eagerness.ts';
import { type LedgerSummary, summarise } from './ledger.ts';
import type { Memory } from './ports.ts';
import { createFreshUses, isUse } from './rhythms.ts';

export interface LedgerReport {
  readonly summary: LedgerSummary;
  /** How often came true what was acted on or proposed, by what was said; tenths without a line are left out. */
  readonly calibration: readonly Reliability[];
  /** Off-policy: what each eagerness would have earned. */
  readonly eagerness: readonly EagernessEstimate[];
  /** The workspace's own uses, replayed under every policy as `prewarm backtest --warm` does; undefined before the first use. */
  readonly policies: WarmBacktest | undefined;
}

export interface Reliability {
  readonly from: number;
  readonly said: number;
  readonly happened: number;
  readonly times: number;
}

export interface LedgerSource {
  readonly memory: Memory;
  readonly activities: readonly Activity[];
  readonly resources: ReadonlyMap<ResourceId, Resource>;
  readonly clock: () => number;
}

/** What decisions gained and wasted, against what others would have done over the same uses. */
export async function ledgerReport({ memory, activities, resources, clock }: LedgerSource): Promise<LedgerReport> {
  const ordered = [...activities].sort((a, b) => a.at - b.at);
  const fresh = createFreshUses();
  const uses = ordered.filter((a) => resources.has(a.resource) && isUse(a) && fresh.is(a));
  const costs = [...new Set(uses.map((u) => u.resource))].map((id) =>
    costOf(resources.get(id) as Resource, 'absent', memory.climbs[id] ?? []),
  );
  const mean = (of: (cost: (typeof costs)[number]) => number): number => costs.reduce((sum, c) => sum + of(c), 0) / costs.length;
  const cost = { coldMs: mean((c) => c.coldMs), memoryBytes: mean((c) => c.memoryBytes) };
  const policies =
    uses.length === 0
      ? undefined
      : await warmBacktest(inOneBatch(uses), inOneBatch(ordered), {
          key: 'resource',
          coldStartMs: cost.coldMs,
          patienceMinutes: patienceMinutes(cost, DEFAULT_PRICES),
          now: clock,
          progress: () => {},
        });
  return {
    summary: summarise(memory.ledger),
    calibration: reliability(memory.ledger),
    eagerness: eagernessEstimates(memory.choices),
    policies,
  };
}

async function* inOneBatch(activities: readonly Activity[]): AsyncIterable<readonly Activity[]> {
  yield activities;
}

function reliability(entries: readonly LedgerEntry[]): readonly Reliability[] {
  return Array.from({ length: 10 }, (_, i) => {
    const own = entries.filter(({ outcome, probability }) => outcome !== 'miss' && Math.min(9, Math.floor(probability * 10)) === i);
    const used = own.filter(({ outcome }) => outcome !== 'wasted' && outcome !== 'would-waste');
    return {
      from: i / 10,
      said: own.reduce((sum, e) => sum + e.probability, 0) / own.length,
      happened: used.length / own.length,
      times: own.length,
    };
  }).filter(({ times }) => times > 0);
}
