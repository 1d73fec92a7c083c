import type { LedgerEntry, Probability, ResourceId, UnixMs } from '../domain/index.ts';

export interface LedgerSummary {
  readonly entries: readonly LedgerEntry[];
  readonly savedMs: number;
  readonly hits: number;
  readonly misses: number;
  readonly wastedWarmMs: number;
}

/** How a resource stood at the moment of its first use in a session. */
export interface FirstUse {
  readonly resource: ResourceId;
  readonly at: UnixMs;
  readonly coldMs: number;
  readonly probability: Probability;
  /** When it became ready by our doing before anybody asked; undefined where it was not ready. */
  readonly readySince?: UnixMs;
  /** When the plan first wanted it warm but the mode forbade it. */
  readonly proposedSince?: UnixMs;
  /** What the client really waited for, ms; 0 where it was ready. */
  readonly waitedMs: number;
}

/** One line of the ledger for one first use. A hit saves the cold start less what was still waited. */
export function settleUse(use: FirstUse): LedgerEntry {
  const base = { at: use.at, resource: use.resource, coldMs: use.coldMs, waitedMs: use.waitedMs, probability: use.probability };
  if (use.readySince !== undefined) {
    return { ...base, outcome: 'hit', savedMs: Math.max(0, use.coldMs - use.waitedMs), warmMs: Math.max(0, use.at - use.readySince) };
  }
  const leadMs = use.proposedSince === undefined ? 0 : use.at - use.proposedSince;
  const outcome = use.proposedSince === undefined ? 'miss' : leadMs >= use.coldMs ? 'would-hit' : 'would-miss';
  return { ...base, outcome, savedMs: 0, warmMs: Math.max(0, leadMs) };
}

export interface Unused {
  readonly resource: ResourceId;
  readonly at: UnixMs;
  readonly coldMs: number;
  readonly probability: Probability;
  /** Warm, or only proposed, since then. */
  readonly since: UnixMs;
  readonly did: 'wasted' | 'would-waste';
}

/** Warmed on a prediction (or only proposed), never used, cooled again. */
export function settleWaste({ since, did, ...unused }: Unused): LedgerEntry {
  return { ...unused, outcome: did, waitedMs: 0, savedMs: 0, warmMs: unused.at - since };
}

export const MOST_ENTRIES = 500;

/** Newest last; what is older than it may be kept, and what is more than fits, is gone. */
export function withEntry(entries: readonly LedgerEntry[], entry: LedgerEntry, since: UnixMs): readonly LedgerEntry[] {
  return unexpired([...entries, entry], since).slice(-MOST_ENTRIES);
}

export const unexpired = (entries: readonly LedgerEntry[], since: UnixMs): readonly LedgerEntry[] =>
  entries.filter(({ at }) => at >= since);

export function summarise(entries: readonly LedgerEntry[]): LedgerSummary {
  return {
    entries,
    savedMs: entries.reduce((sum, e) => sum + e.savedMs, 0),
    hits: entries.filter((e) => e.outcome === 'hit').length,
    misses: entries.filter((e) => e.outcome === 'miss').length,
    wastedWarmMs: entries.reduce((sum, e) => sum + (e.outcome === 'wasted' ? e.warmMs : 0), 0),
  };
}
