import type { Snapshot } from '../domain/index.ts';

/**
 * What may go, in the order in which it is to be removed: copies before the snapshot whose files they share, what today's
 * declaration no longer gives before what it does, older before newer; never what is in use. Without a budget everything goes that
 * today's declaration does not give; with one, as much as is needed to keep the whole within it.
 */
export function toPrune(all: readonly Snapshot[], budgetBytes?: number): readonly Snapshot[] {
  const order = [...all].sort((a, b) => Number(a.current) - Number(b.current) || a.createdAt - b.createdAt);
  const going = new Set<Snapshot>();
  let next = order.find((s) => wanted(s) && mayGo(s));
  while (next) {
    going.add(next);
    next = order.find((s) => !going.has(s) && wanted(s) && mayGo(s));
  }
  return [...going];

  function wanted(snapshot: Snapshot): boolean {
    return budgetBytes === undefined ? !snapshot.current : bytesOf(all.filter((s) => !going.has(s))) > budgetBytes;
  }

  /** A snapshot is in use by its copies; once they all go, so may it. */
  function mayGo(snapshot: Snapshot): boolean {
    if (!snapshot.inUse) return true;
    const copies = all.filter((s) => s.type === 'copy' && s.key === snapshot.key);
    return snapshot.type === 'snapshot' && copies.length > 0 && copies.every((copy) => going.has(copy));
  }
}

export const bytesOf = (snapshots: readonly Snapshot[]): number => snapshots.reduce((sum, s) => sum + s.bytes, 0);
