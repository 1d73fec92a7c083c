import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/domain/index.ts';
import { bytesOf, toPrune } from '../../src/plan/prune.ts';

const made = (id: string, more: Partial<Snapshot> = {}): Snapshot => ({
  id,
  resource: 'compose:shop/db',
  type: 'snapshot',
  key: id,
  current: false,
  bytes: 10,
  createdAt: 0,
  inUse: false,
  ...more,
});
const ids = (snapshots: readonly Snapshot[]): readonly string[] => snapshots.map((s) => s.id);

describe('what may be pruned', () => {
  it('without a budget: what today’s declaration no longer gives, oldest first', () => {
    const all = [made('new', { createdAt: 2 }), made('old', { createdAt: 1 }), made('today', { current: true })];
    expect(ids(toPrune(all))).toEqual(['old', 'new']);
  });

  it('a snapshot goes only after the copies that share its files, and stays while one of them stays', () => {
    const snapshot = made('s', { key: 'k', inUse: true });
    const copy = made('c', { key: 'k', type: 'copy', createdAt: 1 });
    expect(ids(toPrune([snapshot, copy]))).toEqual(['c', 's']);
    expect(ids(toPrune([snapshot, { ...copy, inUse: true }]))).toEqual([]);
  });

  it('with a budget: no more than is needed, today’s last', () => {
    const all = [made('today', { current: true }), made('a', { createdAt: 1 }), made('b', { createdAt: 2 })];
    expect(ids(toPrune(all, 20))).toEqual(['a']);
    expect(ids(toPrune(all, 5))).toEqual(['a', 'b', 'today']);
    expect(ids(toPrune(all, 30))).toEqual([]);
  });

  const anySnapshots = fc.uniqueArray(
    fc.record({
      id: fc.string(),
      type: fc.constantFrom('snapshot' as const, 'copy' as const),
      key: fc.constantFrom('k', 'l', 'm'),
      current: fc.boolean(),
      inUse: fc.boolean(),
      bytes: fc.nat(100),
      createdAt: fc.nat(100),
    }),
    { selector: (s) => s.id, maxLength: 12 },
  );

  it('never takes what is in use, and keeps to the budget where it may', () =>
    fc.assert(
      fc.property(anySnapshots, fc.option(fc.nat(500), { nil: undefined }), (some, budget) => {
        const all = some.map((s) => made(s.id, s));
        const going = toPrune(all, budget);
        expect(going.filter((s) => s.inUse && s.type === 'copy')).toEqual([]);
        for (const s of going.filter((g) => g.inUse))
          expect(all.filter((c) => c.type === 'copy' && c.key === s.key && going.indexOf(c) > going.indexOf(s))).toEqual([]);
        const left = all.filter((s) => !going.includes(s));
        if (budget !== undefined && bytesOf(left) > budget) expect(left.filter((s) => !s.inUse)).toEqual([]);
        if (budget === undefined) expect(left.filter((s) => !s.inUse && !s.current)).toEqual([]);
      }),
    ));
});
