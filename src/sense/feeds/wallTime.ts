import type { UnixMs } from '../../domain/index.ts';

/** A wall clock's time, written as Unix milliseconds as if it were UTC. */
export type WallMs = number & { readonly __unit?: 'ms of a wall clock' };

/** A place's clocks, both ways. */
export interface Zone {
  wallOf(at: UnixMs): WallMs;
  /** Of an hour that is there twice, the first; of one that clocks leave out, as the offset before it says (RFC 5545, 3.3.5). */
  unixOf(wall: WallMs): UnixMs;
}

export const UTC: Zone = { wallOf: (at) => Number(at), unixOf: (wall) => Number(wall) };

/** An IANA time zone; undefined where there is none of that name. */
export function zoneOf(name: string): Zone | undefined {
  if (/^(?:UTC|Etc\/UTC|GMT|Z)$/i.test(name)) return UTC;
  const offsetAt = offsetsOf(name);
  return offsetAt && zoneWith(offsetAt);
}

/** Offset to UTC at a moment, ms. */
export type OffsetAt = (at: UnixMs) => number;

const DAY_MS = 86_400_000;

export function zoneWith(offsetAt: OffsetAt): Zone {
  return {
    wallOf: (at) => at + offsetAt(at),
    unixOf(wall) {
      // Clocks change by less than a day, and not twice in two days.
      const before = wall - offsetAt(wall - DAY_MS);
      if (before + offsetAt(before) === wall) return before;
      const after = wall - offsetAt(wall + DAY_MS);
      return after + offsetAt(after) === wall ? after : before;
    },
  };
}

function offsetsOf(timeZone: string): OffsetAt | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const known = new Map<number, number>();
    return (at) => {
      // Clocks change on the quarter hour at the finest.
      const quarter = Math.floor(at / 900_000) * 900_000;
      const offset = known.get(quarter) ?? wallAt(format, quarter) - quarter;
      if (known.size < MOST_KNOWN) known.set(quarter, offset);
      return offset;
    };
  } catch {
    return undefined;
  }
}

const MOST_KNOWN = 50_000;

function wallAt(format: Intl.DateTimeFormat, at: UnixMs): WallMs {
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year as number, (part.month as number) - 1, part.day, part.hour, part.minute, part.second);
}
