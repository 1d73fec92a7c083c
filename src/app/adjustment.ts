import {
  type Activity,
  type Allowance,
  failed,
  isWarm,
  type Observation,
  type Resource,
  type ResourceId,
  type Result,
  type UnixMs,
  type Usage,
} from '../domain/index.ts';
import { type AllowanceStates, allowancesOf, type Tenant } from '../plan/allowance.ts';
import { dependenciesOf } from '../plan/dependencies.ts';
import { NO_PRESSURE, type Pressure, type PressureLimits, pressureOf } from '../plan/pressure.ts';
import type { Readings } from '../plan/readings.ts';
import type { Context, Provider } from '../provision/provider.ts';
import { busyWith } from '../sense/busyWith.ts';

/** Figures older than this are measured anew. */
const MEASURE_EVERY_MS = 5000;
const REFUSED_FOR_MS = 10 * 60_000;
/** While something is held back, or limited, for the developer's sake: soon enough to give back what they no longer need. */
const LOOK_AGAIN_MS = 5000;

export interface AdjustmentPorts {
  readonly now: () => UnixMs;
  readonly readings: () => Promise<Readings>;
  readonly resources: () => readonly Resource[];
  readonly providerOf: (resource: Resource) => Provider | undefined;
  readonly observation: (id: ResourceId) => Observation;
  /** A client is connected to it now, or was a moment ago. */
  readonly inUse: (id: ResourceId) => boolean;
  /** Median time to the first byte of its latest connections, ms. */
  readonly latencyMs?: (id: ResourceId) => number | undefined;
  /** Of the session under way, in the order of time. */
  readonly activities: () => readonly Activity[];
  readonly limits: () => PressureLimits;
  readonly context: () => Context;
  readonly log: (line: string) => void;
}

/** What one look at the machine came to. */
export interface Look {
  readonly pressure: Pressure;
  /** Of the machine, where it can be read. */
  readonly processorCount?: number;
  /** Of what is ours and runs. */
  readonly usage: ReadonlyMap<ResourceId, Usage>;
  /** When the next look is due at the latest; undefined: whenever the app looks anyway. */
  readonly lookAgainMs?: number;
}

/**
 * Live adjustment: readings of the machine, what ours takes of it, and the developer's own work become the pressure under which one
 * pass decides, and the limits of what runs. Level-triggered: after a crash the first `apply` takes back what was left limited.
 */
export function createAdjustment(ports: AdjustmentPorts) {
  let pressure = NO_PRESSURE;
  let states: AllowanceStates = new Map();
  let usage: ReadonlyMap<ResourceId, Usage> = new Map();
  let measuredAt = Number.NEGATIVE_INFINITY;
  let measuring: Promise<void> = Promise.resolve();
  /** What the engine was last told; nothing is known of what a former life of ours left there. */
  const applied = new Map<ResourceId, Allowance>();
  const refusedAt = new Map<ResourceId, UnixMs>();

  const held = (): readonly Resource[] => ports.resources().filter((r) => isHeld(ports.observation(r.id)));

  function measure(): Promise<void> {
    if (ports.now() - measuredAt >= MEASURE_EVERY_MS) {
      measuredAt = ports.now();
      measuring = measureNow().catch((error: unknown) => ports.log(`! What runs could not be measured: ${String(error)}`));
    }
    return measuring;
  }

  async function measureNow(): Promise<void> {
    usage = await usageNow(held());
  }

  async function usageNow(resources: readonly Resource[]): Promise<ReadonlyMap<ResourceId, Usage>> {
    const groups = byProvider(resources, ports.providerOf);
    const measured = await Promise.all([...groups].map(([provider, own]) => provider.measure?.(own, ports.context()) ?? new Map()));
    return new Map(measured.flatMap((m): [ResourceId, Usage][] => [...m]));
  }

  /** As measured; what can't be measured counts as it is assumed. */
  const heldBytes = (): number => held().reduce((sum, r) => sum + (usage.get(r.id)?.memoryBytes ?? r.memoryBytes), 0);

  const usageOf = (resources: readonly Resource[]): ReadonlyMap<ResourceId, Usage> =>
    new Map(resources.flatMap((r) => (usage.has(r.id) ? [[r.id, usage.get(r.id) as Usage]] : [])));

  function tenants(): readonly Tenant[] {
    const running = held();
    const byId = new Map(ports.resources().map((r) => [r.id, r]));
    const direct = running.filter((r) => ports.inUse(r.id)).map((r) => r.id);
    const used = new Set([...direct, ...direct.flatMap((id) => dependenciesOf(id, byId))]);
    return running.flatMap(({ id }) => {
      const its = usage.get(id);
      if (!its) return [];
      const latencyMs = ports.latencyMs?.(id);
      const ready = isWarm(ports.observation(id).rung);
      return [{ resource: id, ready, inUse: used.has(id), usage: its, ...(latencyMs === undefined ? {} : { latencyMs }) }];
    });
  }

  async function tell(resource: Resource, allowance: Allowance): Promise<void> {
    const provider = ports.providerOf(resource);
    const refused = refusedAt.get(resource.id);
    // A container that was made anew knows nothing of what a remedy gave to the one before.
    if (!provider?.limit || (!resource.tuning?.limits && same(applied.get(resource.id), allowance))) return;
    if (refused !== undefined && ports.now() - refused < REFUSED_FOR_MS) return;
    const result = await provider.limit(resource, allowance, ports.context());
    if (result.ok) {
      applied.set(resource.id, allowance);
      if (!isEmpty(allowance)) ports.log(`${resource.id} may take ${inWords(allowance)} while it is idle.`);
    } else refuse(resource.id, result);
  }

  /** An engine that sets no limits is told of once, and is asked again only much later. */
  function refuse(id: ResourceId, result: Extract<Result<void>, { ok: false }>): void {
    if (!refusedAt.has(id)) ports.log(`! ${result.fault.message}`);
    refusedAt.set(id, ports.now());
  }

  /** What we left limited and what no longer runs starts at full speed next time. */
  const stopped = (): readonly Resource[] =>
    ports.resources().filter((r) => !states.has(r.id) && !isEmpty(applied.get(r.id) ?? {}) && ports.observation(r.id).rung !== 'unknown');

  return {
    /** Resolves when figures of the last five seconds are there. An engine may take a second or two for them. */
    measure,
    /** What those of these that are ours take, measured for whoever asks; nothing of what could not be measured. */
    taken: (ids: readonly ResourceId[]): Promise<ReadonlyMap<ResourceId, Usage>> =>
      usageNow(held().filter((r) => ids.includes(r.id))).catch(() => new Map()),
    /**
     * Before each decision. Never fails: what can't be read or measured is unknown. It does not wait for figures of what runs, but
     * has them taken for the next look.
     */
    async look(): Promise<Look> {
      void measure();
      const readings = await ports.readings();
      const now = ports.now();
      const input = { now, readings, work: busyWith(ports.activities(), now), heldBytes: heldBytes(), limits: ports.limits() };
      const seen = pressureOf(input, pressure);
      pressure = seen.state;
      const humanAtWork = pressure.yieldingToWork;
      states = allowancesOf({ now, tenants: tenants(), humanAtWork, shortOfMemory: pressure.shortOfMemory }, states);
      // Their work presses on nothing where it can't be read how busy the machine is.
      const felt = input.work !== undefined && readings.processorBusy !== undefined;
      const watched = felt || pressure.shortOfMemory || [...states.values()].some((s) => !isEmpty(s.allowance));
      const { processorCount } = readings;
      const machine = processorCount === undefined ? {} : { processorCount };
      return { pressure: seen.pressure, ...machine, usage: usageOf(held()), ...(watched ? { lookAgainMs: LOOK_AGAIN_MS } : {}) };
    },
    /** After each decision: the limits that the last look came to. */
    async apply(): Promise<void> {
      const wanted = ports.resources().flatMap((r) => {
        const state = states.get(r.id);
        if (state) return [tell(r, state.allowance)];
        // What a remedy gave holds before anything was measured, too.
        return r.tuning?.limits && isHeld(ports.observation(r.id)) ? [tell(r, {})] : [];
      });
      await Promise.all([...wanted, ...stopped().map((r) => tell(r, {}))]);
    },
    /** What it may take has changed by hand: told at once, and its fault, unlike after a decision. */
    async retune(resource: Resource): Promise<Result<void>> {
      const provider = ports.providerOf(resource);
      if (!provider?.limit) return failed('unsupported', 'never', `What ${resource.id} may take cannot be changed while it runs.`);
      const allowance = states.get(resource.id)?.allowance ?? {};
      const result = await provider.limit(resource, allowance, ports.context());
      if (result.ok) applied.set(resource.id, allowance);
      return result;
    },
    /** At the first byte of a client, and before it is stopped: without waiting for the next pass. */
    async lift(resource: Resource): Promise<void> {
      const state = states.get(resource.id);
      if (state) states = new Map([...states, [resource.id, { ...state, allowance: {} }]]);
      if (!isEmpty(applied.get(resource.id) ?? {})) await tell(resource, {});
    },
    /** Nothing stays limited when nobody is there to lift it. */
    async close(): Promise<void> {
      await Promise.all(ports.resources().map((r) => this.lift(r)));
    },
  };
}

export type Adjustment = ReturnType<typeof createAdjustment>;

const isHeld = ({ owner, rung }: Observation): boolean =>
  owner === 'prewarm' && (rung === 'paused' || rung === 'running' || rung === 'ready' || rung === 'seeded');

function byProvider(resources: readonly Resource[], providerOf: AdjustmentPorts['providerOf']): ReadonlyMap<Provider, readonly Resource[]> {
  const groups = new Map<Provider, Resource[]>();
  for (const resource of resources) {
    const provider = providerOf(resource);
    if (provider?.measure) groups.set(provider, [...(groups.get(provider) ?? []), resource]);
  }
  return groups;
}

const isEmpty = ({ cpuCores, memoryBytes }: Allowance): boolean => cpuCores === undefined && memoryBytes === undefined;

/** Unknown is never the same, not even as none. */
function same(known: Allowance | undefined, wanted: Allowance): boolean {
  return known !== undefined && known.cpuCores === wanted.cpuCores && known.memoryBytes === wanted.memoryBytes;
}

function inWords({ cpuCores, memoryBytes }: Allowance): string {
  const cores = cpuCores === undefined ? [] : [`${cpuCores} of a core`];
  const memory = memoryBytes === undefined ? [] : [`${Math.round(memoryBytes / 2 ** 20)} MB`];
  return [...cores, ...memory].join(' and ');
}
