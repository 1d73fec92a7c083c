import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blended, blendFor } from '../../../src/predict/demand/blend.ts';
import { filled } from '../../../src/predict/demand/fill.ts';
import { type Foreseen, forecastSeries, METHODS, seasonsOf } from '../../../src/predict/demand/forecast.ts';
import { conformalWidths } from '../../../src/predict/demand/intervals.ts';
import { learntFactors } from '../../../src/predict/demand/plannedEvents.ts';
import { offsetsOf, onWallClock } from '../../../src/predict/demand/wallClock.ts';
import { HOUR, hourly, MONDAY, made, normalFrom } from './made.ts';

const working = (t: number): number => (t % 24 >= 8 && t % 24 < 18 && Math.floor(t / 24) % 7 < 5 ? 100 : 5);
const foreseen = (found: Foreseen | undefined): Foreseen => {
  if (!found) throw new Error('nothing was said');
  return found;
};

describe('a forecast of a series', () => {
  it('begins where the past ends, and holds what comes', () => {
    const normal = normalFrom(1);
    const { forecast } = foreseen(
      forecastSeries(
        hourly(28 * 24, (t) => working(t) + 3 * normal()),
        { horizon: 48 },
      ),
    );
    expect(forecast).toMatchObject({ startAt: MONDAY + 28 * 24 * HOUR, stepMs: HOUR, level: 0.95 });
    let within = 0;
    forecast.point.forEach((v, h) => {
      expect(Math.abs(v - working(28 * 24 + h))).toBeLessThan(20);
      if (forecast.lower[h]! <= working(28 * 24 + h) && working(28 * 24 + h) <= forecast.upper[h]!) within++;
    });
    expect(within).toBeGreaterThanOrEqual(44);
    expect(forecast.model).toMatch(/\d+ %/);
  });

  it.each([
    ['nothing', hourly(0, () => 1), 5],
    ['less than twelve values', hourly(11, (t) => t), 2],
    ['less than twice the horizon', hourly(100, working), 60],
    ['mostly gaps', hourly(200, (t) => (t % 3 === 0 ? 1 : Number.NaN)), 5],
    ['gaps alone', hourly(200, () => Number.NaN), 5],
  ])('of %s nothing is said', (_, series, horizon) => {
    expect(forecastSeries(series, { horizon })).toBeUndefined();
  });

  it('where nothing was below 0 nothing is foreseen below it', () => {
    const normal = normalFrom(2);
    const { forecast } = foreseen(
      forecastSeries(
        hourly(300, () => Math.max(0, normal())),
        { horizon: 24 },
      ),
    );
    for (const bound of [forecast.point, forecast.lower]) expect(Math.min(...bound)).toBeGreaterThanOrEqual(0);
    const below = foreseen(
      forecastSeries(
        hourly(300, () => normal()),
        { horizon: 24 },
      ),
    );
    expect(Math.min(...below.forecast.lower)).toBeLessThan(0);
  });

  it('what rounding leaves of nothing is nothing', () => {
    const once = foreseen(
      forecastSeries(
        hourly(28 * 24, (t) => (t === 9 ? 3 : 0)),
        { horizon: 24 },
      ),
    ).forecast;
    for (const values of [once.point, once.lower, once.upper]) expect([...values]).toEqual(new Array(24).fill(0));
  });

  it('a hole in the past moves it little', () => {
    const whole = foreseen(forecastSeries(hourly(28 * 24, working), { horizon: 24 })).forecast;
    const holed = hourly(28 * 24, (t) => (t > 400 && t < 440 ? Number.NaN : working(t)));
    foreseen(forecastSeries(holed, { horizon: 24 })).forecast.point.forEach(
      (v, h) => void expect(Math.abs(v - whole.point[h]!)).toBeLessThan(10),
    );
  });

  it('leading gaps are no past', () => {
    const late = hourly(28 * 24, (t) => (t < 14 * 24 ? Number.NaN : working(t)));
    expect(foreseen(forecastSeries(late, { horizon: 24 })).forecast.startAt).toBe(MONDAY + 28 * 24 * HOUR);
  });

  it('the days and weeks that the past holds twice are its seasons', () => {
    expect(seasonsOf(HOUR, 47)).toEqual([]);
    expect(seasonsOf(HOUR, 48)).toEqual([24]);
    expect(seasonsOf(HOUR, 336)).toEqual([24, 168]);
    expect(seasonsOf(7 * HOUR, 10_000)).toEqual([24]);
  });
});

describe('planned events', () => {
  const week = 168;
  const release = (n: number) => ({
    name: 'release',
    from: MONDAY + (n * week + 30) * HOUR,
    until: MONDAY + (n * week + 36) * HOUR,
    source: 'calendar',
  });
  const busy = (t: number): number => working(t) * (t % week >= 30 && t % week < 36 && t < 3 * week ? 3 : 1);
  const series = hourly(4 * week, busy);

  it('past ones teach what they do, coming ones move the forecast, and quiet weeks stay quiet', () => {
    const past = [0, 1, 2].map(release);
    expect(learntFactors(series, past, [24, 168]).get('release')).toBeCloseTo(3, 1);
    const without = foreseen(forecastSeries(series, { horizon: 48, events: past })).forecast.point;
    const { point } = foreseen(forecastSeries(series, { horizon: 48, events: [...past, release(4)] })).forecast;
    expect(point[33]! / without[33]!).toBeCloseTo(3, 1);
    expect(point[20]).toBeCloseTo(without[20]!, 6);
    expect(Math.abs(without[33]! - 100)).toBeLessThan(15);
  });

  it('a factor that is told is taken; one of nothing and nothing learnt changes nothing', () => {
    const told = { ...release(4), factor: 0.5 };
    const of = (events: readonly (typeof told | ReturnType<typeof release>)[]) =>
      foreseen(forecastSeries(series, { horizon: 48, events })).forecast.point[33]!;
    const unseen = { ...release(4), name: 'never before' };
    expect(of([told]) / of([])).toBeCloseTo(0.5, 6);
    expect(of([unseen])).toBe(of([]));
  });
});

describe('the wall clock', () => {
  const berlin = offsetsOf('Europe/Berlin');
  /** The last Sunday of March 2026 is the 29th, of October the 25th. */
  const beforeSpring = Date.UTC(2026, 2, 7, 23);
  const beforeAutumn = Date.UTC(2026, 9, 3, 22);

  it.each([
    ['spring', beforeSpring],
    ['autumn', beforeAutumn],
  ])('nine o’clock stays nine o’clock over the change in %s', (_, startAt) => {
    const hourThere = (at: number): number => new Date(at + berlin(at)).getUTCHours();
    const series = hourly(21 * 24, (t) => (hourThere(startAt + t * HOUR) === 9 ? 100 : 1), startAt);
    const { forecast } = foreseen(forecastSeries(series, { horizon: 72, offsetAt: berlin }));
    forecast.point.forEach((v, h) => {
      const nine = hourThere(forecast.startAt + h * HOUR) === 9;
      expect(v, new Date(forecast.startAt + h * HOUR).toISOString()).toSatisfy((x: number) => (nine ? x > 80 : x < 20));
    });
  });

  it('has an hour too many in autumn, and one too few in spring', () => {
    const autumn = onWallClock(
      hourly(48, () => 1, Date.UTC(2026, 9, 24, 22)),
      berlin,
    );
    expect(autumn.values.length).toBe(47);
    const spring = onWallClock(
      hourly(48, () => 1, Date.UTC(2026, 2, 28, 23)),
      berlin,
    );
    expect(spring.values.length).toBe(49);
    expect([...spring.values].filter(Number.isNaN)).toHaveLength(1);
  });

  it('has zones of half an hour, and throws at one that is none', () => {
    expect(offsetsOf('Asia/Kolkata')(MONDAY)).toBe(5.5 * HOUR);
    expect(offsetsOf('UTC')(MONDAY)).toBe(0);
    expect(offsetsOf('America/New_York')(MONDAY)).toBe(-5 * HOUR);
    expect(() => offsetsOf('Mars/Olympus')).toThrow(RangeError);
  });
});

describe('gaps', () => {
  it('are closed by what is usual there; what is known stays', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: -50, max: 50 }), { nil: Number.NaN }), { maxLength: 80 }),
        fc.subarray([3, 7]),
        (values, seasons) => {
          const past = Float64Array.from(values);
          const out = filled(past, seasons);
          expect(out.length).toBe(past.length);
          out.forEach((v, t) => {
            expect(Number.isNaN(v)).toBe(false);
            if (!Number.isNaN(past[t]!)) expect(v).toBe(past[t]);
          });
        },
      ),
    );
    const gap = made(96, (t) => (t === 50 ? Number.NaN : t % 24));
    expect(filled(gap, [24])[50]).toBe(2);
    expect([...filled(Float64Array.of(1, Number.NaN, Number.NaN, 4), [])]).toEqual([1, 2, 3, 4]);
  });
});

describe('the blend', () => {
  const past = made(20 * 24, working);

  it('weighs by how well each foresaw the past; the weights sum to 1', () => {
    const bad = { name: 'bad', forecast: (p: Float64Array, h: number) => new Float64Array(h).fill(p[0]! + 500) };
    const blend = blendFor(past, 24, [24, 168], [...METHODS, bad]);
    const weights = blend?.weights ?? [];
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(weights.at(-1)).toBeLessThan(0.01);
    expect(Math.max(...weights)).toBe(weights[blend?.methods.findIndex((m) => m.name === 'seasonal naive, longer season') ?? -1]);
  });

  it('never looks at what came after an origin', () => {
    const seen: number[] = [];
    const forecast = (p: Float64Array, h: number): Float64Array => {
      seen.push(p.length);
      return new Float64Array(h);
    };
    const spy = { name: 'spy', forecast };
    const blend = blendFor(past, 24, [24], [spy]);
    expect(seen).toEqual(blend?.rolling.origins);
    expect(Math.max(...seen)).toBe(past.length - 24);
  });

  it('lies between the least and the most, and one that runs away moves it no further', () => {
    const numbers = fc.array(fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(numbers, (pairs) => {
        const sum = pairs.reduce((s, [, w]) => s + w, 0);
        const [v] = blended(
          pairs.map(([value]) => Float64Array.of(value)),
          pairs.map(([, w]) => w / sum),
        );
        expect(v).toBeGreaterThanOrEqual(Math.min(...pairs.map(([x]) => x)));
        expect(v).toBeLessThanOrEqual(Math.max(...pairs.map(([x]) => x)));
      }),
    );
    const near = (away: number): number =>
      blended(
        [1, 2, 3, away].map((v) => Float64Array.of(v)),
        [0.3, 0.3, 0.3, 0.1],
      )[0]!;
    expect(near(1e9)).toBeCloseTo(near(4), 9);
  });
});

describe('conformal intervals', () => {
  it('hold what they promise where errors are alike', () => {
    const normal = normalFrom(9);
    const errors = Array.from({ length: 6 }, () => made(48, (h) => (1 + h / 24) * normal()));
    const { half } = conformalWidths(errors, 0.9, 24);
    let within = 0;
    for (let i = 0; i < 200; i++) for (let h = 0; h < 48; h++) if (Math.abs((1 + h / 24) * normal()) <= half[h]!) within++;
    expect(within / (200 * 48)).toBeGreaterThan(0.87);
    expect(within / (200 * 48)).toBeLessThan(0.97);
  });

  it('never become narrower with the distance, and leave out what is not known', () => {
    const errors = [made(10, (h) => 10 - h), made(10, (h) => (h === 3 ? Number.NaN : 1))];
    const { half } = conformalWidths(errors, 0.95, 1);
    for (let h = 1; h < 10; h++) expect(half[h]).toBeGreaterThanOrEqual(half[h - 1]!);
    expect(half.every(Number.isFinite)).toBe(true);
  });
});
