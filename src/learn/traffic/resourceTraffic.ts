import type { ResourceId, TrafficProfile } from '../../domain/index.ts';
import { profileOf } from './profile.ts';
import type { Requests } from './requests.ts';
import { windowsOf } from './windows.ts';

/** The traffic of resources, taken together; undefined where none of them had any. */
export type TrafficOf = (resources: readonly ResourceId[]) => TrafficProfile | undefined;

/** Of each resource that is asked for, or of several, as the requests show it. */
export function resourceTraffic(requests: Requests, zoneOffsetMs: number): TrafficOf {
  if (requests.at.length === 0) return () => undefined;
  const windows = windowsOf(requests);
  const byPlace = requests.resources.map((): number[] => []);
  for (const [i, place] of requests.resource.entries()) byPlace[place]?.push(i);
  return (resources) => {
    const own = [...new Set(resources)].flatMap((resource) => byPlace[requests.places.get(resource) ?? -1] ?? []);
    const name = resources.length === 1 ? (resources[0] as string) : 'all resources';
    return own.length > 0 ? profileOf(requests, own, windows, { name, zoneOffsetMs }) : undefined;
  };
}
