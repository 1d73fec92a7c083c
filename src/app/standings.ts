import {
  type Decision,
  isWarm,
  type LedgerEntry,
  type Observation,
  type Probability,
  type Resource,
  type ResourceId,
  type Rung,
  type UnixMs,
} from '../domain/index.ts';
import { holdsMemory } from '../plan/ladder.ts';
import { costOf } from './costs.ts';
import { settleUse, settleWaste } from './ledger.ts';
import type { Climb } from './ports.ts';

/** What is known of a resource beyond what can be observed. All of it may be lost; nothing of it is needed after a crash. */
export interface Standing {
  observation: Observation;
  decision?: Decision;
  progress?: string;
  target?: Rung;
  readyInMs?: number;
  coldMs?: number;
  /** Warm by our own prediction since then. */
  predictedReadySince?: UnixMs;
  predictedAt?: Probability;
  proposedSince?: UnixMs;
  lastSeenInUse?: UnixMs;
  usedInSession: boolean;
  /** In whatever session, since it became warm: what served once was not warm for nothing. */
  servedWarm?: true;
  /** Used while not ready: the wait is known when it becomes ready. */
  waitingSince?: UnixMs;
}

export interface StandingPorts {
  readonly now: () => UnixMs;
  readonly resource: (id: ResourceId) => Resource | undefined;
  readonly probability: (id: ResourceId) => Probability | undefined;
  /** The developer asked for it by hand: then its warmth is no merit of a prediction. */
  readonly asked: (id: ResourceId) => boolean;
  readonly climbs: (id: ResourceId) => readonly Climb[];
  readonly enter: (entry: LedgerEntry) => void;
}

/** Follows each resource from prediction to use, and writes the ledger: once a session for a use, once for a warmth that nobody used. */
export function createStandings(ports: StandingPorts) {
  const all = new Map<ResourceId, Standing>();

  function of(id: ResourceId): Standing {
    let found = all.get(id);
    if (!found) {
      found = { observation: { id, rung: 'unknown', at: ports.now(), backends: [], owner: 'none' }, usedInSession: false };
      all.set(id, found);
    }
    return found;
  }

  function enterUse(id: ResourceId, at: UnixMs, waitedMs: number): void {
    const it = of(id);
    const resource = ports.resource(id);
    const foreseen = it.predictedReadySince !== undefined || it.proposedSince !== undefined;
    if (!resource || (it.observation.owner === 'developer' && !foreseen)) return;
    if (ports.asked(id) && it.predictedReadySince === undefined) return;
    ports.enter(
      settleUse({
        resource: id,
        at,
        waitedMs,
        coldMs: it.coldMs ?? costOf(resource, 'absent', { climbs: ports.climbs(id) }).coldMs,
        probability: ports.probability(id) ?? it.predictedAt ?? 0,
        ...(it.predictedReadySince === undefined ? {} : { readySince: it.predictedReadySince }),
        ...(it.proposedSince === undefined ? {} : { proposedSince: it.proposedSince }),
      }),
    );
  }

  function becameWarm(it: Standing, was: Rung | 'unknown'): void {
    const { id, at, owner } = it.observation;
    const adopted = was === 'unknown' && owner === 'prewarm' && !ports.asked(id);
    const predicted =
      it.target !== undefined &&
      holdsMemory(it.target) &&
      (it.decision?.reason.code === 'worth-it' || it.decision?.reason.code === 'dependency');
    if (adopted || predicted) {
      it.predictedReadySince ??= at;
      if (it.decision) it.predictedAt = it.decision.probability;
    }
    if (it.waitingSince === undefined) return;
    it.servedWarm = true;
    enterUse(id, it.waitingSince, at - it.waitingSince);
    delete it.waitingSince;
  }

  function enterWaste(it: Standing, since: UnixMs, did: 'wasted' | 'would-waste'): void {
    const { id: resource } = it.observation;
    ports.enter(settleWaste({ resource, since, did, at: ports.now(), coldMs: it.coldMs ?? 0, probability: it.predictedAt ?? 0 }));
  }

  function becameCold(it: Standing): void {
    if (it.predictedReadySince !== undefined && !it.servedWarm && !it.usedInSession) {
      enterWaste(it, it.predictedReadySince, 'wasted');
    }
    delete it.predictedReadySince;
    delete it.servedWarm;
  }

  return {
    of,
    entries: (): readonly (readonly [ResourceId, Standing])[] => [...all],
    get: (id: ResourceId): Standing | undefined => all.get(id),
    keepOnly(ids: ReadonlyMap<ResourceId, unknown>): void {
      for (const id of all.keys()) if (!ids.has(id)) all.delete(id);
    },
    observed(observation: Observation): void {
      const it = of(observation.id);
      const was = it.observation.rung;
      it.observation = observation;
      if (isWarm(observation.rung) && !isWarm(was)) becameWarm(it, was);
      // Paused, it is kept for the use that was foreseen: not wasted yet.
      if (observation.rung !== 'unknown' && !holdsMemory(observation.rung)) becameCold(it);
    },
    /** Warm, and with a client or its bytes within the last so many ms. Bytes are use, an open connection is not: pools keep theirs open all day. */
    usedWithin(id: ResourceId, ms: number, lastTrafficAt: UnixMs | undefined): boolean {
      const { lastSeenInUse, observation } = of(id);
      return isWarm(observation.rung) && ports.now() - Math.max(lastSeenInUse ?? 0, lastTrafficAt ?? 0) < ms;
    },
    progress(id: ResourceId, progress: string | undefined): void {
      const it = of(id);
      if (progress === undefined) delete it.progress;
      else it.progress = progress;
    },
    measured(id: ResourceId, ms: number): void {
      const it = of(id);
      it.readyInMs = ms;
      it.coldMs = ms;
    },
    used(id: ResourceId, at: UnixMs): void {
      const it = of(id);
      it.lastSeenInUse = at;
      if (isWarm(it.observation.rung)) it.servedWarm = true;
      if (it.usedInSession) return;
      it.usedInSession = true;
      if (isWarm(it.observation.rung)) enterUse(id, at, 0);
      else it.waitingSince = at;
    },
    /** As if nothing had been foreseen, used or measured; how warm it is stays known. */
    forget(): void {
      for (const [id, { observation }] of all) all.set(id, { observation, usedInSession: false });
    },
    endSession(): void {
      for (const it of all.values()) {
        const onlyProposed = it.predictedReadySince === undefined && !it.usedInSession && !isWarm(it.observation.rung);
        if (it.proposedSince !== undefined && onlyProposed) enterWaste(it, it.proposedSince, 'would-waste');
        it.usedInSession = false;
        delete it.waitingSince;
        delete it.proposedSince;
      }
    },
  };
}
export type Standings = ReturnType<typeof createStandings>;
