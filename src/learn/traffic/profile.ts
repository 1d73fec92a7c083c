import type { Distribution, TrafficProfile, UnixMs } from '../../domain/index.ts';
import { peaksOf } from './peaks.ts';
import type { Requests } from './requests.ts';
import { spreadOf } from './spread.ts';
import type { Windows } from './windows.ts';

export interface ProfileOptions {
  readonly name: string;
  /** Of the developer or the server, from UTC: peak times are told in it. */
  readonly zoneOffsetMs: number;
  /** 0–1: of a cluster, how clearly it is one. */
  readonly clarity?: number;
}

const MOST_RESOURCES = 20;

/** What some of the requests (places in their columns, at least one) were like, over the windows of all of them. */
export function profileOf(
  requests: Requests,
  own: readonly number[],
  windows: Windows,
  { name, zoneOffsetMs, clarity = 1 }: ProfileOptions,
): TrafficProfile {
  const at = own.map((i) => requests.at[i] as UnixMs);
  const counts = countsOf(at, windows);
  const seconds = windows.windowMs / 1000;
  const covered = { from: least(requests.at), until: most(requests.at) };
  const busiest = counts.indexOf(most(counts));
  return {
    name,
    interactionType: heaviest(own.map((i) => requests.interactions[requests.resource[i] as number] as string))[0]?.[0] ?? 'api_call',
    requests: own.length,
    resources: heaviest(own.map((i) => requests.resources[requests.resource[i] as number] as string))
      .slice(0, MOST_RESOURCES)
      .map(([resource, n]) => ({ resource, requests: n })),
    windowMs: windows.windowMs,
    requestsPerSecond: spreadOf(counts.map((n) => n / seconds)),
    ...measured(requests, own, windows),
    peakTimes: peaksOf(at, covered, zoneOffsetMs),
    busiest: { at: windows.startAt + busiest * windows.windowMs, requestsPerSecond: (counts[busiest] as number) / seconds },
    from: least(at),
    until: most(at),
    confidence: confidenceOf(own.length, clarity),
  };
}

/** What not every source tells of. */
function measured(requests: Requests, own: readonly number[], windows: Windows): Partial<TrafficProfile> {
  const known = (column: readonly number[]): readonly number[] => own.filter((i) => !Number.isNaN(column[i] as number));
  const [sized, timed, ended] = [known(requests.bytes), known(requests.latencyMs), known(requests.failed)];
  const of = (column: readonly number[], places: readonly number[]): readonly number[] => places.map((i) => column[i] as number);
  const timesOf = (places: readonly number[]): readonly UnixMs[] => of(requests.at, places);
  return {
    ...(sized.length > 0
      ? {
          requestSizeBytes: spreadOf(of(requests.bytes, sized)),
          transferRateBps: spreadOf(
            countsOf(timesOf(sized), windows, of(requests.bytes, sized)).map((bytes) => (8000 * bytes) / windows.windowMs),
          ),
        }
      : {}),
    ...(ended.length > 0 ? { errorRate: errorsOf(timesOf(ended), of(requests.failed, ended), windows) } : {}),
    ...(timed.length > 0 ? { latencyMs: spreadOf(of(requests.latencyMs, timed)) } : {}),
  };
}

function errorsOf(at: readonly UnixMs[], failed: readonly number[], windows: Windows): Distribution {
  const all = countsOf(at, windows);
  const bad = countsOf(at, windows, failed);
  return spreadOf(
    all.map((n, i) => (n === 0 ? 0 : (bad[i] as number) / n)),
    all,
  );
}

/** How many there were in each window; with `amounts`, their sum. */
function countsOf(at: readonly UnixMs[], { startAt, windowMs, count }: Windows, amounts?: readonly number[]): readonly number[] {
  const counts = new Array<number>(count).fill(0);
  for (const [i, time] of at.entries()) (counts[Math.floor((time - startAt) / windowMs)] as number) += amounts?.[i] ?? 1;
  return counts;
}

/**
 * One less the relative error of a Poisson count of so many (1 − 1/√n): a single request says nothing, a hundred say it to a tenth. What is
 * no cluster to the other method is worth half.
 */
const confidenceOf = (requests: number, clarity: number): number => (1 - 1 / Math.sqrt(requests)) * (0.5 + 0.5 * clarity);

function heaviest(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

/** Not by spreading them into `Math.max`: there may be more than a call has room for. */
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
