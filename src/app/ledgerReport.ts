import type { Fault, Resource, Result } from '../domain/index.ts';
import { type Reliability, reliability } from '../show/ledger.ts';
import type { WarmBacktest } from './backtest/warm/warmBacktest.ts';
import { costOf } from './costs.ts';
import { type EagernessEstimate, eagernessEstimates } from './eagerness.ts';
import { type LedgerSummary, summarise } from './ledger.ts';
import type { Memory } from './ports.ts';
import type { RemedyLine } from './remedies/remedy.ts';
import type { Replay } from './replayPolicies.ts';

export interface LedgerReport {
  /** Recommendations that were applied, kept or taken back, each with why; newest last. */
  readonly remedies: readonly RemedyLine[];
  readonly summary: LedgerSummary;
  /** How often came true what was acted on or proposed, by what was said; tenths without a line are left out. */
  readonly calibration: readonly Reliability[];
  /** Off-policy: what each eagerness would have earned. */
  readonly eagerness: readonly EagernessEstimate[];
  /** The workspace's own uses, replayed under every policy as `prewarm backtest --warm` does; undefined before the first use. */
  readonly policies: WarmBacktest | undefined;
}

export interface LedgerSource {
  readonly memory: Memory;
  readonly workspace: string;
  readonly resources: readonly Resource[];
  /** Where it could not be replayed. */
  readonly tell: (fault: Fault) => void;
  readonly replay: (replay: Replay) => Promise<Result<WarmBacktest | undefined>>;
}

/** What decisions gained and wasted, against what others would have done over the same uses. */
export async function ledgerReport({ memory, workspace, resources, tell, replay }: LedgerSource): Promise<LedgerReport> {
  const costs = Object.fromEntries(
    resources.map((r) => {
      const { coldMs, memoryBytes } = costOf(r, 'absent', { climbs: memory.climbs[r.id] ?? [] });
      return [r.id, { coldMs, memoryBytes }] as const;
    }),
  );
  const replayed = await replay({ workspace, costs });
  if (!replayed.ok && replayed.fault.code !== 'cancelled') tell(replayed.fault);
  return {
    remedies: memory.remedyLedger ?? [],
    summary: summarise(memory.ledger),
    calibration: reliability(memory.ledger),
    eagerness: eagernessEstimates(memory.choices),
    policies: replayed.ok ? replayed.value : undefined,
  };
}
