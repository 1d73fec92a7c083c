import type { Activity, Fault, Persona, ReasonCode, Resource, ResourceId } from '../domain/index.ts';
import { likelyNext } from '../plan/branches.ts';
import { firstOf, isStandby } from '../plan/standby.ts';
import { need } from '../predict/need.ts';
import type { Context } from '../provision/provider.ts';
import { branchClass } from '../sense/normalise.ts';
import { createBranchTurns } from './branchTurns.ts';
import type { Climbs } from './climbs.ts';
import { createCopies } from './copies.ts';
import type { Declared } from './declared.ts';
import type { Engines } from './engines.ts';
import type { Gateways } from './gateways.ts';
import type { Memory, Ports } from './ports.ts';
import { createStandbys } from './standbys.ts';
import type { Standings } from './standings.ts';

/** Reasons for which something should be warm; what is cooled for any other has not failed. */
const WANTED: ReadonlySet<ReasonCode> = new Set(['worth-it', 'pinned', 'asked', 'dependency', 'in-use', 'already-warm', 'failed-before']);

export interface VariantPorts extends Pick<Ports, 'now' | 'log' | 'head' | 'settings'> {
  readonly declared: Declared;
  readonly climbs: Climbs;
  readonly gateways: Gateways;
  readonly engines: Engines;
  readonly standings: Standings;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  readonly session: () => readonly Activity[];
  readonly active: () => Persona | undefined;
  readonly tell: (fault: Fault) => void;
  readonly context: () => Context;
  /** Whether anything may be done unasked now. */
  readonly mayPrepare: () => boolean;
}

/** Other copies of what is declared: each branch's own, and standbys beside what serves. To the rest of the app they are resources. */
export function createVariants(ports: VariantPorts) {
  const { now, log, settings, declared, climbs, gateways, engines, standings, memory, remember, tell } = ports;
  const observation = (id: ResourceId) => standings.of(id).observation;
  const copies = createCopies({
    enabled: settings.branchCopies === 'on',
    now,
    head: ports.head ?? (async () => undefined),
    remembered: () => memory().branches,
    remember: (branches) => remember({ branches }),
  });
  const standbys = createStandbys({
    now,
    observation,
    kept: () => {
      const present = copies.of(declared.scanned().resources);
      return present.filter((r) => memory().standbys.includes(r.id));
    },
    wanted: (id) => WANTED.has(standings.of(id).decision?.reason.code ?? 'abstained'),
    latencyMs: (id) => gateways.latency(id)?.medianMs,
    latencyTargetMs,
    connections: (id) => gateways.traffic(id)?.connections ?? 0,
    reach: (resource, to) => climbs.reach(resource, to, to === 'ready' ? 'person' : 'plan'),
    stand: gateways.standby,
    prefer: gateways.prefer,
    tell,
    changed: declared.refresh,
  });
  const turns = createBranchTurns({
    ...ports,
    copies,
    observation,
    forget: (id) => {
      standings.observed({ id, rung: 'unknown', at: now(), backends: [], owner: 'none' });
      engines.holds(id, undefined);
      gateways.backends(id, []);
    },
    providerOf: (resource) => engines.engineOf(resource)?.provider,
    chance: chanceOfTurn,
    log,
  });

  /** P(another branch within the horizon), as the personas' sessions have it. */
  function chanceOfTurn(): number {
    const { model, branches } = memory();
    const to = branches && likelyNext(branches);
    if (!model || to === undefined) return 0;
    const tokens = [`branch:${branchClass(to)}`, 'command:git switch', 'command:git checkout'];
    const forecasts = need(model, ports.session(), tokens, { now: now(), horizonMs: settings.horizonMs });
    return Math.max(0, ...forecasts.map((f) => f.probability));
  }

  /** What the developer pinned for it in the persona under way. */
  function latencyTargetMs(id: ResourceId): number | undefined {
    const pin = ports.active()?.profile?.pins.find((p) => p.resource === id && p.field === 'latency_target_ms');
    return typeof pin?.value === 'number' ? pin.value : undefined;
  }

  return {
    /** The declared ones as they are to be had now. */
    asHad(resources: readonly Resource[]): readonly Resource[] {
      const present = copies.of(resources);
      return [...present, ...standbys.of(present)];
    },
    turn: turns.look,
    look: standbys.look,
    prepare: turns.prepare,
    wishes: standbys.wishes,
    turned: standbys.turned,
    refreshed: standbys.refreshed,
    inPlaceOf: standbys.inPlaceOf,
    /** Standbys of these, and of no other. Containers of those that go are removed; their volumes stay. */
    async keep(ids: readonly ResourceId[]): Promise<readonly Fault[]> {
      const gone = declared.resources().filter((r) => isStandby(r) && !ids.includes(firstOf(r.id)));
      remember({ standbys: [...new Set(ids)] });
      for (const id of new Set(gone.map((r) => firstOf(r.id)))) standbys.drop(id);
      // First no resources any more, so that no pass makes anew what goes.
      declared.refresh();
      const results = await Promise.all(gone.map((r) => climbs.reach(r, 'absent', 'person')));
      return results.flatMap((r) => (r.ok ? [] : [r.fault]));
    },
    stop: turns.stop,
  };
}
