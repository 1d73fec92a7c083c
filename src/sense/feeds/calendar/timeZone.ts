import { type Zone, zoneOf, zoneWith } from '../wallTime.ts';
import { type Component, valueIn } from './contentLines.ts';
import { type Effort, occurrences, ruleOf, wallOfText } from './recurrence.ts';

/** Until then rules of a zone are followed; nobody plans further. */
const LAST = Date.UTC(2100, 0);

/** A zone by its IANA name, as this machine knows it, or else as the calendar itself describes it; undefined: nobody knows it. */
export function createZones(calendar: readonly Component[], effort: Effort): (id: string) => Zone | undefined {
  const known = new Map<string, Zone | undefined>();
  return (id) => {
    if (!known.has(id)) {
      const described = calendar.find((c) => c.name === 'VTIMEZONE' && valueIn(c, 'TZID') === id);
      known.set(id, zoneOf(ianaIn(id)) ?? (described && describedZone(described, effort)));
    }
    return known.get(id);
  };
}

/** Some programs write `/their.name/Europe/Berlin`. */
const ianaIn = (id: string): string => /^\/.*?\/((?:[A-Z]\w*\/)+\w+|UTC)$/.exec(id)?.[1] ?? id;

interface Onset {
  readonly at: number;
  readonly offsetMs: number;
}

/** RFC 5545, 3.6.5: each part begins at times of the wall clock that it puts forward or back. */
function describedZone(zone: Component, effort: Effort): Zone | undefined {
  const onsets = zone.components.flatMap((part) => onsetsOf(part, effort)).sort((a, b) => a.at - b.at);
  const [first] = onsets;
  if (!first) return undefined;
  return zoneWith((at) => {
    let [low, high] = [0, onsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((onsets[middle] as Onset).at <= at) low = middle + 1;
      else high = middle;
    }
    return (onsets[Math.max(0, low - 1)] as Onset).offsetMs;
  });
}

function onsetsOf(part: Component, effort: Effort): readonly Onset[] {
  const [from, to] = [offsetOf(valueIn(part, 'TZOFFSETFROM')), offsetOf(valueIn(part, 'TZOFFSETTO'))];
  const first = wallOfText(valueIn(part, 'DTSTART') ?? '');
  if (from === undefined || to === undefined || first === undefined) return [];
  const rule = ruleOf(valueIn(part, 'RRULE') ?? '');
  const last = rule?.until?.utc ? rule.until.at : Number.POSITIVE_INFINITY;
  const walls = rule ? [...occurrences(first, rule, first, LAST, effort)] : [first];
  return walls.map((wall) => ({ at: wall - from, offsetMs: to })).filter(({ at }) => at <= last);
}

/** `+0100`, `-0330`, and with seconds. */
function offsetOf(text: string | undefined): number | undefined {
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(text ?? '') ?? [];
  return hours === undefined ? undefined : (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
