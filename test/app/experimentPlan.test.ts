import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFrom, shareOf } from '../../src/app/experimentPlan.ts';
import type { LedgerEntry } from '../../src/domain/index.ts';
import { MINUTE } from './quietPorts.ts';

const line = (session: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: session * 300 * MINUTE,
  resource: 'db',
  outcome: 'miss',
  coldMs: 8000,
  waitedMs: 8000,
  savedMs: 0,
  warmMs: 0,
  probability: 0.5,
  ...more,
});
const sessions = (count: number, of: (i: number) => Partial<LedgerEntry>): readonly LedgerEntry[] =>
  Array.from({ length: count }, (_, i) => line(i, of(i)));

describe('the plan of a test', () => {
  it('is what is usual elsewhere, where little is known', () => {
    const { rules, share, alpha, primary } = planFrom(
      sessions(9, () => ({ waitedMs: 300_000 })),
      30 * MINUTE,
    );
    expect({ alpha, primary, share }).toEqual({ alpha: 0.05, primary: 'waitedMs', share: 0 });
    expect(rules.waitedMs).toEqual({ limit: 60_000, margin: 500, mostLost: 1_200_000 });
  });

  it('takes its limits from the sessions before: the tail moves nothing', () => {
    const usual = sessions(100, (i) => ({ waitedMs: i === 50 ? 3_600_000 : 20_000 }));
    const { waitedMs } = planFrom(usual, 30 * MINUTE).rules;
    expect(waitedMs.limit).toBe(30_000);
    expect(waitedMs.mostLost).toBe(600_000);
    expect(waitedMs.margin).toBeCloseTo((0.1 * (99 * 20_000 + 30_000)) / 100);
  });

  it('parts sessions where the developer paused', () => {
    const together = Array.from({ length: 12 }, (_, i) => line(0, { at: i * 20 * MINUTE, waitedMs: 10_000 }));
    expect(planFrom(together, 30 * MINUTE).rules.waitedMs.limit).toBe(60_000);
    expect(planFrom(together, 10 * MINUTE).rules.waitedMs.limit).toBe(15_000);
  });

  it('knows what is at stake where a resource is used, and how much of it is waited', () => {
    const { stakes, share } = planFrom(
      sessions(40, (i) => (i % 2 === 0 ? { waitedMs: 4000 } : { outcome: 'hit', waitedMs: 0, coldMs: 8000 + i })),
      30 * MINUTE,
    );
    expect(stakes.db).toBeGreaterThanOrEqual(8000);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it('is one that can be tested by, whatever stands in the ledger', () => {
    const entry = fc.record({
      at: fc.nat(1e9),
      resource: fc.constantFrom('db', '__proto__', 'constructor'),
      outcome: fc.constantFrom<LedgerEntry['outcome']>('hit', 'miss', 'wasted', 'would-hit', 'would-miss', 'would-waste'),
      coldMs: fc.nat(1e6),
      waitedMs: fc.nat(1e8),
      savedMs: fc.nat(1e6),
      warmMs: fc.nat(1e8),
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (lines) => {
        const { rules, share } = planFrom(
          [...lines].sort((a, b) => a.at - b.at),
          30 * MINUTE,
        );
        for (const { limit, margin, mostLost } of Object.values(rules)) {
          expect(limit).toBeGreaterThan(0);
          expect(margin).toBeGreaterThan(0);
          expect(margin).toBeLessThan(limit);
          expect(mostLost).toBe(20 * limit);
        }
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('has no share where nothing was at stake', () => {
    const none = Array.from({ length: 20 }, () => ({ waitedMs: 5, wastedWarmMinutes: 0, falseWarms: 0 }));
    expect(shareOf(none, 1000)).toBe(0);
  });
});
