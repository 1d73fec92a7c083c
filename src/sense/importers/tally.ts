import type { Dropped } from '../redact.ts';

/** Filled while a history is imported. Nothing is lost without a count: `read = kept + emptied + rejected`. */
export interface Tally {
  /** Entries, and what is not of the format. */
  read: number;
  /** Entries that gave at least one activity; a pipeline gives several. */
  kept: number;
  /** Entries of which the gate left nothing, and entries that tell of nothing done: `asides` says of how many, and why. */
  emptied: number;
  /** Activities. */
  written: number;
  /** Entries from which the gate took something; `dropped` says what. */
  redacted: number;
  rejected: number;
  /** The first of them. */
  readonly rejects: Reject[];
  readonly dropped: Map<Dropped['kind'], number>;
  readonly asides: Map<string, number>;
}

export interface Reject {
  readonly line: number;
  readonly problem: string;
}

const MOST_REJECTS = 100;

export const createTally = (): Tally => ({
  read: 0,
  kept: 0,
  emptied: 0,
  written: 0,
  redacted: 0,
  rejected: 0,
  rejects: [],
  dropped: new Map(),
  asides: new Map(),
});

export function reject(tally: Tally, line: number, problem: string): void {
  tally.rejected++;
  if (tally.rejects.length < MOST_REJECTS) tally.rejects.push({ line, problem });
}

export function setAside(tally: Tally, why: string): void {
  tally.emptied++;
  tally.asides.set(why, (tally.asides.get(why) ?? 0) + 1);
}

export function drop(tally: Tally, dropped: readonly Dropped[]): void {
  if (dropped.length > 0) tally.redacted++;
  for (const { kind, count } of dropped) tally.dropped.set(kind, (tally.dropped.get(kind) ?? 0) + count);
}
