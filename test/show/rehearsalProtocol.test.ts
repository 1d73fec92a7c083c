import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFromRehearsal } from '../../src/show/rehearsal/rehearsalProtocol.ts';

const FORM = {
  duration: '10m',
  scale: '1',
  start: '',
  seed: '1',
  replications: '',
  rung: 'ready',
  rungs: { db: 'created' },
  faults: [{ do: 'slow', of: 'db', value: '200ms' }],
};

describe('messages of the rehearsal view', () => {
  it.each([
    { type: 'ready' },
    { type: 'ready', saved: 'an-id' },
    { type: 'cancel' },
    { type: 'save' },
    { type: 'export' },
    { type: 'compare' },
    { type: 'choose' },
    { type: 'list' },
    { type: 'apply', index: 3 },
    { type: 'simulate', form: FORM },
  ])('%j is taken as it is, without what does not belong to it', (message) => {
    expect(parseFromRehearsal({ ...message, more: 1 })).toEqual(message);
  });

  it.each([
    { type: 'apply', index: -1 },
    { type: 'apply', index: 0.5 },
    { type: 'ready', saved: 3 },
    { type: 'ready', saved: 'x'.repeat(501) },
    { type: 'simulate' },
    { type: 'simulate', form: { ...FORM, scale: 1 } },
    { type: 'simulate', form: { ...FORM, rungs: { db: 1 } } },
    { type: 'simulate', form: { ...FORM, faults: [{ do: 'burn', of: 'db', value: '1' }] } },
    { type: 'simulate', form: { ...FORM, faults: {} } },
    { type: 'erase' },
  ])('%j is none', (message) => expect(parseFromRehearsal(message)).toBeUndefined());

  it('of any shape are taken or refused, and never throw', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), fc.constantFrom('ready', 'simulate', 'apply', 'save'), (value, type) => {
        parseFromRehearsal(value);
        parseFromRehearsal({ type, form: value, saved: value, index: value });
        parseFromRehearsal({ type: 'simulate', form: { ...FORM, rungs: value, faults: value } });
        parseFromRehearsal({ type: 'simulate', form: { ...FORM, faults: [value] } });
      }),
    );
  });
});
