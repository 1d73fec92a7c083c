import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, type Unit } from '../../../src/learn/experiment/assignment.ts';

const NONE = { waitedMs: 0, wastedWarmMinutes: 0, falseWarms: 0 };

function assigned(test: string, sessions: readonly string[]): readonly Unit[] {
  const units: Unit[] = [];
  for (const [at, session] of sessions.entries()) units.push({ session, at, ...assign(test, units, session) });
  return units;
}
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `s${i}`);

describe('the arm of a session', () => {
  it('is as often A as B, in every block', () => {
    const units = assigned('t1', names(400));
    for (let block = 0; block < 200; block++)
      expect(
        units
          .filter((u) => u.block === block)
          .map((u) => u.arm)
          .sort(),
      ).toEqual(['A', 'B']);
  });

  it('begins a block with A about half of the time, differently in each test', () => {
    const firsts = (test: string): string =>
      assigned(test, names(1000))
        .filter((_, i) => i % 2 === 0)
        .map((u) => u.arm)
        .join('');
    const a = [...firsts('t1')].filter((arm) => arm === 'A').length;
    expect(a).toBeGreaterThan(210);
    expect(a).toBeLessThan(290);
    expect(firsts('t1')).not.toBe(firsts('t2'));
  });

  it('hangs on the ids and on what was assigned, and on nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(fc.string(), { maxLength: 12 }), (test, sessions) => {
        expect(assigned(test, sessions)).toEqual(assigned(test, sessions));
      }),
    );
  });

  it('of a session that was left out is given again', () => {
    const [first, second] = assigned('t1', ['a', 'b']) as [Unit, Unit];
    const units = [first, { ...second, isVoid: true as const }];
    expect(assign('t1', units, 'c')).toEqual({ arm: second.arm, block: 0 });
  });

  it('makes a block even that two windows began at once', () => {
    const twice: readonly Unit[] = ['a', 'b'].map((session) => ({ session, at: 0, arm: 'A', block: 0, outcome: NONE }));
    const third = assign('t1', twice, 'c');
    const fourth = assign('t1', [...twice, { session: 'c', at: 0, ...third }], 'd');
    expect([third, fourth]).toEqual([
      { arm: 'B', block: 0 },
      { arm: 'B', block: 0 },
    ]);
  });
});
