import type { Activity, ResourceId, UnixMs } from '../domain/index.ts';
import { addRequest, createRequests, type Requests } from '../learn/traffic/requests.ts';
import { resourceTraffic, type TrafficOf } from '../learn/traffic/resourceTraffic.ts';
import { fromTraffic, isMeasured, type TrafficEntry, toTraffic } from '../sense/pdl/traffic.ts';

/** What goes into a persona document of the traffic of its resources, and of each persona's together. */
export interface KnownTraffic {
  readonly of: TrafficOf;
  /** Told from is how old it is. */
  readonly now: UnixMs;
}

/** As the activities show it; in the developer's time. */
export function measuredTraffic(activities: readonly Activity[], now: UnixMs): KnownTraffic {
  const requests = createRequests();
  for (const activity of activities) addRequest(requests, activity);
  return trafficIn(requests, now);
}

export const trafficIn = (requests: Requests, now: UnixMs): KnownTraffic => ({
  of: resourceTraffic(requests, -new Date(now).getTimezoneOffset() * 60_000),
  now,
});

/** What was measured before, as a document has it, where nothing newer is known: its age says how far to trust it. */
export function withEarlier({ of, now }: KnownTraffic, earlier: unknown): KnownTraffic {
  const before = writtenTraffic(earlier);
  return { of: (resources) => of(resources) ?? before(resources), now };
}

/** The measured traffic of a document that has no `trafficProblem`. */
export function writtenTraffic(document: unknown): TrafficOf {
  const found = new Map<string, TrafficEntry>();
  for (const persona of itemsIn(document, 'personas')) {
    const resources = itemsIn(persona, 'resources');
    const entries = [...resources.map((r) => [[r], r.traffic] as const), [resources, persona.traffic] as const];
    for (const [of, traffic] of entries) if (isMeasured(traffic)) found.set(keyOf(of.map((r) => String(r.id))), traffic as TrafficEntry);
  }
  return (resources) => {
    const read = fromTraffic(found.get(keyOf(resources)));
    return 'profile' in read ? read.profile : undefined;
  };
}

/** What is wrong with the measured traffic of a persona in a document, and where (`.resources[0].traffic.peaks[1] needs …`). */
export function trafficProblem(persona: unknown): string | undefined {
  const places = [
    { at: '.traffic', traffic: (persona as Fields).traffic },
    ...itemsIn(persona, 'resources').map(({ traffic }, i) => ({ at: `.resources[${i}].traffic`, traffic })),
  ];
  for (const { at, traffic } of places) {
    const read = isMeasured(traffic) ? fromTraffic(traffic) : undefined;
    if (read && 'problem' in read) return `${at}${read.problem}`;
  }
  return undefined;
}

/** As a field of the document; nothing where there is none. */
export function trafficField(resources: readonly ResourceId[], known: KnownTraffic | undefined): { readonly traffic?: TrafficEntry } {
  const profile = known?.of(resources);
  return known && profile ? { traffic: toTraffic(profile, known.now) } : {};
}

type Fields = Readonly<Record<string, unknown>>;

const keyOf = (resources: readonly string[]): string => JSON.stringify([...resources].sort());

function itemsIn(of: unknown, list: string): readonly Fields[] {
  const items = (of as Fields | null | undefined)?.[list];
  return Array.isArray(items) ? items.filter((item) => typeof item === 'object' && item !== null) : [];
}
