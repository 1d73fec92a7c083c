import type { UnixMs } from '../../../domain/index.ts';

const DAY_MS = 86_400_000;
const DAYS = 5;
/** The same time of day, give or take. */
const NEAR_MS = 300_000;

/**
 * How far a value lies from the nearest of those at the same time of the last five days; undefined on the first day. Times do not run
 * backwards. Memory: what five days bring.
 */
export function createCalendar(): (at: UnixMs, value: number) => number | undefined {
  let times: number[] = [];
  let values: number[] = [];
  let began: number | undefined;
  /** For each day back, the first row that may be near. */
  const from = new Array<number>(DAYS + 1).fill(0);
  return (at, value) => {
    began ??= at;
    let nearest: number | undefined;
    for (let day = 1; day <= DAYS; day++) {
      const then = at - day * DAY_MS;
      let row = from[day] as number;
      while (row < times.length && (times[row] as number) < then - NEAR_MS) row++;
      from[day] = row;
      for (; row < times.length && (times[row] as number) <= then + NEAR_MS; row++)
        nearest = Math.min(nearest ?? Number.POSITIVE_INFINITY, Math.abs(value - (values[row] as number)));
    }
    times.push(at);
    values.push(value);
    const needless = from[DAYS] as number;
    if (needless > 4096) {
      times = times.slice(needless);
      values = values.slice(needless);
      for (let day = 1; day <= DAYS; day++) from[day] = (from[day] as number) - needless;
    }
    return at < began + DAY_MS ? undefined : (nearest ?? 0);
  };
}
