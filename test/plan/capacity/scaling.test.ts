import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextScale, type Scale, type ScaleSeen } from '../../../src/plan/capacity/scaling.ts';

const LIMITS = { least: 0, most: 10, idleForMs: 300 };
const run = (looks: readonly ScaleSeen[], from: Scale = { units: 2 }) => {
  let scale = from;
  return looks.map((seen, i) => {
    scale = nextScale(scale, seen, 100 * i, LIMITS);
    return scale.units;
  });
};

describe('scaling', () => {
  it('goes up at once, for what is used', () => expect(run([{ used: 5 }])).toEqual([5]));
  it('goes up ahead of what is foreseen', () => expect(run([{ used: 1, foreseen: 6 }])).toEqual([6]));
  it('goes no further than it may', () => expect(run([{ used: 50 }])).toEqual([10]));
  it('waits, idle, before it comes down', () => expect(run([{ used: 1 }, { used: 1 }, { used: 1 }, { used: 1 }])).toEqual([2, 2, 2, 1]));
  it('comes down to the most that was used meanwhile', () =>
    expect(run([{ used: 1 }, { used: 4 }, { used: 2 }, { used: 0 }], { units: 6 })).toEqual([6, 6, 6, 4]));
  it('a moment of full use begins the wait anew', () =>
    expect(run([{ used: 0 }, { used: 0 }, { used: 2 }, { used: 0 }, { used: 0 }])).toEqual([2, 2, 2, 2, 2]));
  it('what is foreseen keeps it up', () => {
    const looks = [0, 1, 2, 3, 4].map(() => ({ used: 0, foreseen: 2 }));
    expect(run(looks)).toEqual([2, 2, 2, 2, 2]);
  });
  it('a forecast of nothing brings nothing down that is used', () => {
    const looks = [0, 1, 2, 3, 4].map(() => ({ used: 2, foreseen: 0 }));
    expect(run(looks)).toEqual([2, 2, 2, 2, 2]);
  });
  it('what could not be observed was not idle', () =>
    expect(run([{ used: 0 }, { used: 0 }, { used: undefined, foreseen: 0 }, { used: 0 }, { used: 0 }])).toEqual([2, 2, 2, 2, 2]));

  it('never comes down within the wait, nor below what was used in it, whatever is foreseen', () => {
    const looks = fc.array(fc.record({ used: fc.option(fc.nat(10), { nil: undefined }), foreseen: fc.nat(12) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(looks, (all) => {
        const units = run(all);
        units.forEach((now, i) => {
          const before = units[i - 1] ?? 2;
          if (now >= before) return;
          const meanwhile = all.slice(i - 3, i + 1);
          expect(meanwhile).toHaveLength(4);
          for (const { used } of meanwhile) expect(used).toBeLessThanOrEqual(now);
        });
      }),
    );
  });
});
