import { describe, expect, it } from 'vitest';
import type { LedgerEntry, Need } from '../../src/domain/index.ts';
import { asEager, expectedValueS, patienceMinutes, type Stay, worthS } from '../../src/plan/value.ts';

const GB = 2 ** 30;
const PRICES = { secondsPerGigabyteSecond: 0.01, secondsPerCoreSecond: 0.1, secondsPerWrongStart: 2, secondsPerWrongPreparation: 1 };
const need = (probability: number, etaMs: number, horizonMs = 100_000): Need => ({
  resource: 'db',
  probability,
  etaMs,
  horizonMs,
  because: '',
});
const stay = (coldMs: number, memoryBytes = GB, cores = 0): Stay => ({ savedS: coldMs / 1000, memoryBytes, cores, wrongS: 2 });

describe('the expected value of being warm, s', () => {
  it.each([
    ['a certain use: the wait less the memory until then', need(1, 40_000), stay(10_000), 10 - 40 * 0.01],
    ['no use: a wrong start, and memory for the whole horizon', need(0, 40_000), stay(10_000), -2 - 100 * 0.01],
    ['half and half', need(0.5, 40_000), stay(10_000), 5 - 1 - 70 * 0.01],
    ['memory is never held beyond the horizon', need(1, 900_000), stay(10_000), 10 - 100 * 0.01],
    ['two gigabytes cost twice', need(1, 40_000), stay(10_000, 2 * GB), 10 - 80 * 0.01],
    ['no memory costs nothing', need(1, 40_000), stay(10_000, 0), 10],
    ['nor does a processor at rest, but half a core does', need(1, 40_000), stay(10_000, 0, 0.5), 10 - 40 * 0.05],
  ])('%s', (_, n, s, value) => expect(expectedValueS(n, s, PRICES)).toBeCloseTo(value, 9));
});

describe('the patience that breaks even', () => {
  it('a 6 s start against 0.01 s for each gigabyte and second: 10 minutes', () => {
    expect(patienceMinutes({ coldMs: 6000, memoryBytes: GB }, PRICES)).toBeCloseTo(10, 12);
    expect(patienceMinutes({ coldMs: 6000, memoryBytes: GB / 2 }, PRICES)).toBeCloseTo(20, 12);
  });
});

describe('eagerness', () => {
  it('makes holding and wrong starts cheaper', () =>
    expect(asEager(PRICES, 2)).toEqual({
      secondsPerGigabyteSecond: 0.005,
      secondsPerCoreSecond: 0.05,
      secondsPerWrongStart: 1,
      secondsPerWrongPreparation: 0.5,
    }));
});

describe('what a line of the ledger was worth, s', () => {
  const entry = (outcome: LedgerEntry['outcome']): LedgerEntry => ({
    at: 0,
    resource: 'db',
    outcome,
    coldMs: 9000,
    waitedMs: 1000,
    savedMs: 8000,
    warmMs: 100_000,
    probability: 0.5,
  });
  it.each([
    ['hit', 8 - 1],
    ['would-hit', 9 - 1],
    ['wasted', -2 - 1],
    ['would-waste', -2 - 1],
    ['miss', 0],
    ['would-miss', 0],
  ] as const)('%s: %s', (outcome, worth) => expect(worthS(entry(outcome), GB, PRICES)).toBeCloseTo(worth, 12));
  it('counts the memory held', () => expect(worthS(entry('hit'), 2 * GB, PRICES)).toBeCloseTo(6, 12));
});
