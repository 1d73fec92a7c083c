import fc from 'fast-check';
import { applyEdits, format } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { same } from '../../../src/sense/pdl/identity.ts';
import { rewritten } from '../../../src/sense/pdl/rewritten.ts';
import { plainOf, wellFormed } from '../../../src/sense/pdl/tree.ts';

const read = (text: string): unknown => {
  const root = wellFormed(text);
  if (!root) throw new Error(`no JSON: ${text}`);
  return plainOf(root);
};

describe('a document is rewritten where it differs, and nowhere else', () => {
  it.each<[string, unknown, string]>([
    ['{"a": 1, "b": 2}', { a: 1, b: 3 }, '{"a": 1, "b": 3}'],
    ['{"a": 1, "b": 2}', { a: 1 }, '{"a": 1}'],
    ['{"a": 1, "b": 2}', { b: 2 }, '{ "b": 2}'],
    ['{"a": 1}', { a: 1, b: [2] }, '{"a": 1, "b": [2]}'],
    ['[{"id":"a"},{"id":"b"}]', [{ id: 'a' }], '[{"id":"a"}]'],
    [
      '{\n  // why\n  "a": 1, // one\n  "b": 2 // two\n}',
      { a: 1, b: 2, c: 3 },
      '{\n  // why\n  "a": 1, // one\n  "b": 2, // two\n  "c": 3\n}',
    ],
    ['{\n  // why\n  "a": 1, // one\n  "b": 2 // two\n}', { b: 2 }, '{\n  "b": 2 // two\n}'],
    ['{\n  // why\n  "a": 1, // one\n  "b": 2 // two\n}', { a: 5 }, '{\n  // why\n  "a": 5 // one\n}'],
    ['{"a": 1, // one\n "b": 2}', { a: 1 }, '{"a": 1 // one\n }'],
    ['{\r\n\t"a": {},\r\n}', { a: { x: [1] } }, '{\r\n\t"a": {\r\n\t\t"x": [\r\n\t\t\t1\r\n\t\t]\r\n\t},\r\n}'],
    ['{}', { a: 1 }, '{\n  "a": 1\n}'],
    ['\uFEFF{"a": 1}', { a: 2 }, '\uFEFF{"a": 2}'],
  ])('%j as %j', (text, wanted, expected) => expect(rewritten(text, wanted)).toBe(expected));

  it('what is no JSON is not rewritten', () => {
    for (const text of ['', '{', '{"a": }', '['.repeat(100_000)]) expect(rewritten(text, {})).toBeUndefined();
  });

  const leaf = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean(), fc.constant(null));
  const key = fc.oneof(fc.constantFrom('id', 'name', 'from', 'to', 'field', 'a', 'b', '__proto__'), fc.string());
  const json = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('map'), tie('named')),
    list: fc.array(tie('any'), { maxLength: 5 }),
    map: fc.dictionary(key, tie('any'), { maxKeys: 5 }),
    named: fc.uniqueArray(fc.record({ id: fc.constantFrom('p', 'q', 'r', 's'), more: tie('any') }), {
      selector: (e) => e.id,
      maxLength: 4,
    }),
  }));
  /** Compact, spread out, or in between, with comments and trailing commas wherever they may stand. */
  const written = (value: unknown, style: number, seed: number): string => {
    const spaced = style % 3 === 0 ? JSON.stringify(value) : JSON.stringify(value, null, style % 3 === 1 ? 2 : '\t');
    const text = style % 2 === 0 ? spaced : applyEdits(spaced, format(spaced, undefined, { insertSpaces: true, tabSize: 3, eol: '\r\n' }));
    let n = seed;
    return text.replace(/"(?:[^"\\]|\\.)*"|[[\]{},]/g, (token) => {
      n = (n * 1103515245 + 12345) % 2147483648;
      const where = n % 11;
      if (token.startsWith('"')) return where === 0 ? `/* n${n} */${token}` : token;
      return where === 1 ? `${token} // c${n}\n` : where === 2 ? `${token}/* d${n} */` : where === 3 ? `/* e${n} */${token}` : token;
    });
  };

  it('whatever is wanted is what is then said, and what was not touched is there as it was', () => {
    fc.assert(
      fc.property(json.any, json.any, fc.nat(5), fc.nat(), (before, wanted, style, seed) => {
        const text = written(before, style, seed);
        expect(rewritten(text, read(text))).toBe(text);
        const next = rewritten(text, JSON.parse(JSON.stringify(wanted))) as string;
        expect(same(read(next), JSON.parse(JSON.stringify(wanted))), `${text} → ${next}`).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('a change of one value leaves every comment', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.integer(), { minKeys: 1, maxKeys: 6 }),
        fc.nat(5),
        fc.nat(),
        (map, style, seed) => {
          const text = written(map, style, seed);
          const changed = Object.fromEntries(Object.entries(map).map(([k, v], i) => [k, i === 0 ? v + 1 : v]));
          const next = rewritten(text, JSON.parse(JSON.stringify(changed))) as string;
          const comments = (t: string) => t.match(/\/\/ c\d+|\/\* [nde]\d+ \*\//g) ?? [];
          expect(comments(next)).toEqual(comments(text));
        },
      ),
      { numRuns: 500 },
    );
  });
});
