import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClock, timeTicks } from '../../src/show/clock.ts';
import { CLOCK, DAY, HOUR, MINUTE, NOW } from './demandFixture.ts';

const berlin = createClock(CLOCK);
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'] as const;

describe('a clock on the wall', () => {
  it.each([
    ['UTC', 14],
    ['Europe/Berlin', 15],
    ['America/New_York', 9],
    ['Asia/Kathmandu', 19.75],
  ])('in %s it is %d hours', (zone, hours) => {
    expect((createClock({ zone, language: 'en' }).wall(NOW) % DAY) / HOUR).toBe(hours);
  });

  it('names moments in the editor’s language', () => {
    expect([berlin.time(NOW), berlin.weekday(NOW), berlin.day(NOW), berlin.moment(NOW)]).toEqual([
      '15:00',
      'Fri',
      '27 Nov',
      'Fri 27 Nov, 15:00',
    ]);
    expect(createClock({ zone: 'Europe/Berlin', language: 'de' }).weekday(NOW)).toBe('Fr');
  });

  it.each([
    [-2 * DAY, '25 Nov'],
    [-DAY, 'yesterday'],
    [0, 'today'],
    [9 * HOUR - 1, 'today'],
    [9 * HOUR, 'tomorrow'],
    [2 * DAY, 'Sunday'],
    [6 * DAY, 'Thursday'],
    [7 * DAY, '4 Dec'],
  ])('%d ms from now is %s', (ms, words) => expect(berlin.dayFrom(NOW, NOW + ms)).toBe(words));
});

describe('ticks of time', () => {
  it('stand at round hours within a day, and name the day where it begins', () => {
    expect(timeTicks(NOW, NOW + DAY, 8, berlin).map((t) => t.words)).toEqual([
      '15:00',
      '18:00',
      '21:00',
      'Sat',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
    ]);
  });

  it('stand at Mondays where they are a week apart', () => {
    const ticks = timeTicks(NOW, NOW + 28 * DAY, 5, berlin);
    expect(ticks.map((t) => berlin.weekday(t.at))).toEqual(['Mon', 'Mon', 'Mon', 'Mon']);
    expect(ticks[0]?.words).toBe('30 Nov');
  });

  it('stay round when the clocks are changed', () => {
    const begin = Date.UTC(2026, 9, 23, 22);
    expect(timeTicks(begin, begin + 3 * DAY, 4, berlin).map((t) => [berlin.time(t.at), t.words])).toEqual([
      ['00:00', 'Sat'],
      ['00:00', 'Sun'],
      ['00:00', 'Mon'],
    ]);
  });

  it('are as many as asked for or one more, ascend, and lie within, in any zone', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 400 * 24 * 4 }),
        fc.integer({ min: 1, max: 28 * 24 }),
        fc.integer({ min: 2, max: 20 }),
        (zone, quarters, hours, most) => {
          const clock = createClock({ zone, language: 'en' });
          const from = Date.UTC(2026, 0, 1) + quarters * 15 * MINUTE;
          const ticks = timeTicks(from, from + hours * HOUR, most, clock).map((t) => t.at);
          expect(ticks.length).toBeLessThanOrEqual(most + 2);
          expect(ticks.every((at, i) => at >= from && at <= from + hours * HOUR && (i === 0 || at > (ticks[i - 1] as number)))).toBe(true);
        },
      ),
      { numRuns: 200 },
    ));
});
