import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../src/domain/index.ts';
import { metricsOf } from '../../../src/learn/experiment/metrics.ts';

const line = (outcome: LedgerEntry['outcome'], more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: 1,
  resource: 'compose:shop/db',
  outcome,
  coldMs: 8000,
  waitedMs: 0,
  savedMs: 0,
  warmMs: 0,
  probability: 0.5,
  ...more,
});

describe('the metrics of a session', () => {
  it.each([
    ['no line', [], [0, 0, 0]],
    ['a hit that was still waited for', [line('hit', { waitedMs: 300, warmMs: 60_000 })], [300, 0, 0]],
    ['two misses', [line('miss', { waitedMs: 8000 }), line('miss', { waitedMs: 500 })], [8500, 0, 0]],
    ['warm for nothing', [line('wasted', { warmMs: 90_000 })], [0, 1.5, 1]],
    ['what would have been warm', [line('would-hit', { waitedMs: 8000, warmMs: 9000 })], [0, 0, 0]],
    ['what would have been on its way', [line('would-miss', { waitedMs: 8000, warmMs: 3000 })], [5000, 0, 0]],
    ['what would have been warm for nothing', [line('would-waste', { warmMs: 60_000 })], [0, 1, 1]],
  ] as const)('of %s', (_what, lines, [waitedMs, wastedWarmMinutes, falseWarms]) => {
    expect(metricsOf(lines)).toEqual({ waitedMs, wastedWarmMinutes, falseWarms });
  });

  it('know what was at stake by what is usual, once for each resource that was used, not by what the session measured', () => {
    const lines = [
      line('hit', { coldMs: 1 }),
      line('miss', { coldMs: 99_999 }),
      line('would-miss', { resource: 'api' }),
      line('wasted', { resource: 'cache' }),
      line('miss', { resource: 'constructor' }),
    ];
    expect(metricsOf(lines, { 'compose:shop/db': 8000, api: 500, cache: 70 }).atStakeMs).toBe(8500);
  });
});
