import type { UnixMs } from '../../domain/index.ts';

/** How far apart entries without times are laid. */
const SPACING_MS = 20_000;
/** A history without times does not say where a session ended: this many entries stand for one, an hour after the last. */
const RECALLED_SESSION = 15;
export const RECALLED_GAP_MS = 60 * 60_000;
/** So many entries wait for the time that follows them; of longer runs the length must be known beforehand. */
const MOST_WAITING = 4096;

/** A run of entries without times, and the time that follows it. */
export interface Run {
  readonly length: number;
  readonly until: UnixMs;
}

/** Something that may have no time yet. */
interface Timeless {
  readonly at?: UnixMs;
}

export interface Timed<T> {
  readonly entry: T;
  readonly laidAt: UnixMs;
}

/**
 * Entries without a time are laid back from the next that has one, or from `endAt`, in one pass and in constant memory: short runs wait
 * for the time behind them. A run that is too long to wait needs to be counted first, by reading the source a second time:
 * `longRuns`, which is asked for only then. A source that can be read only once gives none, and its longest run is held.
 */
export async function* laidBack<T extends Timeless>(
  batches: AsyncIterable<readonly T[]>,
  endAt: UnixMs,
  longRuns?: () => Promise<readonly Run[]>,
): AsyncIterable<readonly Timed<T>[]> {
  const most = longRuns ? MOST_WAITING : Number.POSITIVE_INFINITY;
  let runs: Run[] | undefined;
  let waiting: T[] = [];
  let under: Run | undefined;
  let left = 0;
  let before = 0;
  let laid: Timed<T>[] = [];
  const lay = (entry: T): void => {
    const laidAt = Math.max(before, (under as Run).until - backMs(Math.max(1, left--)));
    laid.push({ entry, laidAt });
  };
  const layWaiting = (run: Run): void => {
    under = run;
    left = run.length;
    for (const entry of waiting) lay(entry);
    waiting = [];
  };
  for await (const batch of batches) {
    for (const entry of batch) {
      if (entry.at !== undefined) {
        layWaiting({ length: waiting.length, until: entry.at });
        under = undefined;
        before = entry.at;
        laid.push({ entry, laidAt: entry.at });
      } else if (under) lay(entry);
      else if (waiting.push(entry) >= most) {
        runs ??= [...((await longRuns?.()) ?? [])];
        layWaiting(runs.shift() ?? { length: waiting.length, until: endAt });
      }
    }
    if (laid.length > 0) yield laid;
    laid = [];
  }
  layWaiting({ length: waiting.length, until: endAt });
  yield laid;
}

/** The runs that are too long to wait, in their order: one pair of numbers for thousands of entries. */
export async function longRunsOf(batches: AsyncIterable<readonly Timeless[]>, endAt: UnixMs): Promise<readonly Run[]> {
  const runs: Run[] = [];
  let length = 0;
  const close = (until: UnixMs): void => {
    if (length >= MOST_WAITING) runs.push({ length, until });
    length = 0;
  };
  for await (const batch of batches) {
    for (const { at } of batch) {
      if (at === undefined) length++;
      else close(at);
    }
  }
  close(endAt);
  return runs;
}

/** How long before the time that follows the `nth` entry from behind is laid. */
const backMs = (nth: number): number => nth * SPACING_MS + Math.floor((nth - 1) / RECALLED_SESSION) * (RECALLED_GAP_MS - SPACING_MS);
