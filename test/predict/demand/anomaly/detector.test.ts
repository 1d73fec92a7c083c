import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../../../src/domain/index.ts';
import { randomFrom } from '../../../../src/learn/random.ts';
import { createCalendar } from '../../../../src/predict/demand/anomaly/calendar.ts';
import { ALERT, createDetector } from '../../../../src/predict/demand/anomaly/detector.ts';
import { createExtremes } from '../../../../src/predict/demand/anomaly/extremes.ts';
import { createLast, createMean, createQuantiles } from '../../../../src/predict/demand/anomaly/lately.ts';
import { MONDAY, normalFrom } from '../made.ts';

const FIVE_MINUTES = 300_000;
const DAY = 288;

/** Ten days of traffic by five minutes, noisy, higher by day. */
function traffic(length: number, seed: number, changed: (t: number, v: number) => number = (_, v) => v): readonly number[] {
  const normal = normalFrom(seed);
  return Array.from({ length }, (_, t) => changed(t, 100 - 40 * Math.cos((2 * Math.PI * t) / DAY) + 4 * normal()));
}

function alertsOf(values: readonly number[]): readonly (Anomaly & { readonly row: number })[] {
  const detector = createDetector('traffic');
  return values.flatMap((value, row) => {
    const { anomaly } = detector.update(MONDAY + row * FIVE_MINUTES, value);
    return anomaly ? [{ ...anomaly, row }] : [];
  });
}

describe('the detector of anomalies', () => {
  const length = 10 * DAY;
  const at = 8 * DAY + 150;

  it.each([
    ['a spike', (t: number, v: number) => (t === at ? v + 150 : v), /changes within/],
    ['an outage', (t: number, v: number) => (t >= at && t < at + 40 ? 0 : v), /changes within|lower|drop/],
    ['a higher level', (t: number, v: number) => (t >= at ? v + 80 : v), /changes within|higher/],
    ['a slow rise', (t: number, v: number) => (t >= at ? v + (t - at) * 0.8 : v), /higher|changes within|time of/],
    [
      'a night in the daytime',
      (t: number, v: number) => (t >= 8 * DAY + 100 && t < 8 * DAY + 180 ? 60 + 0.1 * v : v),
      /time of|changes|drop/,
    ],
  ])('sees %s when it comes, and says what was expected', (_, changed, because) => {
    const found = alertsOf(traffic(length, 4, changed)).filter((a) => a.row >= 8 * DAY + 100 && a.row < at + 90);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatchObject({ series: 'traffic', because: expect.stringMatching(because) });
    expect(found[0]?.score).toBeGreaterThanOrEqual(ALERT);
  });

  it('is mostly quiet where nothing happens, and one event is one alert', () => {
    const days = 60;
    const quiet = Array.from({ length: 5 }, (_, seed) => alertsOf(traffic(days * DAY, seed + 20)).filter((a) => a.row > 5 * DAY).length);
    // Less than one in ten days.
    expect(quiet.reduce((a, b) => a + b, 0) / (5 * days)).toBeLessThan(0.1);
    const outage = alertsOf(traffic(length, 4, (t, v) => (t >= at && t < at + 25 ? 0 : v))).filter((a) => a.row >= at && a.row < at + 25);
    expect(outage).toHaveLength(1);
  });

  it('looks at nothing that comes later, and scores from 0 to 1', () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constantFrom(Number.NaN, 0, Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), fc.array(value, { maxLength: 30 }), (past, future) => {
        const scores = (values: readonly number[]) => {
          const detector = createDetector('x');
          return values.map((v, i) => detector.update(i * FIVE_MINUTES, v).score);
        };
        const alone = scores(past);
        expect(scores([...past, ...future]).slice(0, past.length)).toEqual(alone);
        for (const score of alone) expect(score >= 0 && score <= 1).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('says the same whatever the unit', () => {
    const values = traffic(length, 4, (t, v) => (t === at ? v + 150 : v));
    const rows = (factor: number) => alertsOf(values.map((v) => v * factor)).map((a) => a.row);
    expect(rows(1024)).toEqual(rows(1));
  });

  it('a clock that is set back is no end of the world', () => {
    const detector = createDetector('x');
    for (let i = 0; i < 500; i++) detector.update(MONDAY + (i % 100) * FIVE_MINUTES, i % 7);
    expect(detector.update(MONDAY, 3).score).toBeLessThan(ALERT);
  });
});

describe('its parts, held against the slow way', () => {
  const numbers = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 900 });

  it('ranges of what was lately', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(0.5, 0.8, 1), (values, share) => {
        const range = createExtremes(share);
        values.forEach((value, i) => {
          const back = Math.max(400, Math.floor(share * i));
          range.beyond(value, 1);
          // Of the row before the next: what the queues now hold ends with this row.
          const kept = values.slice(Math.max(0, i - back), i + 1);
          expect(range.most).toBe(Math.max(...kept));
          expect(range.least).toBe(Math.min(...kept));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('means, quantiles and what was before', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 40 }), (values, size) => {
        const [mean, quantiles, last] = [createMean(size), createQuantiles(size), createLast(size)];
        values.forEach((value, i) => {
          const kept = values.slice(Math.max(0, i - size + 1), i + 1);
          expect(mean(value)).toBeCloseTo(kept.reduce((a, b) => a + b, 0) / kept.length, 9);
          quantiles.add(value);
          const sorted = [...kept].sort((a, b) => a - b);
          for (const share of [0, 0.5, 0.95, 1])
            expect(quantiles.quantile(share, 0)).toBe(sorted[Math.floor(share * (sorted.length - 1) + 0.5)]);
          last.add(value);
          expect(last.ago(3)).toBe(kept[Math.max(0, kept.length - 4)]);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('the same time of other days', () => {
    const random = randomFrom(8);
    const calendar = createCalendar();
    const rows: { at: number; value: number }[] = [];
    for (let at = 0; at < 8 * 86_400_000; at += Math.floor(60_000 + random() * 1_200_000)) {
      const value = Math.floor(random() * 100);
      const near = rows.filter((r) => [1, 2, 3, 4, 5].some((day) => Math.abs(r.at - (at - day * 86_400_000)) <= 300_000));
      const expected = at < 86_400_000 ? undefined : near.length === 0 ? 0 : Math.min(...near.map((r) => Math.abs(r.value - value)));
      expect(calendar(at, value)).toBe(expected);
      rows.push({ at, value });
    }
  });
});
