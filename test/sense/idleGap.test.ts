import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { IDLE_BOUNDS, learnIdleGaps } from '../../src/sense/idleGap.ts';

const MINUTE = 60_000;
const FALLBACK = 30 * MINUTE;

/** An actor's days: gaps within a session about `withinMs`, between sessions about `betweenMs`, both log-normal. */
function work(actor: string, withinMs: number, betweenMs: number, sessions: number, seed: number) {
  const random = randomFrom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const activities: Activity[] = [];
  const gaps: { ms: number; ends: boolean }[] = [];
  let at = 1_700_000_000_000;
  for (let s = 0; s < sessions; s++) {
    for (let i = 0; i < 20; i++) {
      const ends = i === 19;
      activities.push({ at, actor, resource: 'x', workspace: 'w' });
      const ms = Math.round((ends ? betweenMs : withinMs) * Math.exp((ends ? 0.7 : 1) * normal()));
      gaps.push({ ms, ends });
      at += ms;
    }
  }
  return { activities, gaps };
}

describe('learnIdleGaps', () => {
  it.each([
    ['quick', 20_000, 50 * MINUTE],
    ['slow', 4 * MINUTE, 14 * 60 * MINUTE],
  ])('tells pauses from ends for a %s worker', (actor, within, between) => {
    const { activities, gaps } = work(actor, within, between, 60, 3);
    const learnt = learnIdleGaps(activities, FALLBACK).get(actor) as number;
    const wrong = gaps.filter((g) => g.ms > learnt !== g.ends).length;
    expect(wrong / gaps.length).toBeLessThan(0.01);
  });

  it('gives each actor their own', () => {
    const both = [...work('quick', 10_000, 60 * MINUTE, 60, 1).activities, ...work('slow', 8 * MINUTE, 20 * 60 * MINUTE, 60, 2).activities];
    const learnt = learnIdleGaps(both, FALLBACK);
    expect(learnt.get('quick')).toBeLessThan(FALLBACK);
    expect(learnt.get('slow')).toBeGreaterThan(FALLBACK);
  });

  it('comes from the fallback to what the data says as more is seen', () => {
    const from = 2 * 60 * MINUTE;
    const far = [15, 30, 60, 240].map(
      (n) => from / (learnIdleGaps(work('q', 10_000, 90 * MINUTE, n, 4).activities, from).get('q') ?? from),
    );
    expect(far[0]).toBeGreaterThan(1);
    expect([...far].sort((a, b) => a - b)).toEqual(far);
  });

  it('leaves the fallback where it parts the heaps as well', () => {
    expect(learnIdleGaps(work('a', 5000, 24 * 60 * MINUTE, 60, 1).activities, FALLBACK).size).toBe(0);
  });

  it.each<[string, Activity[]]>([
    ['nothing', []],
    ['too few activities', work('a', 10_000, 60 * MINUTE, 1, 1).activities],
    ['no pauses at all', work('a', 10_000, 10_000, 9, 1).activities],
    ['one heap, not two', work('a', FALLBACK, FALLBACK, 60, 1).activities],
    ['a split that is given', work('a', 10_000, 60 * MINUTE, 60, 1).activities.map((x) => ({ ...x, session: 's' }))],
  ])('abstains for %s', (_, activities) => expect(learnIdleGaps(activities, FALLBACK).size).toBe(0));

  it('leaves a setting outside its bounds as it is', () => {
    expect(learnIdleGaps(work('a', 1000, 60 * MINUTE, 60, 1).activities, 6000).size).toBe(0);
  });

  it('stays within its bounds and does not depend on the order (property)', () => {
    const activity = fc.record({
      at: fc.nat(10 ** 9),
      actor: fc.constantFrom('a', 'b'),
      resource: fc.constant('x'),
      workspace: fc.constantFrom('v', 'w'),
    });
    fc.assert(
      fc.property(fc.array(activity, { minLength: 60, maxLength: 200, size: 'max' }), (all) => {
        const learnt = learnIdleGaps(all, FALLBACK);
        expect(learnIdleGaps([...all].reverse(), FALLBACK)).toEqual(learnt);
        for (const ms of learnt.values()) {
          expect(ms).toBeGreaterThanOrEqual(IDLE_BOUNDS.least);
          expect(ms).toBeLessThanOrEqual(IDLE_BOUNDS.most);
        }
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});
