import type { UnixMs } from '../../domain/index.ts';
import type { Requests } from './requests.ts';

/** Even windows over the whole time of some requests; they begin on the clock, so that an hour is an hour. */
export interface Windows {
  readonly startAt: UnixMs;
  readonly windowMs: number;
  readonly count: number;
}

/** The requests of one resource in one window: the point that is clustered. Never empty. */
export interface Cell {
  readonly resource: number;
  readonly window: number;
  /** Places in the columns of `Requests`. */
  readonly requests: readonly number[];
}

const LENGTHS_MS = [1000, 10_000, 60_000, 300_000, 900_000, 3_600_000] as const;
/** For what spans more years than a log should, such as one with a broken clock in it. */
const LONG_LENGTHS_MS = [86_400_000, 30 * 86_400_000] as const;
/** Enough windows for a distribution of rates, few enough that most hold more than a request. */
const MOST_WINDOWS = 100;
const MOST_HOURS = 20_000;

/** The shortest length with at most 100 windows; an hour where even these are more, so that busy hours show; longer ones past two years. */
export function windowsOf({ at }: Requests): Windows {
  let [first, last] = [at[0] as number, at[0] as number];
  for (const time of at) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const spanned = (windowMs: number): Windows => {
    const startAt = Math.floor(first / windowMs) * windowMs;
    return { startAt, windowMs, count: Math.floor((last - startAt) / windowMs) + 1 };
  };
  const all = LENGTHS_MS.map(spanned);
  const long = [all.at(-1) as Windows, ...LONG_LENGTHS_MS.map(spanned)];
  return all.find(({ count }) => count <= MOST_WINDOWS) ?? long.find(({ count }) => count <= MOST_HOURS) ?? (long.at(-1) as Windows);
}

export function cellsOf({ at, resource }: Requests, { startAt, windowMs }: Windows): readonly Cell[] {
  const cells = new Map<string, { resource: number; window: number; requests: number[] }>();
  for (const [i, time] of at.entries()) {
    const window = Math.floor((time - startAt) / windowMs);
    const own = resource[i] as number;
    const key = `${own} ${window}`;
    const cell = cells.get(key);
    if (cell) cell.requests.push(i);
    else cells.set(key, { resource: own, window, requests: [i] });
  }
  return [...cells.values()];
}
