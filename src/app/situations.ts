import { type Activity, isWarm, type Mode, type Resource, type ResourceId, type Rung, type Usage } from '../domain/index.ts';
import type { Situation } from '../plan/decide.ts';
import type { Pressure } from '../plan/pressure.ts';
import { DEFAULT_PRICES } from '../plan/value.ts';
import type { Climbs } from './climbs.ts';
import { costOf, type Evidence, readyP95MsOf } from './costs.ts';
import type { Declared } from './declared.ts';
import type { Outlooks } from './demand/outlooks.ts';
import type { Engines } from './engines.ts';
import type { Gateways } from './gateways.ts';
import type { Look } from './pipeline.ts';
import type { Memory, Ports } from './ports.ts';
import type { Rhythms } from './rhythms.ts';
import type { Setbacks } from './setbacks.ts';
import type { Standings } from './standings.ts';

const IN_USE_FOR_MS = 60_000;

export interface SituationPorts extends Pick<Ports, 'now' | 'settings'> {
  readonly declared: Declared;
  readonly engines: Engines;
  readonly standings: Standings;
  readonly climbs: Climbs;
  readonly gateways: Gateways;
  readonly setbacks: Setbacks;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  readonly mode: () => Mode;
  readonly rhythms: () => Rhythms;
  readonly outlooks: Outlooks;
  readonly session: () => readonly Activity[];
  /** How warm each standby is wanted. */
  readonly standbys: (resources: readonly Resource[]) => ReadonlyMap<ResourceId, Rung>;
  readonly eagernessOf: (id: ResourceId) => number;
  /** The developer's last words, with those in the workflow under way. */
  readonly feedback: () => Memory['feedback'];
}

/** What one pass decides from: the world as it was just observed, what was measured, and what people said. */
export function createSituations(ports: SituationPorts) {
  const { declared, engines, standings, climbs, gateways, setbacks, memory, settings } = ports;

  function evidenceOf({ id }: Resource, rungs: readonly Rung[] | undefined, { climbs: whole, steps, usage }: Memory): Evidence {
    return { climbs: whole[id] ?? [], steps: steps[id] ?? [], usage: usage[id], ...(rungs ? { rungs } : {}) };
  }

  /** A client that came after the developer's last word outweighs it. */
  function isInUse(id: ResourceId): boolean {
    const { lastSeenInUse } = standings.of(id);
    const said = ports.feedback()[id];
    const overruled = said && (said.verdict === 'never' || said.verdict === 'cooled') && said.at >= (lastSeenInUse ?? 0);
    return climbs.awaited(id) || (!overruled && standings.usedWithin(id, IN_USE_FOR_MS, gateways.traffic(id)?.lastTrafficAt));
  }

  function costs(resources: readonly Resource[], by: Memory) {
    const costFor = (r: Resource) =>
      costOf(r, standings.get(r.id)?.observation.rung ?? 'absent', evidenceOf(r, engines.engineOf(r)?.provider.rungs, by));
    return new Map(resources.map((r) => [r.id, costFor(r)]));
  }

  return {
    isInUse,
    /** What it takes idle is what holding it costs; a moment of use tells nothing of that. */
    keepUsage(usage: ReadonlyMap<ResourceId, Usage>): void {
      const kept = memory().usage;
      const idle = [...usage].filter(([id, its]) => isWarm(standings.of(id).observation.rung) && !isInUse(id) && kept[id] !== its);
      if (idle.length > 0) ports.remember({ usage: { ...kept, ...Object.fromEntries(idle) } });
    },
    /** `as`: if these were the resources, and this what is remembered. */
    now(
      { trusted, settling, pressure }: Pick<Situation, 'trusted' | 'settling'> & { readonly pressure?: Pressure },
      as: { readonly resources: readonly Resource[]; readonly memory: Memory } = { resources: declared.resources(), memory: memory() },
    ): Look {
      const { resources } = as;
      const { model, climbs: whole, feedback } = as.memory;
      return {
        now: ports.now(),
        mode: ports.mode(),
        trusted,
        settling,
        resources,
        model,
        rhythms: ports.rhythms(),
        outlooks: ports.outlooks,
        session: ports.session(),
        horizonMs: settings.horizonMs,
        readyP95Ms: readyP95MsOf(whole),
        observations: new Map(standings.entries().map(([id, s]) => [id, s.observation])),
        costs: costs(resources, as.memory),
        feedback: new Map(Object.entries(feedback)),
        inUse: new Set(resources.map((r) => r.id).filter(isInUse)),
        moving: climbs.targets(),
        setbacks: setbacks.all(),
        standbys: ports.standbys(resources),
        engineOf: (resource) => {
          const engine = engines.engineOf(resource);
          return engine && { provider: engine.provider.name, rungs: engine.provider.rungs };
        },
        eagernessOf: ports.eagernessOf,
        limits: {
          memoryBytes: settings.memoryBytes,
          settleMs: settings.settleMs,
          prices: DEFAULT_PRICES,
          ...(pressure ? { pressure } : {}),
        },
      };
    },
  };
}
