import type { LedgerEntry, ResourceId } from '../../domain/index.ts';

/** What a session is measured by. Of each, less is better. */
export const METRICS = ['waitedMs', 'wastedWarmMinutes', 'falseWarms'] as const;
export type MetricName = (typeof METRICS)[number];
export type SessionMetrics = Readonly<Record<MetricName, number>>;

/** How a session went. */
export interface Outcome extends SessionMetrics {
  /** What would have been waited if all that was used had been cold; 0 where that is not known. */
  readonly atStakeMs?: number;
}

/** What a cold start of each resource usually takes, ms. */
export type Stakes = Readonly<Record<ResourceId, number>>;

const MINUTE_MS = 60_000;

/**
 * One session's lines of the ledger as its metrics; without a line it waited for nothing and wasted nothing. What the mode forbade counts
 * as if it had been done, as it does for the eagerness: a test in shadow mode finds the same as in auto.
 */
export function metricsOf(lines: readonly LedgerEntry[], stakes: Stakes = {}): Outcome {
  const atStakeMs = atStake(lines, stakes);
  const vain = lines.filter(({ outcome }) => outcome === 'wasted' || outcome === 'would-waste');
  return {
    waitedMs: lines.reduce((sum, line) => sum + waitedMs(line), 0),
    wastedWarmMinutes: vain.reduce((sum, { warmMs }) => sum + warmMs / MINUTE_MS, 0),
    falseWarms: vain.length,
    ...(atStakeMs > 0 ? { atStakeMs } : {}),
  };
}

/** By what is usual, not by what was measured in the session: the arm may not have a say in it. */
function atStake(lines: readonly LedgerEntry[], stakes: Stakes): number {
  const used = new Set(lines.filter(({ outcome }) => outcome !== 'wasted' && outcome !== 'would-waste').map((line) => line.resource));
  return [...used].reduce((sum, id) => sum + (Object.hasOwn(stakes, id) ? (stakes[id] as number) : 0), 0);
}

function waitedMs({ outcome, waitedMs, coldMs, warmMs }: LedgerEntry): number {
  switch (outcome) {
    case 'hit':
    case 'miss':
      return waitedMs;
    // Proposed for so long, it would have been that far on its way.
    case 'would-hit':
    case 'would-miss':
      return Math.max(0, coldMs - warmMs);
    case 'wasted':
    case 'would-waste':
      return 0;
  }
}
