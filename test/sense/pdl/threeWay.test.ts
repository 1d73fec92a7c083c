import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/sense/pdl/difference.ts';
import { durationMs, durationText } from '../../../src/sense/pdl/duration.ts';
import { editDistance, nearest } from '../../../src/sense/pdl/nearest.ts';
import { alike, threeWay } from '../../../src/sense/pdl/threeWay.ts';

const json = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, fc.nat(5), fc.constantFrom('a', 'b', 'PT1H'), tie('list'), tie('map')),
  list: fc.uniqueArray(fc.record({ id: fc.constantFrom('p', 'q', 'r'), v: tie('any') }), { selector: (e) => e.id, maxLength: 3 }),
  map: fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('any'), { maxKeys: 3 }),
})).any;

describe('three ways are joined', () => {
  it('who changed nothing has no say, and the same change on both sides is one', () => {
    fc.assert(
      fc.property(json, json, (base, changed) => {
        // The order of entries that are known by name says nothing.
        expect(differences(threeWay(base, changed, base).value, changed)).toEqual([]);
        expect(differences(threeWay(base, base, changed).value, changed)).toEqual([]);
        expect(threeWay(base, changed, changed)).toEqual({ value: changed, conflicts: [] });
        expect(threeWay(base, base, changed).conflicts).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('what both changed is told, and is as ours has it', () => {
    fc.assert(
      fc.property(json, json, json, (base, theirs, ours) => {
        for (const { path, ours: own, theirs: other } of threeWay(base, theirs, ours).conflicts) {
          expect(alike(own, other), path.join()).toBe(false);
          expect(own === undefined && other === undefined).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
    const { value, conflicts } = threeWay(
      { a: 1, b: [{ id: 'x', v: 1 }] },
      { a: 2, b: [{ id: 'x', v: 2 }] },
      { a: 1, b: [{ id: 'x', v: 3 }] },
    );
    expect(value).toEqual({ a: 2, b: [{ id: 'x', v: 3 }] });
    expect(conflicts).toEqual([{ path: ['b', 'x', 'v'], theirs: 2, ours: 3 }]);
  });

  it('what one took out and the other changed stays in', () => {
    const [base, changed, gone] = [{ l: [{ id: 'x', v: 1 }] }, { l: [{ id: 'x', v: 2 }] }, { l: [] }];
    expect(threeWay(base, changed, gone).value).toEqual(changed);
    expect(threeWay(base, gone, changed).value).toEqual(changed);
    expect(threeWay(base, base, gone)).toEqual({ value: gone, conflicts: [] });
  });

  it('the wording of a time and rounding are no change', () => {
    expect(threeWay(undefined, { w: 'PT24H', n: 0.333333 }, { w: 'P1D', n: 1 / 3 })).toEqual({
      value: { w: 'PT24H', n: 0.333333 },
      conflicts: [],
    });
  });
});

describe('what differs', () => {
  it('is nothing between the same, and is named by what entries are known by', () => {
    fc.assert(fc.property(json, (one) => void expect(differences(one, one)).toEqual([])));
    expect(differences({ pins: [{ field: 'name', value: 'a' }], n: 1 }, { pins: [{ field: 'name', value: 'b' }], m: [1] })).toEqual([
      { path: ['pins', 'name', 'value'], before: 'a', after: 'b' },
      { path: ['n'], before: 1, after: undefined },
      { path: ['m'], before: undefined, after: [1] },
    ]);
  });
});

describe('durations', () => {
  it.each<[string, number | undefined]>([
    ['PT1H', 3_600_000],
    ['P1DT12H', 129_600_000],
    ['PT0.5S', 500],
    ['PT1,5S', 1500],
    ['P2W', 14 * 86_400_000],
    ['P1Y', 365 * 86_400_000],
    ['PT0S', 0],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['-P1D', undefined],
    ['P-1D', undefined],
    ['1h', undefined],
    ['P1H', undefined],
    ['PT1H ', undefined],
  ])('%s is %s ms', (text, ms) => expect(durationMs(text)).toBe(ms));

  it('are written so that they are read again', () => {
    fc.assert(fc.property(fc.nat(4e10), (ms) => void expect(durationMs(durationText(ms))).toBe(ms)));
  });
});

describe('words that are near', () => {
  it.each([
    ['ordrs', ['orders', 'search'], 'orders'],
    ['sesion', ['session'], 'session'],
    ['compose:shop/bd', ['compose:shop/db', 'compose:shop/cache'], 'compose:shop/db'],
    ['entirely else', ['orders'], undefined],
    ['Orders', ['orders'], 'orders'],
  ])('%s', (word, known, meant) => expect(nearest(word, known)).toBe(meant));

  it('the distance is a metric on short words, and 0 only of the same', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
