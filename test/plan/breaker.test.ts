import { describe, expect, it } from 'vitest';
import { afterEngineFault, type Breaker, breakerState, CLOSED, isEngineFault } from '../../src/plan/breaker.ts';

const S = 1000;
const faultsAt = (...times: number[]): Breaker => times.reduce<Breaker>((breaker, at) => afterEngineFault(breaker, at * S), CLOSED);

describe('the breaker', () => {
  it.each([
    ['one fault is none', [0], 0, 'closed'],
    ['nor are two', [0, 1], 1, 'closed'],
    ['three on end open it', [0, 1, 2], 2, 'open'],
    ['for 30 s', [0, 1, 2], 31.999, 'open'],
    ['then one may try', [0, 1, 2], 32, 'half-open'],
    ['a probe that fails while it is open changes nothing', [0, 1, 2, 10], 32, 'half-open'],
    ['a try that fails then opens it for twice as long', [0, 1, 2, 32], 91.999, 'open'],
    ['and no longer', [0, 1, 2, 32], 92, 'half-open'],
    ['but for 5 min at most', [0, 1, 2, 100, 300, 600, 1000, 2000], 2299.999, 'open'],
    ['which end', [0, 1, 2, 100, 300, 600, 1000, 2000], 2300, 'half-open'],
  ] as const)('%s', (_, times, now, state) => expect(breakerState(faultsAt(...times), now * S)).toBe(state));
  it('counts what is the engine’s own fault only', () =>
    expect((['engine-unreachable', 'timed-out', 'start-failed', 'pull-failed'] as const).map(isEngineFault)).toEqual([
      true,
      true,
      false,
      false,
    ]));
});
