import type { Series, UnixMs } from '../../domain/index.ts';

/** Offset of a time zone's wall clock to UTC at a moment, ms. */
export type OffsetAt = (at: UnixMs) => number;

/** Of an IANA time zone; a name that is none is a RangeError, by `Intl`. */
export function offsetsOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const cache = new Map<number, number>();
  return (at) => {
    // Clocks change on the quarter hour at the finest.
    const quarter = Math.floor(at / 900_000);
    let offset = cache.get(quarter);
    if (offset === undefined) {
      const name = format.formatToParts(quarter * 900_000).find((p) => p.type === 'timeZoneName')?.value ?? '';
      const [, sign, hours, minutes = '0'] = /GMT([+-])(\d+):?(\d+)?/.exec(name) ?? [];
      offset = hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
      cache.set(quarter, offset);
    }
    return offset;
  };
}

/**
 * The series as people live it: by the wall clock, which has an hour twice in autumn (their mean) and one not at all in spring (a gap), so
 * that nine o'clock is at the same place of every day. `startAt` of the result is wall-clock time written as if UTC.
 */
export function onWallClock(series: Series, offsetAt: OffsetAt): Series {
  const { startAt, stepMs, values } = series;
  const wall = (i: number): number => {
    const at = startAt + i * stepMs;
    return at + offsetAt(at);
  };
  const first = wall(0);
  const length = Math.max(0, Math.round((wall(values.length - 1) - first) / stepMs) + 1);
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  values.forEach((value, i) => {
    const place = Math.round((wall(i) - first) / stepMs);
    if (Number.isNaN(value) || place < 0 || place >= length) return;
    sums[place] = (sums[place] as number) + value;
    counts[place] = (counts[place] as number) + 1;
  });
  return { ...series, startAt: first, values: sums.map((sum, i) => (counts[i] === 0 ? Number.NaN : sum / (counts[i] as number))) };
}
