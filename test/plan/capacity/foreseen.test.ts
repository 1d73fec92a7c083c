import { describe, expect, it } from 'vitest';
import type { Need, SeriesForecast } from '../../../src/domain/index.ts';
import { useForeseen, withForeseen } from '../../../src/plan/capacity/foreseen.ts';

const HOUR = 3_600_000;
const forecast = (point: readonly number[]): SeriesForecast => ({
  startAt: 10 * HOUR,
  stepMs: HOUR,
  point: Float64Array.from(point),
  lower: Float64Array.from(point),
  upper: Float64Array.from(point),
  level: 0.95,
  model: 'theta',
});
const need = (resource: string, probability: number): Need => ({
  resource,
  probability,
  horizonMs: HOUR,
  etaMs: 1000,
  because: 'You always do.',
});

describe('uses that a forecast makes likely', () => {
  it('the chance of at least one where so many are expected, and when half of that is reached', () => {
    expect(useForeseen(forecast([2]), 10 * HOUR, HOUR)).toEqual({
      probability: 1 - Math.exp(-2),
      etaMs: expect.closeTo((Math.LN2 / 2) * HOUR, 3),
      because: '2.0 uses are foreseen (theta).',
    });
  });
  it('counts only the part of a step that is within the horizon', () =>
    expect(useForeseen(forecast([2, 4]), 10.5 * HOUR, HOUR)?.probability).toBeCloseTo(1 - Math.exp(-3), 9));
  it('of another time it says nothing', () => expect(useForeseen(forecast([2]), 20 * HOUR, HOUR)).toBeUndefined());
});

describe('needs with what is foreseen', () => {
  const ahead = (probability: number) => new Map([['db', { probability, etaMs: 5, because: '9 are foreseen.' }]]);
  it('the likelier holds, and says why', () =>
    expect(withForeseen([need('db', 0.2)], ahead(0.8), HOUR)).toEqual([
      { resource: 'db', probability: 0.8, horizonMs: HOUR, etaMs: 5, because: 'You always do. 9 are foreseen.' },
    ]));
  it('a forecast of nothing takes nothing away', () => expect(withForeseen([need('db', 0.2)], ahead(0), HOUR)).toEqual([need('db', 0.2)]));
  it('what no session needs yet can be foreseen', () =>
    expect(withForeseen([], ahead(0.8), HOUR)).toEqual([
      { resource: 'db', probability: 0.8, horizonMs: HOUR, etaMs: 5, because: '9 are foreseen.' },
    ]));
});
