import {
  type Fault,
  failed,
  isWarm,
  type Observation,
  type Resource,
  type ResourceId,
  type Result,
  type Rung,
  type UnixMs,
} from '../domain/index.ts';
import { type Fleet, firstOf, isStandby, NEW_FLEET, nextFleet, standbyOf, takenOver } from '../plan/standby.ts';

export interface StandbysPorts {
  readonly now: () => UnixMs;
  /** For which a standby is to be kept. */
  readonly kept: () => readonly Resource[];
  readonly observation: (id: ResourceId) => Observation;
  /** Somebody wants it warm; what was cooled on purpose has not failed. */
  readonly wanted: (id: ResourceId) => boolean;
  readonly latencyMs: (id: ResourceId) => number | undefined;
  readonly latencyTargetMs: (id: ResourceId) => number | undefined;
  readonly connections: (id: ResourceId) => number;
  readonly reach: (resource: Resource, rung: Rung) => Promise<Result<Observation>>;
  /** How the gateway wakes the standby that serves, or would; undefined: there is none. */
  readonly stand: (id: ResourceId, wake: (() => Promise<Result<Observation>>) | undefined) => void;
  /** `close`: connections to the other side are ended, for a first that hangs. */
  readonly prefer: (id: ResourceId, side: 'primary' | 'standby', because: string, existing: 'keep' | 'close') => void;
  readonly tell: (fault: Fault) => void;
  /** Other standbys than before: they are resources too. */
  readonly changed: () => void;
}

/**
 * Standbys: paused copies of the baked state beside what serves. When that fails its probe or its latency target, the gateway turns new
 * connections to the standby, and a new one is made. They are resources like any other; the plan is told how warm each should be.
 */
export function createStandbys(ports: StandbysPorts) {
  const fleets = new Map<ResourceId, Fleet>();
  const fleetOf = (id: ResourceId): Fleet => fleets.get(id) ?? NEW_FLEET;
  const serving = (first: Resource): Resource | undefined => {
    const { serving: number } = fleetOf(first.id);
    return number === 'first' ? undefined : standbyOf(first, number);
  };
  const spare = (first: Resource): Resource => standbyOf(first, fleetOf(first.id).spare);
  const standsBy = (first: Resource): boolean => {
    const { rung } = ports.observation(spare(first).id);
    return rung === 'paused' || isWarm(rung);
  };

  /** Who would take over next is what the gateway is told of. */
  function tellGateway(first: Resource): void {
    const next = serving(first) ?? (standsBy(first) ? spare(first) : undefined);
    ports.stand(first.id, next && (() => ports.reach(next, 'ready')));
  }

  function take(first: Resource, fleet: Fleet): void {
    const before = fleetOf(first.id);
    fleets.set(first.id, fleet);
    if (fleet.serving === before.serving) return;
    ports.changed();
    tellGateway(first);
    if (fleet.serving === 'first') ports.prefer(first.id, 'primary', 'it is well again', 'keep');
    else failOver(first, fleet.serving, fleet.because ?? 'it failed');
  }

  function failOver(first: Resource, number: number, because: string): void {
    ports.prefer(first.id, 'standby', because, 'close');
    ports.tell(
      failed(
        'failed-over',
        'never',
        `${first.id} failed (${because}): standby ${number} serves new connections, with the state that was baked. It goes back when ${first.name} is well again.`,
      ).fault,
    );
  }

  function step(first: Resource): void {
    const it = serving(first);
    const seen = it && ports.observation(it.id);
    const latencyMs = it ? undefined : ports.latencyMs(first.id);
    const latencyTargetMs = ports.latencyTargetMs(first.id);
    const next = nextFleet(
      fleetOf(first.id),
      {
        first: ports.observation(first.id),
        wanted: ports.wanted(first.id),
        spareReady: standsBy(first),
        ...(latencyMs === undefined ? {} : { latencyMs }),
        ...(latencyTargetMs === undefined ? {} : { latencyTargetMs }),
        ...(seen ? { serving: { alive: isAlive(seen), connections: ports.connections(first.id) } } : {}),
      },
      ports.now(),
    );
    take(first, next);
    tellGateway(first);
  }

  return {
    /** Those that there should be, for these declared resources. */
    of: (declared: readonly Resource[]): readonly Resource[] => {
      const kept = new Set(ports.kept().map((r) => r.id));
      return declared.filter((r) => kept.has(r.id)).flatMap((first) => [serving(first) ?? [], spare(first)].flat());
    },
    /** How warm each should be: the one that serves ready, the one that waits paused, as long as there is something to wait for. */
    wishes(resources: readonly Resource[]): ReadonlyMap<ResourceId, Rung> {
      return new Map(
        resources.filter(isStandby).map((standby): [ResourceId, Rung] => {
          const id = firstOf(standby.id);
          const fleet = fleetOf(id);
          if (standby.variant === `standby:${fleet.serving}`) return [standby.id, 'ready'];
          return [standby.id, fleet.serving !== 'first' || isWarm(ports.observation(id).rung) ? 'paused' : 'created'];
        }),
      );
    },
    /** One look at each fleet, after everything was observed. */
    look(): void {
      for (const first of ports.kept()) step(first);
    },
    /** The gateway has turned by itself, since a connection was refused. */
    turned(id: ResourceId, side: 'primary' | 'standby', because: string): void {
      const first = ports.kept().find((r) => r.id === id);
      const fleet = fleetOf(id);
      if (!first || (side === 'primary') === (fleet.serving === 'first')) return;
      take(first, side === 'primary' ? { serving: 'first', spare: fleet.spare } : takenOver(fleet, because));
    },
    /** Baked anew: what waits is made from that when it is next woken. */
    async refreshed(id: ResourceId): Promise<void> {
      const first = ports.kept().find((r) => r.id === id);
      if (first && standsBy(first)) await ports.reach(spare(first), 'created');
    },
    /** There are to be none of this any more. */
    drop(id: ResourceId): void {
      if (!fleets.delete(id)) return;
      ports.stand(id, undefined);
      ports.prefer(id, 'primary', 'it has no standby any more', 'close');
    },
    /** Who serves in place of it, and why; undefined: itself. */
    inPlaceOf(id: ResourceId): { readonly number: number; readonly because: string } | undefined {
      const { serving: number, because } = fleetOf(id);
      return number === 'first' ? undefined : { number, because: because ?? '' };
    },
  };
}

export type Standbys = ReturnType<typeof createStandbys>;

/** One whose engine can't be asked is not taken for dead. */
const isAlive = ({ rung }: Observation): boolean => rung === 'unknown' || rung === 'paused' || rung === 'running' || isWarm(rung);
