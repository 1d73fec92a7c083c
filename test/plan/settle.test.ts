import { describe, expect, it } from 'vitest';
import { settle } from '../../src/plan/settle.ts';

describe('letting go', () => {
  it.each([
    ['not yet', { db: 0 }, ['db'], 99, { db: 0 }, []],
    ['after the whole time', { db: 0 }, ['db'], 100, { db: 0 }, ['db']],
    ['long after', { db: 0 }, ['db'], 500, { db: 0 }, ['db']],
    ['the clock begins when it is first unwanted', {}, ['db'], 40, { db: 40 }, []],
    ['what is wanted again begins anew', { db: 0 }, [], 100, {}, []],
    ['each by itself', { db: 0, web: 90 }, ['db', 'web'], 100, { db: 0, web: 90 }, ['db']],
  ])('%s', (_, previous, unwanted, now, settling, released) => {
    const result = settle(previous as Record<string, number>, new Set(unwanted), now, 100);
    expect(result.settling).toEqual(settling);
    expect([...result.release]).toEqual(released);
  });
  it('at once where nothing is to be waited for', () => expect([...settle({}, new Set(['db']), 5, 0).release]).toEqual(['db']));
});
