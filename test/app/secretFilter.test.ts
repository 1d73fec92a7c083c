import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecretFilter, HIDDEN } from '../../src/app/secretFilter.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));

it('takes it out wherever it stands: plainly, in a URL, in Base64 at any place', () => {
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      const filter = createSecretFilter();
      filter.hide(value);
      const encoded = filter.clean(Buffer.from(before + value + after).toString('base64'));
      const whole = Buffer.from(encoded.split(HIDDEN).join(''), 'base64').toString('latin1');
      expect(encoded).toContain(HIDDEN);
      expect(whole).not.toContain(value);
      expect(filter.clean([{ url: `postgres://u:${encodeURIComponent(value)}@h`, n: 1 }])).toEqual([
        { url: `postgres://u:${HIDDEN}@h`, n: 1 },
      ]);
    }),
  );
});

it('leaves all else as it is: the same value', () => {
  const filter = createSecretFilter();
  const state = { a: ['x', { b: null, c: undefined, d: 2 }] };
  expect(filter.clean(state)).toBe(state);
  filter.hide('s'.repeat(43));
  expect(filter.clean(state)).toBe(state);
});

it('an old secret is hidden on after a new one', () => {
  const filter = createSecretFilter();
  for (const value of ['a'.repeat(43), 'b'.repeat(43)]) filter.hide(value);
  expect(filter.clean(`${'a'.repeat(43)} ${'b'.repeat(43)}`)).toBe(`${HIDDEN} ${HIDDEN}`);
});
