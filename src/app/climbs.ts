import { failed, isWarm, type Observation, type Resource, type ResourceId, type Result, type Rung, type UnixMs } from '../domain/index.ts';
import type { Context } from '../provision/provider.ts';
import type { Engines } from './engines.ts';

export interface ClimbPorts {
  readonly engines: Engines;
  readonly now: () => UnixMs;
  readonly context: (signal: AbortSignal, progress: (text: string) => void) => Context;
  readonly byId: () => ReadonlyMap<ResourceId, Resource>;
  readonly rungOf: (id: ResourceId) => Rung | 'unknown';
  /** Told of every change: progress, a rung reached, an engine given up. */
  readonly changed: (id: ResourceId, progress: string | undefined) => void;
  readonly observed: (observation: Observation) => void;
  readonly measured: (id: ResourceId, from: Rung, ms: number) => void;
  readonly log: (line: string) => void;
}

interface Work {
  readonly to: Rung;
  readonly promise: Promise<Result<Observation>>;
  readonly controller: AbortController;
}

/** The work in hand: at most one movement per resource, shared by all who ask for it; dependencies first, in parallel where they may. */
export function createClimbs(ports: ClimbPorts) {
  const inHand = new Map<ResourceId, Work>();

  function reach(resource: Resource, to: Rung): Promise<Result<Observation>> {
    const running = inHand.get(resource.id);
    if (running?.to === to) return running.promise;
    running?.controller.abort();
    const controller = new AbortController();
    const after = running?.promise ?? Promise.resolve();
    const promise = after
      .then(() => (to === 'ready' ? climb(resource, controller.signal) : move(resource, to, controller.signal)))
      .finally(() => {
        if (inHand.get(resource.id)?.controller === controller) inHand.delete(resource.id);
        ports.changed(resource.id, undefined);
      });
    inHand.set(resource.id, { to, promise, controller });
    return promise;
  }

  async function climb(resource: Resource, signal: AbortSignal): Promise<Result<Observation>> {
    const dependencies = resource.dependsOn.flatMap((id) => ports.byId().get(id) ?? []);
    const results = await Promise.all(dependencies.map((dependency) => reach(dependency, 'ready')));
    const broken = results.find((r) => !r.ok);
    if (broken && !broken.ok) {
      return failed(
        'start-failed',
        'later',
        `${resource.id} was not started because something it depends on failed: ${broken.fault.message}`,
      );
    }
    return move(resource, 'ready', signal);
  }

  async function move(resource: Resource, to: Rung, signal: AbortSignal): Promise<Result<Observation>> {
    const from = ports.rungOf(resource.id);
    const begun = ports.now();
    for (;;) {
      const engine = ports.engines.engineOf(resource);
      if (!engine) return failed('unsupported', 'never', `No engine on this machine can make ${resource.id} (${resource.provider}).`);
      const result = await engine.provider.reach(
        resource,
        to,
        ports.context(signal, (text) => ports.changed(resource.id, text)),
      );
      if (result.ok) {
        // Measured first: who was waiting for it is entered in the ledger when it is observed.
        if (isWarm(result.value.rung) && from !== 'unknown' && !isWarm(from)) ports.measured(resource.id, from, ports.now() - begun);
        ports.observed(result.value);
        return result;
      }
      if (signal.aborted || to !== 'ready' || !ports.engines.gaveUp(engine.provider, resource, result.fault)) return result;
      ports.log(`${resource.id}: ${result.fault.message} Trying another engine.`);
    }
  }

  return {
    reach,
    busy: (id: ResourceId): boolean => inHand.has(id),
    climbing: (id: ResourceId): Promise<Result<Observation>> | undefined => {
      const work = inHand.get(id);
      return work?.to === 'ready' ? work.promise : undefined;
    },
    cancel: (id: ResourceId): void => inHand.get(id)?.controller.abort(),
    get size(): number {
      return inHand.size;
    },
    async stop(): Promise<void> {
      for (const work of inHand.values()) work.controller.abort();
      await Promise.allSettled([...inHand.values()].map((w) => w.promise));
    },
  };
}

export type Climbs = ReturnType<typeof createClimbs>;
