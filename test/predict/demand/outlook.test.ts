import { describe, expect, it } from 'vitest';
import type { SeriesForecast } from '../../../src/domain/index.ts';
import { outlookOf } from '../../../src/predict/demand/outlook.ts';
import { HOUR, MONDAY } from './made.ts';

const forecast = (...point: readonly number[]): SeriesForecast => ({
  startAt: MONDAY,
  stepMs: HOUR,
  point: Float64Array.from(point),
  lower: Float64Array.from(point),
  upper: Float64Array.from(point),
  level: 0.95,
  model: 'made',
});

describe('what a forecast says of a use', () => {
  it.each([
    ['one step', [2, 0, 0], 'volume', HOUR, 2],
    ['part of a step', [2, 0, 0], 'volume', HOUR / 4, 0.5],
    ['several steps', [1, 2, 4], 'volume', 2.5 * HOUR, 5],
    ['a rate per second', [0.001, 0, 0], 'rate', HOUR, 3.6],
    ['less than nothing as nothing', [-1, 1, 0], 'volume', 2 * HOUR, 1],
  ] as const)('counts %s', (_, point, quantity, horizonMs, volume) => {
    const said = outlookOf(forecast(...point), quantity, MONDAY, horizonMs);
    expect(said?.volume).toBeCloseTo(volume, 9);
    expect(said?.probability).toBeCloseTo(1 - Math.exp(-volume), 9);
  });

  it('tells when: half of all first uses come before', () => {
    const said = outlookOf(forecast(0, 3, 0), 'volume', MONDAY, 3 * HOUR);
    const half = (said?.probability ?? 0) / 2;
    const before = 1 - Math.exp(-3 * (((said?.etaMs ?? 0) - HOUR) / HOUR));
    expect(before).toBeCloseTo(half, 9);
    expect(outlookOf(forecast(0, 0, 0), 'volume', MONDAY, HOUR)).toEqual({ probability: 0, volume: 0, etaMs: HOUR });
  });

  it.each([
    ['a quantity that counts no uses', 'cpu', MONDAY, HOUR],
    ['a horizon beyond the forecast', 'volume', MONDAY, 4 * HOUR],
    ['a forecast that is over', 'volume', MONDAY + 3 * HOUR, HOUR],
    ['a time long before it', 'volume', MONDAY - 2 * HOUR, HOUR],
  ] as const)('says nothing of %s', (_, quantity, now, horizonMs) => {
    expect(outlookOf(forecast(1, 1, 1), quantity, now, horizonMs)).toBeUndefined();
  });
});
