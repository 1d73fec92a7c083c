import { describe, expect, it } from 'vitest';
import type { Cost, Need } from '../../src/domain/index.ts';
import { expectedValueS } from '../../src/plan/value.ts';

const GB = 2 ** 30;
const PRICES = { secondsPerGigabyteSecond: 0.01, secondsPerWrongStart: 2 };
const need = (probability: number, etaMs: number, horizonMs = 100_000): Need => ({
  resource: 'db',
  probability,
  etaMs,
  horizonMs,
  because: '',
});
const cost = (coldMs: number, memoryBytes = GB): Cost => ({ resource: 'db', coldMs, measured: true, memoryBytes });

describe('the expected value of being warm, s', () => {
  it.each([
    ['a certain use: the wait less the memory until then', need(1, 40_000), cost(10_000), 10 - 40 * 0.01],
    ['no use: a wrong start, and memory for the whole horizon', need(0, 40_000), cost(10_000), -2 - 100 * 0.01],
    ['half and half', need(0.5, 40_000), cost(10_000), 5 - 1 - 70 * 0.01],
    ['memory is never held beyond the horizon', need(1, 900_000), cost(10_000), 10 - 100 * 0.01],
    ['two gigabytes cost twice', need(1, 40_000), cost(10_000, 2 * GB), 10 - 80 * 0.01],
    ['no memory costs nothing', need(1, 40_000), cost(10_000, 0), 10],
  ])('%s', (_, n, c, value) => expect(expectedValueS(n, c, PRICES)).toBeCloseTo(value, 9));
});
