import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENOUGH, effectOf, sampleOf } from '../../../src/plan/remedies/effect.ts';
import { type Guarded, guardrail } from '../../../src/plan/remedies/guard.ts';

const sample = (p95Ms: number, perSecond = 10, requests = 500) => ({ p95Ms, requests, perSecond });
/** Sixty of a hundred ms less. */
const predicted = { beforeMs: 100, afterMs: 40 };

describe('the effect of a remedy', () => {
  it.each([
    ['as predicted', 200, 80],
    ['as predicted', 200, 108],
    ['short', 200, 112],
    ['worse', 200, 201],
    ['better', 200, 40],
  ] as const)('is %s where p95 goes from %d to %d ms', (is, before, after) => {
    expect(effectOf(predicted, sample(before), sample(after)).is).toBe(is);
  });

  it('is not told of few requests, nor of another load', () => {
    expect(effectOf(predicted, undefined, sample(40)).text).toMatch(/before it was applied \(0 of/);
    expect(effectOf(predicted, sample(100), sample(40, 10, ENOUGH - 1)).is).toBe('not comparable');
    expect(effectOf(predicted, sample(100, 10), sample(40, 13)).text).toMatch(/13 requests a second come now, and 10 came before/);
    expect(effectOf(predicted, sample(100, 10), sample(40, 12)).is).toBe('as predicted');
  });

  it('is taken back exactly where less than three quarters of it came', () => {
    const ms = fc.double({ min: 1, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(ms, ms, ms, (before, after, share) => {
        const wanted = { beforeMs: 100, afterMs: 100 * (1 - (share % 1)) };
        const { is } = effectOf(wanted, sample(before), sample(after));
        const had = 1 - after / before;
        expect(is === 'short' || is === 'worse').toBe(had < 0 || had < 0.75 * (1 - wanted.afterMs / 100));
      }),
    );
  });

  it('is told by the 95th percentile and the rate of what came', () => {
    const values = Array.from({ length: 101 }, (_, i) => ({ at: 1000 + 100 * i, ms: i }));
    expect(sampleOf(values)).toEqual({ p95Ms: 95, requests: 101, perSecond: 10 });
    expect(sampleOf([])).toBeUndefined();
  });
});

const free: Guarded = {
  remediation: 'auto',
  mode: 'auto',
  trusted: true,
  underTest: 0,
  appliedToday: 0,
  triedLately: false,
  assumes: undefined,
  openConnections: 0,
  local: true,
  whole: true,
  moreBytes: 2 ** 20,
  freeBytes: 2 ** 30,
  cores: 1,
  machineCores: 2,
  pressed: false,
};

describe('guardrails', () => {
  it('let pass what is within all of them', () => expect(guardrail(free)).toBeUndefined());

  it.each<[Partial<Guarded>, RegExp]>([
    [{ remediation: 'off' }, /remediation/],
    [{ remediation: 'suggest' }, /suggest/],
    [{ mode: 'shadow' }, /mode of this workspace is shadow/],
    [{ mode: 'off' }, /off/],
    [{ mode: 'suggest' }, /suggest/],
    [{ trusted: false }, /Restricted Mode/],
    [{ underTest: 1 }, /another is being measured/],
    [{ appliedToday: 3 }, /which is the most/],
    [{ triedLately: true }, /taken back/],
    [{ assumes: 'the two fail independently' }, /fail independently/],
    [{ openConnections: 2 }, /2 open connections/],
    [{ local: false }, /cost money/],
    [{ whole: false }, /for a person/],
    [{ moreBytes: 2 ** 31 }, /2048 MB of memory, and 1024 MB/],
    [{ cores: 4 }, /4 cores, and the machine has 2/],
    [{ pressed: true }, /something else/],
  ])('hold back %j', (change, why) => expect(guardrail({ ...free, ...change })).toMatch(why));
});
