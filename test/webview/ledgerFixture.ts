import type { LedgerEntry } from '../../src/domain/index.ts';
import { type Comparison, comparison, type LedgerView, ledgerView, type Span } from '../../src/show/ledger.ts';

export const NOW = Date.UTC(2026, 10, 27, 15, 0);
const DAY = 86_400_000;
const MINUTE = 60_000;

/** Three months of a developer who works five days a week, the same each time. */
export function months(): readonly LedgerEntry[] {
  return Array.from({ length: 90 }, (_, i) => i).flatMap((ago): LedgerEntry[] => {
    const at = NOW - ago * DAY;
    if ([0, 6].includes(new Date(at).getUTCDay())) return [];
    const line = (n: number, outcome: LedgerEntry['outcome'], more: Partial<LedgerEntry> = {}): LedgerEntry => ({
      at: at - n * 20 * MINUTE,
      resource: n % 2 === 0 ? 'compose:shop/db' : 'compose:shop/cache',
      outcome,
      coldMs: 14_000 + 1000 * n,
      waitedMs: 0,
      savedMs: outcome === 'hit' ? 14_000 + 1000 * n : 0,
      warmMs: outcome === 'wasted' ? (8 + (ago % 5)) * MINUTE : 3 * MINUTE,
      probability: [0.92, 0.81, 0.64, 0.35, 0.12][(ago + n) % 5] as number,
      ...more,
    });
    const hits = Array.from({ length: 1 + (ago % 4) }, (_, n) => line(n, 'hit'));
    return [
      ...hits,
      ...(ago % 3 === 0 ? [line(5, 'miss', { savedMs: 0 })] : []),
      ...(ago % 4 === 1 ? [line(6, 'wasted', { probability: 0.3 })] : []),
      ...(ago > 60 ? [line(7, 'would-hit'), line(8, 'would-waste')] : []),
    ];
  });
}

/** The same in a mode that starts nothing. */
export const shadow = (): readonly LedgerEntry[] =>
  months().map((e) => ({
    ...e,
    savedMs: 0,
    outcome: e.outcome === 'hit' ? 'would-hit' : e.outcome === 'wasted' ? 'would-waste' : e.outcome,
  }));

export const viewOf = (entries: readonly LedgerEntry[], span: Span): LedgerView =>
  ledgerView(entries, {
    now: NOW,
    span,
    zoneOffsetMs: () => 0,
    mostEntries: 500,
    memoryBytes: (id) => (id === 'compose:shop/db' ? 2 ** 28 : 2 ** 26),
  });

const policy = (coldStarts: number, idleWarmMinutes: number) => ({
  coldStarts,
  uses: 180,
  idleWarmMinutes,
  secondsSaved: (180 - coldStarts) * 14,
});

export const COMPARED: Comparison = comparison({
  policies: {
    shipped: 'rhythm',
    policies: {
      never: policy(180, 0),
      always: policy(2, 120_400),
      'fixed 5 min': policy(151, 610),
      'fixed 10 min': policy(140, 1110),
      'fixed 20 min': policy(126, 2050),
      'fixed 60 min': policy(101, 5230),
      'fixed 120 min': policy(88, 9410),
      hybrid: policy(97, 4870),
      'last session': policy(118, 3990),
      'hour of week': policy(109, 4210),
      oracle: policy(2, 0),
      rhythm: policy(64, 3120),
    },
  },
  eagerness: [
    { eagerness: 0.5, meanS: 2.1, errorS: 0.4, tried: 12 },
    { eagerness: 1, meanS: 4.25, errorS: 0.31, tried: 96 },
    { eagerness: 2, meanS: undefined, errorS: undefined, tried: 0 },
  ],
});
