import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUANTITIES, type Quantity } from '../../src/domain/index.ts';
import { amount, amountEach, measureWords, numberWords, roughly } from '../../src/show/quantityWords.ts';
import { DAY, HOUR, MINUTE } from './demandFixture.ts';

const ALL = Object.keys(QUANTITIES) as Quantity[];

describe('values in words', () => {
  it.each([
    [14.4, 'volume', 'persona', '14 sessions'],
    [1, 'volume', 'persona', '1 session'],
    [0.44, 'volume', 'resource', '0.4 uses'],
    [1, 'volume', 'resource', '1 use'],
    [1, 'volume', 'feed', '1 interaction'],
    [0.004, 'volume', 'feed', '0 interactions'],
    [2.54, 'rate', 'feed', '2.5 a second'],
    [340, 'response_time', 'feed', '340 ms'],
    [1500, 'page_load_time', 'feed', '1.5 s'],
    [90_000, 'response_time', 'feed', '1.5 min'],
    [0.032, 'error_rate', 'feed', '3.2 %'],
    [0, 'error_rate', 'feed', '0 %'],
    [1, 'concurrent_users', 'feed', '1 user'],
    [12, 'concurrent_users', 'feed', '12 users'],
    [1, 'cpu', 'resource', '1 core'],
    [2.5, 'cpu', 'resource', '2.5 cores'],
    [2.5 * 2 ** 30, 'memory', 'resource', '2.5 GB'],
    [100 * 2 ** 20, 'memory', 'resource', '100 MB'],
    [400, 'disk_io', 'resource', '400 operations a second'],
    [2e6, 'network', 'resource', '2 Mbit/s'],
    [-3.21, 'other', 'feed', '-3.2'],
  ] as const)('%d of %s, %s: %s', (value, quantity, kind, words) => expect(amount(value, quantity, kind)).toBe(words));

  it.each([
    [6.5, '7'],
    [1.95, '2'],
    [1.2, '1.2'],
    [0.73, '0.7'],
    [1247.3, '1247'],
  ])('in a sentence %d is about %s', (value, words) => expect(roughly(value, 'volume')).toBe(words));

  it('what is counted is so per step', () => {
    const subject = { kind: 'resource' } as const;
    expect(amountEach(45, { quantity: 'volume', subject, stepMs: HOUR })).toBe('45 uses per hour');
    expect(amountEach(4, { quantity: 'cpu', subject, stepMs: HOUR })).toBe('4 cores');
  });

  it.each([
    [HOUR, 'Sessions per hour'],
    [DAY, 'Sessions per day'],
    [MINUTE, 'Sessions per minute'],
    [5 * MINUTE, 'Sessions per 5 min'],
    [6 * HOUR, 'Sessions per 6 h'],
    [7 * DAY, 'Sessions per 7 d'],
    [30_000, 'Sessions per 30 s'],
  ])('in steps of %d ms an axis is of %s', (stepMs, words) => expect(measureWords('volume', 'persona', stepMs)).toBe(words));

  it('any value has a number that is near it', () =>
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.double({ min: 0, max: 1e15, noNaN: true }), (quantity, value) => {
        const words = numberWords(value, quantity);
        expect(words).toMatch(/^\d/);
        if (quantity === 'other' && value >= 1) expect(Math.abs(Number(words) - value)).toBeLessThanOrEqual(0.051 * value);
      }),
    ));

  it('every quantity names its axis', () => {
    for (const quantity of ALL) expect(measureWords(quantity, 'feed', HOUR)).toMatch(/\w/);
  });
});
