import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { METHODS } from '../../../src/predict/demand/forecast.ts';
import { ridge } from '../../../src/predict/demand/ridge.ts';
import { made, normalFrom } from './made.ts';

const method = (name: string) => METHODS.find((m) => m.name === name) as (typeof METHODS)[number];
const within = (forecast: Float64Array | undefined, expected: (h: number) => number, tolerance: number): void => {
  expect(forecast).toBeDefined();
  (forecast as Float64Array).forEach((v, h) => {
    expect(Math.abs(v - expected(h)), `step ${h}: ${v}, not ${expected(h)}`).toBeLessThan(tolerance);
  });
};

describe('methods of forecasting', () => {
  const daily = (t: number): number => 100 + 40 * Math.sin((2 * Math.PI * t) / 24);

  it.each(METHODS.filter((m) => m.name !== 'seasonal naive, longer season').map((m) => [m.name]))('%s goes on with a season', (name) => {
    within(method(name).forecast(made(20 * 24, daily), 48, [24]), (h) => daily(20 * 24 + h), 2.5);
  });

  it('the longer season is that of the week', () => {
    const weekly = (t: number): number => (Math.floor(t / 24) % 7 < 5 ? 10 : 1);
    within(method('seasonal naive, longer season').forecast(made(28 * 24, weekly), 72, [24, 168]), (h) => weekly(28 * 24 + h), 1e-9);
    expect(method('seasonal naive, longer season').forecast(made(100, daily), 5, [24])).toBeUndefined();
  });

  it('Theta follows half of the trend, as its authors have it', () => {
    // On a straight line smoothing with 0.9 ends 1/0.9 behind; drift is half the slope.
    const forecast = method('Theta').forecast(
      made(100, (t) => 2 * t),
      3,
      [],
    ) as Float64Array;
    expect(forecast[1]! - forecast[0]!).toBeCloseTo(1, 6);
  });

  it('autoregression finds the coefficients of a process that is one', () => {
    const normal = normalFrom(5);
    const values = [0, 0];
    for (let t = 2; t < 4000; t++) values.push(1.2 * values[t - 1]! - 0.5 * values[t - 2]! + normal());
    const [a, b] = [values.at(-1)!, values.at(-2)!];
    const forecast = method('autoregression').forecast(Float64Array.from(values), 2, []) as Float64Array;
    const one = 1.2 * a - 0.5 * b;
    expect(forecast[0]).toBeCloseTo(one, 0);
    expect(forecast[1]).toBeCloseTo(1.2 * one - 0.5 * a, 0);
  });

  it('logarithms are for what is above 0 only', () => {
    expect(
      method('autoregression of logarithms').forecast(
        made(100, (t) => t % 5),
        3,
        [5],
      ),
    ).toBeUndefined();
    within(
      method('autoregression of logarithms').forecast(
        made(60, (t) => 1.02 ** t),
        4,
        [],
      ),
      (h) => 1.02 ** (60 + h),
      0.05,
    );
  });

  it('whatever the past: the same again, finite, of the right length, near what was seen', () => {
    const value = fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constantFrom(0, 1, 1e-12, -1e-12));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 120 }),
        fc.integer({ min: 1, max: 30 }),
        fc.subarray([2, 7, 24]),
        (values, horizon, seasons) => {
          const past = Float64Array.from(values);
          const room = values.length > 0 ? Math.max(...values) - Math.min(...values) : 0;
          for (const { name, forecast } of METHODS) {
            const said = forecast(past, horizon, seasons);
            expect(forecast(past, horizon, seasons)).toEqual(said);
            if (!said) continue;
            expect(said.length).toBe(horizon);
            for (const v of said) {
              expect(Number.isFinite(v), name).toBe(true);
              expect(v, name).toBeLessThanOrEqual(Math.max(...values) + 0.3 * room + 1e-6);
              expect(v, name).toBeGreaterThanOrEqual(Math.min(...values) - 0.3 * room - 1e-6);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('ridge regression', () => {
  it('finds the coefficients that made the values', () => {
    const random = randomFrom(3);
    const width = 4;
    const truth = [3, -2, 0.5, 7];
    const rows = Float64Array.from({ length: 200 * width }, (_, i) => (i % width === width - 1 ? 1 : random() - 0.5));
    const target = made(200, (r) => truth.reduce((sum, b, i) => sum + b * rows[r * width + i]!, 0));
    ridge(rows, width, target, 1e-9).forEach((b, i) => void expect(b).toBeCloseTo(truth[i]!, 5));
  });

  it('draws what the rows do not determine to 0, and not the constant', () => {
    const rows = Float64Array.from({ length: 60 }, (_, i) => (i % 3 === 2 ? 1 : 0));
    const [a, b, constant] = ridge(
      rows,
      3,
      made(20, () => 5),
      0.1,
    );
    expect([a, b]).toEqual([0, 0]);
    expect(constant).toBeCloseTo(5, 6);
  });
});
