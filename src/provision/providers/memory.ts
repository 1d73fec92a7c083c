import {
  type Fault,
  failed,
  type Observation,
  ok,
  type Resource,
  type ResourceId,
  type ResourceSpec,
  type Result,
  RUNGS,
  type Rung,
  rungIndex,
  type UnixMs,
} from '../../domain/index.ts';
import { specHash } from '../ownership.ts';
import type { Context, Provider } from '../provider.ts';

type MemorySpec = Extract<ResourceSpec, { type: 'memory' }>;

interface Thing {
  rung: Rung;
  owner: 'prewarm' | 'developer';
  spec: string;
  leaseUntil: number;
  workspace: string;
}

/** One step that an adapter took in the world. */
export interface MemoryEvent {
  readonly at: UnixMs;
  readonly resource: ResourceId;
  readonly did: 'began' | 'ended' | 'failed';
  readonly from: Rung;
  readonly to: Rung;
}

export interface MemoryWorld {
  /** The "engine": outlives the adapters that look at it, as a real one does. */
  readonly things: Map<string, Thing>;
  reachable: boolean;
  /** How many were ever made; two windows must not make two. */
  made: number;
  /** All that was done to it, in the order of time. */
  readonly events: MemoryEvent[];
  /** Faults of steps, under the resource and the rung that is climbed to; so many times each. */
  readonly faults: Map<string, { readonly fault: Fault; times: number }>;
}

export const createMemoryWorld = (): MemoryWorld => ({ things: new Map(), reachable: true, made: 0, events: [], faults: new Map() });

/** The key of a step's fault. */
export const stepKey = (resource: ResourceId, to: Rung): string => `${resource} ${to}`;

export interface MemoryOptions {
  readonly world: MemoryWorld;
  /** Waits the simulated latency; rejects never, resolves early when aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const LADDER = RUNGS.slice(0, rungIndex('ready') + 1);

/** A simulated engine with latencies and failures per rung: for properties, rehearsal and fault injection. */
export function createMemoryProvider({ world, sleep }: MemoryOptions): Provider {
  const observe = (resource: Resource, context: Context): Observation => {
    const thing = world.things.get(resource.id);
    const base = { id: resource.id, at: context.now(), backends: [] };
    if (!world.reachable) return { ...base, rung: 'unknown', owner: 'none', detail: 'The simulated engine cannot be reached.' };
    return { ...base, rung: thing?.rung ?? 'absent', owner: thing?.owner ?? 'none' };
  };

  async function step(resource: Resource, from: Rung, to: Rung, context: Context): Promise<Result<void>> {
    const tell = (did: MemoryEvent['did']): void => void world.events.push({ at: context.now(), resource: resource.id, did, from, to });
    tell('began');
    const result = await attempt(resource, to, context);
    tell(result.ok ? 'ended' : 'failed');
    return result;
  }

  async function attempt(resource: Resource, to: Rung, context: Context): Promise<Result<void>> {
    const spec = resource.spec as MemorySpec;
    await sleep(spec.stepMs[to] ?? 0, context.signal);
    if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
    const fault = faultAt(resource, spec, to);
    if (fault) return { ok: false, fault };
    const thing = world.things.get(resource.id);
    // The developer was faster: theirs is left alone.
    if (thing?.owner === 'developer') return ok(undefined);
    if (to === 'absent') world.things.delete(resource.id);
    else if (thing) thing.rung = to;
    else make(resource, to, context);
    return ok(undefined);
  }

  function faultAt(resource: Resource, spec: MemorySpec, to: Rung): Fault | undefined {
    if (!world.reachable) return failed('engine-unreachable', 'later', 'The simulated engine cannot be reached.').fault;
    if (spec.failAt === to)
      return failed('start-failed', 'later', `${resource.id} failed on its way to ${to}, as its simulation says.`).fault;
    const planned = world.faults.get(stepKey(resource.id, to));
    if (!planned || planned.times <= 0) return undefined;
    planned.times--;
    return planned.fault;
  }

  function make(resource: Resource, rung: Rung, context: Context): void {
    world.made++;
    world.things.set(resource.id, {
      rung,
      owner: 'prewarm',
      spec: specHash(resource),
      leaseUntil: context.now() + context.leaseMs,
      workspace: context.workspace,
    });
  }

  return {
    name: 'memory',
    rungs: LADDER,
    supports: (resource) => resource.spec.type === 'memory',
    check: async () =>
      world.reachable ? ok({ version: 'simulated' }) : failed('engine-unreachable', 'later', 'The simulated engine cannot be reached.'),
    observe: async (resources, context) => resources.map((r) => observe(r, context)),
    async reach(resource, rung, context) {
      const thing = world.things.get(resource.id);
      if (thing?.owner === 'developer') return ok(observe(resource, context));
      if (thing && thing.spec !== specHash(resource)) world.things.delete(resource.id);
      const at = world.things.get(resource.id)?.rung ?? 'absent';
      for (const next of pathTo(at, rung)) {
        const result = await step(resource, world.things.get(resource.id)?.rung ?? 'absent', next, context);
        if (!result.ok) return result;
        if (world.things.get(resource.id)?.owner === 'developer') break;
      }
      return ok(observe(resource, context));
    },
    async renew(resources, context) {
      for (const resource of resources) {
        const thing = world.things.get(resource.id);
        if (thing) thing.leaseUntil = context.now() + context.leaseMs;
      }
    },
    async sweep(context) {
      const ended = [...world.things].filter(([, t]) => t.owner === 'prewarm' && t.leaseUntil <= context.now());
      for (const [, thing] of ended) thing.rung = rungIndex(thing.rung) > rungIndex('created') ? 'created' : thing.rung;
      return ok(ended.map(([resource, t]) => ({ resource, workspace: t.workspace, what: 'simulated thing' })));
    },
    close: async () => {},
  };
}

/** Rung by rung up; what runs is paused or stopped at once, as by a real engine, and what is paused runs when it is resumed. */
function pathTo(at: Rung, to: Rung): readonly Rung[] {
  const [from, goal] = [LADDER.indexOf(at), LADDER.indexOf(to)];
  if (goal > from) return LADDER.slice(from + 1, goal + 1).filter((rung) => rung !== 'paused' || to === 'paused');
  if (goal === from) return [];
  if (to === 'paused' || to === 'running') return [to];
  const lower = LADDER.slice(goal, LADDER.indexOf('created') + 1).filter((rung) => rungIndex(rung) < rungIndex(at));
  return lower.reverse();
}
