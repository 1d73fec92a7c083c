import type { UnixMs } from '../../domain/index.ts';
import { type NextModel, rankOf } from './nextModel.ts';

const HOUR = 3_600_000;
/** What all hours together are worth in one hour, in counts. */
const STRENGTH = 5;

/**
 * A challenger: what was used in this hour of the week (UTC) before, smoothed by what was used at any time. The hour is that
 * of the last event, since the time of the next is not known.
 */
export function createHourOfWeek(): NextModel {
  const always: number[] = [];
  const hours = new Map<number, { total: number; counts: number[] }>();
  const lastAt: number[] = [];
  let events = 0;
  let now: UnixMs = 0;
  const hourOf = (at: UnixMs): number => Math.floor(at / HOUR) % 168;
  const share = (symbol: number): number => {
    const own = hours.get(hourOf(now));
    const overall = (always[symbol] ?? 0) / (events + always.length);
    return ((own?.counts[symbol] ?? 0) + STRENGTH * overall) / ((own?.total ?? 0) + STRENGTH);
  };
  const before = (a: number, b: number): boolean => {
    const [pa, pb] = [share(a), share(b)];
    return pa !== pb ? pa > pb : (lastAt[a] as number) > (lastAt[b] as number);
  };
  /** What the shares of the known leave. */
  const left = (): number => {
    const own = hours.get(hourOf(now))?.total ?? 0;
    return (STRENGTH * (always.length / (events + always.length))) / (own + STRENGTH);
  };
  return {
    score: (symbol) => ({ rank: rankOf(symbol, always.length, before), probability: share(symbol) }),
    newProbability: left,
    observe(symbol, { at }) {
      always[symbol] = (always[symbol] ?? 0) + 1;
      const own = hours.get(hourOf(at)) ?? { total: 0, counts: [] };
      own.total++;
      own.counts[symbol] = (own.counts[symbol] ?? 0) + 1;
      hours.set(hourOf(at), own);
      lastAt[symbol] = events++;
      now = at;
    },
  };
}
