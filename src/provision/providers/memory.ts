import {
  failed,
  type Observation,
  ok,
  type Resource,
  type ResourceSpec,
  type Result,
  RUNGS,
  type Rung,
  rungIndex,
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

export interface MemoryWorld {
  /** The "engine": outlives the adapters that look at it, as a real one does. */
  readonly things: Map<string, Thing>;
  reachable: boolean;
  /** How many were ever made; two windows must not make two. */
  made: number;
}

export const createMemoryWorld = (): MemoryWorld => ({ things: new Map(), reachable: true, made: 0 });

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

  async function step(resource: Resource, to: Rung, context: Context): Promise<Result<void>> {
    const spec = resource.spec as MemorySpec;
    await sleep(spec.stepMs[to] ?? 0, context.signal);
    if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
    if (!world.reachable) return failed('engine-unreachable', 'later', 'The simulated engine cannot be reached.');
    if (spec.failAt === to) return failed('start-failed', 'later', `${resource.id} failed on its way to ${to}, as its simulation says.`);
    const thing = world.things.get(resource.id);
    if (to === 'absent') world.things.delete(resource.id);
    else if (thing) thing.rung = to;
    else {
      world.made++;
      world.things.set(resource.id, {
        rung: to,
        owner: 'prewarm',
        spec: specHash(resource),
        leaseUntil: context.now() + context.leaseMs,
        workspace: context.workspace,
      });
    }
    return ok(undefined);
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
      for (;;) {
        const at = LADDER.indexOf(world.things.get(resource.id)?.rung ?? 'absent');
        const wanted = LADDER.indexOf(rung);
        if (at === wanted) break;
        const result = await step(resource, LADDER[at + Math.sign(wanted - at)] as Rung, context);
        if (!result.ok) return result;
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
