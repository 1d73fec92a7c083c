import { isWarm, type Observation, type Resource, type ResourceId, type UnixMs } from '../domain/index.ts';

/** A standby's own identity: it stands beside the first, so its id is another; it has no usual port, since the gateway's is the first's. */
export function standbyOf(resource: Resource, number: number): Resource {
  return {
    ...resource,
    id: `${resource.id}${MARK}${number}`,
    name: `${resource.name} (standby ${number})`,
    variant: `standby:${number}`,
    ports: resource.ports.map(({ host: _usual, ...port }) => port),
  };
}

const MARK = '~standby';

export const isStandby = ({ variant }: Resource): boolean => variant?.startsWith('standby:') === true;

/** Whose standby it is. */
export const firstOf = (id: ResourceId): ResourceId => id.split(MARK)[0] as ResourceId;

/** Who serves, and which standby waits, paused. Plain data, carried from pass to pass. */
export interface Fleet {
  readonly serving: 'first' | number;
  readonly spare: number;
  /** Why the first does not serve. */
  readonly because?: string;
  /** Since when the first has been well again. */
  readonly wellSince?: UnixMs;
}

export const NEW_FLEET: Fleet = { serving: 'first', spare: 1 };

/** What one pass sees of it. */
export interface FleetSeen {
  readonly first: Observation;
  /** Somebody wanted the first warm; what was cooled on purpose did not fail. */
  readonly wanted: boolean;
  /** Median time to the first byte lately, ms, and what it may be. */
  readonly latencyMs?: number;
  readonly latencyTargetMs?: number;
  /** Of the standby that serves, where one does. */
  readonly serving?: { readonly alive: boolean; readonly connections: number };
  /** The spare is paused or warm: it can take over in milliseconds. */
  readonly spareReady: boolean;
}

const WELL_FOR_MS = 60_000;

/**
 * One step: fail over when the first fails its probe or its latency target (or a serving standby dies) and a spare stands by, fail back
 * when the first has been well for a minute and nobody is connected to the standby.
 */
export function nextFleet(fleet: Fleet, seen: FleetSeen, now: UnixMs): Fleet {
  const ill = illness(seen);
  if (fleet.serving === 'first') return ill !== undefined && seen.spareReady ? takenOver(fleet, ill) : fleet;
  if (seen.serving?.alive === false && seen.spareReady) return takenOver(fleet, 'the standby that served has died');
  if (ill !== undefined || !isWarm(seen.first.rung)) return without(fleet);
  const since = fleet.wellSince ?? now;
  if (now - since >= WELL_FOR_MS && (seen.serving?.connections ?? 0) === 0) return { serving: 'first', spare: fleet.spare };
  return { ...fleet, wellSince: since };
}

/** An engine that can't be asked says nothing of what it runs. */
function illness({ first, wanted, latencyMs, latencyTargetMs }: FleetSeen): string | undefined {
  if (!wanted || first.rung === 'unknown') return undefined;
  if (!isWarm(first.rung)) return `it is ${first.rung}${first.detail ? `: ${first.detail}` : ''}`;
  if (latencyMs === undefined || latencyTargetMs === undefined || latencyMs <= latencyTargetMs) return undefined;
  return `its first byte takes ${Math.round(latencyMs)} ms, more than the ${Math.round(latencyTargetMs)} ms that it may`;
}

/** The spare serves, and another is made. */
export const takenOver = (fleet: Fleet, because: string): Fleet => ({ serving: fleet.spare, spare: fleet.spare + 1, because });

function without({ wellSince: _ill, ...fleet }: Fleet): Fleet {
  return fleet;
}
