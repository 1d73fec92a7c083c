import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedMemory } from '../../src/app/mergedMemory.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/app/ports.ts';
import type { LedgerEntry } from '../../src/domain/index.ts';

const line = (at: number): LedgerEntry => ({
  at,
  resource: 'compose:shop/db',
  outcome: 'hit',
  coldMs: 1,
  waitedMs: 0,
  savedMs: 1,
  warmMs: 1,
  probability: 0.5,
});
const memory = (more: Partial<Memory>): Memory => ({ ...EMPTY_MEMORY, ...more });
const said = (...names: readonly string[]): Memory['feedback'] =>
  Object.fromEntries(names.map((resource) => [resource, { resource, verdict: 'never', at: 1 } as const]));

const some = fc
  .record({
    feedback: fc.subarray(['a', 'b', 'c']).map((names) => said(...names)),
    ports: fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(3)),
    ledger: fc.uniqueArray(fc.nat(5)).map((times) => times.sort((a, b) => a - b).map(line)),
    standbys: fc.subarray(['x', 'y']),
    mode: fc.constantFrom('auto', 'suggest') as fc.Arbitrary<Memory['mode'] & string>,
  })
  .map(memory);

describe('the memory of two windows', () => {
  it('keeps what either said', () => {
    const base = memory({ feedback: said('a') });
    const merged = mergedMemory(base, memory({ feedback: said('a', 'b') }), memory({ feedback: said('a', 'c'), mode: 'auto' }));
    expect(merged).toEqual(memory({ feedback: said('a', 'b', 'c'), mode: 'auto' }));
  });

  it('lets go what either took back', () => {
    const base = memory({ feedback: said('a', 'b'), ledger: [line(1), line(2)] });
    const merged = mergedMemory(
      base,
      memory({ feedback: said('b'), ledger: [line(2), line(3)] }),
      memory({ feedback: said('a', 'b'), ledger: [line(1), line(2), line(4)] }),
    );
    expect(merged).toEqual(memory({ feedback: said('b'), ledger: [line(2), line(3), line(4)] }));
  });

  it('who alone changed something has it as it was changed', () => {
    fc.assert(
      fc.property(some, some, (base, changed) => {
        expect(mergedMemory(base, changed, base)).toEqual(changed);
        expect(mergedMemory(base, base, changed)).toEqual(changed);
      }),
    );
  });

  it('merged twice is merged once', () => {
    fc.assert(
      fc.property(some, some, some, (base, ours, theirs) => {
        const once = mergedMemory(base, ours, theirs);
        expect(mergedMemory(theirs, once, theirs)).toEqual(once);
        expect(mergedMemory(base, once, theirs).feedback).toEqual(once.feedback);
      }),
    );
  });
});
