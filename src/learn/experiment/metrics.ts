import type { LedgerEntry } from '../../domain/index.ts';

/** What a session is measured by. Of each, less is better. */
export const METRICS = ['waitedMs', 'wastedWarmMinutes', 'falseWarms'] as const;
export type MetricName = (typeof METRICS)[number];
export type SessionMetrics = Readonly<Record<MetricName, number>>;

const MINUTE_MS = 60_000;

/**
 * One session's lines of the ledger as its metrics; without a line it waited for nothing and wasted nothing. What the mode forbade counts
 * as if it had been done, as it does for the eagerness: a test in shadow mode finds the same as in auto.
 */
export function metricsOf(lines: readonly LedgerEntry[]): SessionMetrics {
  const vain = lines.filter(({ outcome }) => outcome === 'wasted' || outcome === 'would-waste');
  return {
    waitedMs: lines.reduce((sum, line) => sum + waitedMs(line), 0),
    wastedWarmMinutes: vain.reduce((sum, { warmMs }) => sum + warmMs / MINUTE_MS, 0),
    falseWarms: vain.length,
  };
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
