import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { peaksOf } from '../../../src/learn/traffic/peaks.ts';

const HOUR = 3_600_000;
/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2024, 0, 1);

/** Requests of a Poisson process whose rate per hour may hang on the hour since Monday. */
function arrivals(hours: number, rateOf: (hour: number) => number, seed = 3): readonly number[] {
  const random = randomFrom(seed);
  const at: number[] = [];
  for (let hour = 0; hour < hours; hour++)
    for (let left = -Math.log(1 - random()) / rateOf(hour); left < 1; left += -Math.log(1 - random()) / rateOf(hour))
      at.push(Math.floor(MONDAY + (hour + left) * HOUR));
  return at;
}
const covered = (hours: number) => ({ from: MONDAY, until: MONDAY + hours * HOUR });

describe('peak times', () => {
  it('are none where requests come evenly', () => {
    for (let seed = 1; seed <= 20; seed++)
      expect(
        peaksOf(
          arrivals(96, () => 40, seed),
          covered(96),
          0,
        ),
      ).toEqual([]);
  });
  it('are the hours of the day that stand out, told as one, with their share', () => {
    const at = arrivals(96, (hour) => (hour % 24 >= 9 && hour % 24 < 12 ? 120 : 30));
    const [peak, ...more] = peaksOf(at, covered(96), 0);
    expect(more).toEqual([]);
    expect(peak).toMatchObject({ fromHour: 9, untilHour: 12 });
    expect(peak?.share).toBeCloseTo(360 / (360 + 21 * 30), 1);
    expect(peak?.timesUsual).toBeCloseTo(120 / (990 / 24), 0);
  });
  it('are in the zone that is asked for', () => {
    const at = arrivals(96, (hour) => (hour % 24 === 9 ? 200 : 30));
    expect(peaksOf(at, covered(96), 2 * HOUR)).toMatchObject([{ fromHour: 11, untilHour: 12 }]);
  });
  it('name the day of the week where two weeks were watched', () => {
    const at = arrivals(504, (hour) => (hour % 168 >= 24 && hour % 168 < 27 ? 90 : 20));
    expect(peaksOf(at, covered(504), 0)).toMatchObject([{ days: ['tuesday'], fromHour: 0, untilHour: 3 }]);
  });
  it('on the same hours of several days are one, and of all days they name none', () => {
    const workdays = arrivals(504, (hour) => (hour % 168 < 120 && hour % 24 >= 9 && hour % 24 < 12 ? 120 : 20));
    expect(peaksOf(workdays, covered(504), 0)).toMatchObject([
      { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], fromHour: 9, untilHour: 12 },
    ]);
    const [everyDay, ...more] = peaksOf(
      arrivals(504, (hour) => (hour % 24 === 5 ? 120 : 20)),
      covered(504),
      0,
    );
    expect(more).toEqual([]);
    expect(everyDay).toMatchObject({ fromHour: 5, untilHour: 6 });
    expect(everyDay).not.toHaveProperty('days');
  });
  it('do not run past midnight into the next day', () => {
    const at = arrivals(96, (hour) => (hour % 24 === 23 || hour % 24 === 0 ? 200 : 30));
    expect(
      peaksOf(at, covered(96), 0)
        .map(({ fromHour, untilHour }) => [fromHour, untilHour])
        .sort((a, b) => a[0]! - b[0]!),
    ).toEqual([
      [0, 1],
      [23, 24],
    ]);
  });
  it('are not told from less than half a day', () => {
    expect(
      peaksOf(
        arrivals(8, (hour) => (hour === 3 ? 300 : 10)),
        covered(8),
        0,
      ),
    ).toEqual([]);
    expect(peaksOf([MONDAY], { from: MONDAY, until: MONDAY }, 0)).toEqual([]);
  });
  it('are not one burst on one of several days', () => {
    const at = arrivals(14 * 24 - 1, (hour) => (hour === 34 ? 60 : 8));
    expect(peaksOf(at, covered(14 * 24 - 1), 0)).toEqual([]);
  });
});
