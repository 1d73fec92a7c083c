import { describe, expect, it } from 'vitest';
import { readyP95MsOf } from '../../src/app/costs.ts';

const climbs = (...ms: number[]) => ms.map((n) => ({ from: 'absent' as const, ms: n }));

describe('the p95 time to ready', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 3],
    [Array.from({ length: 20 }, (_, i) => i + 1), 19],
    [Array.from({ length: 21 }, (_, i) => i + 1), 20],
  ])('of %j is %d', (ms, p95) => expect([...readyP95MsOf({ db: climbs(...ms) })]).toEqual([['db', p95]]));
  it('of nothing is not known', () => expect([...readyP95MsOf({ db: [] })]).toEqual([]));
});
