import type { Activity, UnixMs } from '../../domain/index.ts';
import { interactionOf } from './interaction.ts';

/** Requests in columns, in the order in which they were told of. Of what is not known there is NaN. */
export interface Requests {
  /** Every resource once; `resource` are places in it. */
  readonly resources: string[];
  readonly places: Map<string, number>;
  /** What kind of interaction each resource is. */
  readonly interactions: string[];
  readonly resource: number[];
  readonly at: UnixMs[];
  readonly bytes: number[];
  readonly latencyMs: number[];
  /** 1: it failed, 0: it did not. */
  readonly failed: number[];
  /** Activities that are no requests. */
  others: number;
}

export const createRequests = (): Requests => ({
  resources: [],
  places: new Map(),
  interactions: [],
  resource: [],
  at: [],
  bytes: [],
  latencyMs: [],
  failed: [],
  others: 0,
});

export function addRequest(to: Requests, activity: Activity): void {
  if (!isRequest(activity)) {
    to.others++;
    return;
  }
  const { resource, at, bytes = Number.NaN, ok } = activity;
  let place = to.places.get(resource);
  if (place === undefined) {
    place = to.resources.push(resource) - 1;
    to.places.set(resource, place);
    to.interactions.push(interactionOf(activity));
  }
  to.resource.push(place);
  to.at.push(at);
  to.bytes.push(bytes);
  to.latencyMs.push(latencyOf(activity));
  to.failed.push(ok === undefined ? Number.NaN : ok ? 0 : 1);
}

/**
 * Requests, queries, messages and connections. A connection counts when it closes, for only then its bytes are known; a use counts
 * where a span told of it. What the developer does (commands, files, tasks) is no traffic. Of connections and calls the journal
 * keeps one of a kind in half a minute, so that what comes from it are rates of use and lower bounds of what went over the wire.
 */
export function isRequest({ source, kind, resource, durationMs }: Activity): boolean {
  if (kind === 'connection.closed') return true;
  if (kind === 'connection.opened') return false;
  if (kind === 'resource.used') return durationMs !== undefined;
  if (source !== undefined) return source === 'api' || source === 'database';
  return (kind === undefined || kind.startsWith('request.')) && !DONE_BY_PEOPLE.test(resource);
}

const DONE_BY_PEOPLE = /^(?:command|editor|task|debug|branch):/;

/** How long a connection was open says nothing of how fast it answered; its first byte does. */
const latencyOf = ({ kind, durationMs, firstByteMs }: Activity): number =>
  (kind === 'connection.closed' ? firstByteMs : durationMs) ?? Number.NaN;
