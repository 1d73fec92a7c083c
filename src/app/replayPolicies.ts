import type { Activity, ResourceId } from '../domain/index.ts';
import { DEFAULT_PRICES, patienceMinutes } from '../plan/value.ts';
import { type WarmBacktest, warmBacktest } from './backtest/warm/warmBacktest.ts';
import { createFreshUses, isUse } from './rhythms.ts';

/** What is replayed: the uses that a workspace's journal holds of these, at what each costs. Plain data, for the learner's thread. */
export interface Replay {
  readonly workspace: string;
  readonly costs: Readonly<Record<ResourceId, { readonly coldMs: number; readonly memoryBytes: number }>>;
}

/** Every policy over the same uses; a second of work for 200,000 activities. */
export async function replayPolicies(
  activities: readonly Activity[],
  { workspace, costs }: Replay,
  now: () => number,
): Promise<WarmBacktest | undefined> {
  const ordered = activities.filter((a) => a.workspace === workspace).sort((a, b) => a.at - b.at);
  const fresh = createFreshUses();
  const uses = ordered.filter((a) => costs[a.resource] && isUse(a) && fresh.is(a));
  if (uses.length === 0) return undefined;
  const used = [...new Set(uses.map((u) => u.resource))].flatMap((id) => costs[id] ?? []);
  const mean = (of: (cost: (typeof used)[number]) => number): number => used.reduce((sum, c) => sum + of(c), 0) / used.length;
  const cost = { coldMs: mean((c) => c.coldMs), memoryBytes: mean((c) => c.memoryBytes) };
  return warmBacktest(inOneBatch(uses), inOneBatch(ordered), {
    key: 'resource',
    coldStartMs: cost.coldMs,
    patienceMinutes: patienceMinutes(cost, DEFAULT_PRICES),
    now,
    progress: () => {},
  });
}

async function* inOneBatch(activities: readonly Activity[]): AsyncIterable<readonly Activity[]> {
  yield activities;
}
