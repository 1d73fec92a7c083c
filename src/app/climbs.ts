import {
  type Action,
  type Fault,
  failed,
  isWarm,
  type Observation,
  ok,
  type Resource,
  type ResourceId,
  type Result,
  type Rung,
  rungIndex,
  type UnixMs,
} from '../domain/index.ts';
import { isEngineFault } from '../plan/breaker.ts';
import { goalOf, holdsMemory, pathFrom, warmRung } from '../plan/ladder.ts';
import type { Context, Provider } from '../provision/provider.ts';
import type { Engines } from './engines.ts';
import type { Step } from './ports.ts';

/** A race may be lost that often before it is a failure. */
const TRIES_AT_ONCE = 3;
/** What was seen this long ago is not looked at again before the first step. */
const FRESH_MS = 1000;

export interface ClimbPorts {
  readonly engines: Engines;
  readonly now: () => UnixMs;
  readonly context: (signal: AbortSignal, progress: (text: string) => void, onBehalfOf: Context['onBehalfOf']) => Context;
  readonly byId: () => ReadonlyMap<ResourceId, Resource>;
  /** Depend on it, near and far. */
  readonly dependantsOf: (id: ResourceId) => readonly ResourceId[];
  readonly seen: (id: ResourceId) => Observation;
  /** Told of every change: progress, a rung reached, an engine given up. */
  readonly changed: (id: ResourceId, progress: string | undefined) => void;
  readonly observed: (observation: Observation) => void;
  /** A whole climb to warm; what it depends on was waited for apart. */
  readonly measured: (id: ResourceId, from: Rung, ms: number) => void;
  readonly stepped: (id: ResourceId, step: Step) => void;
  /** Before what serves stops serving: its clients are let go. */
  readonly drain: (resource: Resource, to: Rung, onBehalfOf: Context['onBehalfOf']) => Promise<void>;
  /** How a movement ended: once each, however many asked for it. Cancelled ones are not told. */
  readonly ended: (id: ResourceId, verb: Action['verb'], fault: Fault | undefined) => void;
  /** Why a person does not want it started with something else; undefined where they have nothing against it. */
  readonly refusal: (id: ResourceId) => Fault | undefined;
  readonly log: (line: string) => void;
}

/** Who wants a movement: a person (or a client of theirs that waits), the plan, or what depends on it. */
export type Asker = 'person' | 'plan' | ResourceId;

interface Work {
  readonly resource: Resource;
  readonly to: Rung;
  readonly askers: Set<Asker>;
  readonly controller: AbortController;
  promise: Promise<Result<Observation>>;
}

/**
 * The work in hand: at most one movement per resource, shared by all who ask for it, one rung at a time. A wish for another rung
 * takes over at the next step. What it depends on is made warm at the same time, and before it runs; what depends on it
 * goes down before it.
 */
export function createClimbs(ports: ClimbPorts) {
  const { engines, now } = ports;
  const inHand = new Map<ResourceId, Work>();

  function reach(resource: Resource, wished: Rung, asker: Asker): Promise<Result<Observation>> {
    const running = inHand.get(resource.id);
    const to = goalOf(wished, engines.engineOf(resource)?.provider.rungs ?? [wished]);
    // A person may take down what a prediction may not, so that they are not answered by its refusal.
    const shared = isWarm(to) || asker !== 'person' || running?.askers.has('person');
    if (running?.to === to && shared && !running.controller.signal.aborted) {
      running.askers.add(asker);
      return running.promise;
    }
    if (running) callOff(running, holdsMemory(to) ? 'still needs others' : 'needs no others');
    const before = running?.promise ?? Promise.resolve();
    const work: Work = {
      resource,
      to,
      askers: new Set([asker]),
      controller: new AbortController(),
      promise: before.then(() => move(work)).finally(() => leave(work)),
    };
    inHand.set(resource.id, work);
    return work.promise;
  }

  function leave(work: Work): void {
    if (inHand.get(work.resource.id) === work) inHand.delete(work.resource.id);
    ports.changed(work.resource.id, undefined);
  }

  async function move(work: Work): Promise<Result<Observation>> {
    const { resource, to, controller } = work;
    const verb = directionOf(ports.seen(resource.id).rung, to);
    for (let hiccups = 0; ; ) {
      const engine = engines.engineOf(resource);
      if (!engine) return failed('unsupported', 'never', `No engine on this machine can make ${resource.id} (${resource.provider}).`);
      const result = await walk(work, engine.provider);
      if (controller.signal.aborted && !result.ok) return cancelled(resource);
      if (result.ok) {
        engines.holds(resource.id, result.value.owner === 'none' ? undefined : engine.provider);
        ports.ended(resource.id, verb, undefined);
        return result;
      }
      if (result.fault.code === 'cancelled') return result;
      if (isEngineFault(result.fault.code) && hiccups++ === 0 && (await engines.isThere(engine.provider, controller.signal))) continue;
      if (!isWarm(to) || !engines.gaveUp(engine.provider, resource, result.fault)) {
        ports.ended(resource.id, verb, result.fault);
        return result;
      }
      ports.log(`${resource.id}: ${result.fault.message} Trying another engine.`);
    }
  }

  /** Rung by rung. Each step is looked at before the next: what another window did meanwhile is not done again. */
  async function walk(work: Work, provider: Provider): Promise<Result<Observation>> {
    const { resource, controller } = work;
    const { signal } = controller;
    const goal = goalOf(work.to, provider.rungs);
    const looked = await lookAt(work, provider);
    if (!looked.ok) return looked;
    let at = looked.value;
    const from = at.rung as Rung;
    if (at.owner === 'developer') return settleForTheirs(work, provider, at, goal);
    // Already there: its engine is asked all the same, since its declaration may have changed.
    const path = from === goal ? [goal] : pathFrom(from, goal, provider.rungs);
    const runs = path.some((rung) => rungIndex(rung) >= rungIndex('running'));
    const dependencies = runs ? warmDependencies(work) : Promise.resolve(undefined);
    const took = { ms: 0 };
    for (const next of path) {
      if (signal.aborted) return cancelled(resource);
      if (from !== goal && isPassed(at.rung, next, goal)) continue;
      const hindered = await clearTheWay(work, at.rung, next, dependencies);
      if (hindered) return hindered;
      const step = await takeStep(work, provider, next, rungIndex(next) > rungIndex(at.rung as Rung));
      if (!step.ok) return step;
      took.ms += step.value.ms;
      tellStep(resource, provider, {
        from,
        before: at.rung as Rung,
        to: next,
        ms: step.value.ms,
        tookMs: took.ms,
        now: step.value.observation,
      });
      at = step.value.observation;
      if (at.owner === 'developer') return settleForTheirs(work, provider, at, goal);
    }
    return ok(at);
  }

  /** Nothing is begun from what is only remembered. What can't be seen is not moved; the fault says why. */
  async function lookAt(work: Work, provider: Provider): Promise<Result<Observation>> {
    const { resource, controller } = work;
    let seen = ports.seen(resource.id);
    if (seen.rung === 'unknown' || now() - seen.at > FRESH_MS) {
      const [fresh] = await provider.observe([resource], contextOf(work));
      if (fresh) {
        seen = fresh;
        ports.observed(fresh);
        if (fresh.rung !== 'unknown') engines.heard(provider, undefined);
      }
    }
    if (controller.signal.aborted) return cancelled(resource);
    if (seen.rung !== 'unknown') return ok(seen);
    const check = await provider.check(controller.signal);
    const fault = check.ok
      ? failed('engine-unreachable', 'later', seen.detail ?? `${provider.name} does not tell how ${resource.id} stands.`).fault
      : check.fault;
    engines.heard(provider, fault);
    return { ok: false, fault };
  }

  /** What the developer runs is waited for until it is ready, and never changed. */
  async function settleForTheirs(work: Work, provider: Provider, at: Observation, goal: Rung): Promise<Result<Observation>> {
    if (!isWarm(goal)) return ok(at);
    const result = await provider.reach(work.resource, goal, contextOf(work));
    if (result.ok) ports.observed(result.value);
    return result;
  }

  /** Before it runs, what it needs is warm; before it goes down, its clients are let go and what runs on it has stopped climbing. */
  async function clearTheWay(
    work: Work,
    at: Rung | 'unknown',
    next: Rung,
    dependencies: Promise<Fault | undefined>,
  ): Promise<Result<Observation> | undefined> {
    const { resource, controller } = work;
    if (at !== 'unknown' && rungIndex(next) < rungIndex(at)) {
      await Promise.all(ports.dependantsOf(resource.id).map(standDown));
      await ports.drain(resource, next, onBehalfOf(work));
    } else if (rungIndex(next) >= rungIndex('running')) {
      const fault = (await dependencies) ?? coldDependency(resource);
      if (fault) return { ok: false, fault };
    }
    return controller.signal.aborted ? cancelled(resource) : undefined;
  }

  /** One that goes down is waited for; one that climbs, or is up to resume, is called back first. */
  async function standDown(dependant: ResourceId): Promise<void> {
    const work = inHand.get(dependant);
    if (!work) return;
    if (holdsMemory(work.to)) callOff(work, 'needs no others');
    await work.promise;
  }

  async function warmDependencies({ resource, askers, controller }: Work): Promise<Fault | undefined> {
    const needed = resource.dependsOn.flatMap((id) => ports.byId().get(id) ?? []);
    const results = await Promise.all(needed.map((dependency) => warmDependency(dependency, resource, askers)));
    const broken = results.find((r) => !r.ok);
    if (!broken || broken.ok || controller.signal.aborted) return undefined;
    const { fault } = broken;
    if (fault.code === 'cancelled') return fault;
    const message = `${resource.id} was not started because something it depends on failed: ${fault.message}`;
    return failed('start-failed', fault.retry === 'never' ? 'never' : 'later', message).fault;
  }

  async function warmDependency(dependency: Resource, dependant: Resource, askers: ReadonlySet<Asker>): Promise<Result<Observation>> {
    const seen = ports.seen(dependency.id);
    if (isWarm(seen.rung) && now() - seen.at <= FRESH_MS && !inHand.has(dependency.id)) return ok(seen);
    const fault = ports.refusal(dependency.id);
    if (fault) return { ok: false, fault };
    return reach(dependency, 'ready', askers.has('plan') && askers.size === 1 ? 'plan' : dependant.id);
  }

  /** It was made warm, and went down again before its dependant ran. */
  function coldDependency(resource: Resource): Fault | undefined {
    const cold = resource.dependsOn.find((id) => ports.byId().has(id) && (!isWarm(ports.seen(id).rung) || isGoingDown(id)));
    if (cold === undefined) return undefined;
    return failed('start-failed', 'later', `${resource.id} was not started because ${cold}, on which it depends, is not ready any more.`)
      .fault;
  }

  const isGoingDown = (id: ResourceId): boolean => {
    const work = inHand.get(id);
    return work !== undefined && !isWarm(work.to);
  };

  async function takeStep(work: Work, provider: Provider, next: Rung, climbing: boolean) {
    const { resource, controller } = work;
    for (let tries = 1; ; tries++) {
      const begun = now();
      const result = await provider.reach(resource, next, { ...contextOf(work), climbing });
      engines.heard(provider, result.ok ? undefined : result.fault);
      if (result.ok) return ok({ observation: result.value, ms: now() - begun });
      if (result.fault.retry !== 'now' || tries === TRIES_AT_ONCE || controller.signal.aborted) return result;
    }
  }

  /** Measured first: who was waiting for it is entered in the ledger when it is observed. */
  function tellStep(
    { id }: Resource,
    provider: Provider,
    step: { from: Rung; before: Rung; to: Rung; ms: number; tookMs: number; now: Observation },
  ): void {
    const { from, before, to, ms, tookMs, now: seen } = step;
    const top = warmRung(provider.rungs);
    const arrived = seen.rung === top && before !== top;
    if (from !== 'paused' && before !== to) ports.stepped(id, { from: before, to, ms });
    // It was ready before anybody could look: the steps between took nothing more.
    if (from !== 'paused' && arrived && to !== top) ports.stepped(id, { from: to, to: top, ms: 0 });
    const resumedOrStopped = arrived || (before === from && !holdsMemory(to));
    if (from === 'paused' && resumedOrStopped) ports.stepped(id, { from, to: arrived ? top : to, ms: tookMs });
    if (arrived && !isWarm(from)) ports.measured(id, from, tookMs);
    ports.observed(seen);
  }

  const contextOf = (work: Work): Context =>
    ports.context(work.controller.signal, (text) => ports.changed(work.resource.id, text), onBehalfOf(work));

  const onBehalfOf = (work: Work): Context['onBehalfOf'] => (isByPerson(work) ? 'person' : 'prediction');

  function isByPerson(work: Work, visited: ReadonlySet<ResourceId> = new Set()): boolean {
    return [...work.askers].some((asker) => {
      if (asker === 'person') return true;
      const dependant = inHand.get(asker);
      return (
        dependant !== undefined &&
        holdsMemory(dependant.to) &&
        !visited.has(asker) &&
        isByPerson(dependant, new Set([...visited, work.resource.id]))
      );
    });
  }

  /** Stops at the last rung reached; what was only started for its sake stops with it. */
  function callOff(work: Work, needs: 'still needs others' | 'needs no others'): void {
    work.controller.abort();
    if (needs === 'still needs others') return;
    for (const dependency of work.resource.dependsOn) {
      const theirs = inHand.get(dependency);
      if (theirs?.askers.delete(work.resource.id) && theirs.askers.size === 0) callOff(theirs, needs);
    }
  }

  function cancel(id: ResourceId): void {
    const work = inHand.get(id);
    if (work) callOff(work, 'needs no others');
  }

  return {
    reach,
    cancel,
    busy: (id: ResourceId): boolean => inHand.has(id),
    /** Where each is going. */
    targets: (): ReadonlyMap<ResourceId, Rung> => new Map([...inHand].map(([id, work]) => [id, work.to])),
    /** Somebody waits for it to be warm. */
    awaited: (id: ResourceId): boolean => {
      const work = inHand.get(id);
      return work !== undefined && isWarm(work.to) && isByPerson(work);
    },
    climbing: (id: ResourceId): Promise<Result<Observation>> | undefined => {
      const work = inHand.get(id);
      return work && isWarm(work.to) ? work.promise : undefined;
    },
    /** Stops every climb that no person waits for. */
    callBack(): void {
      for (const [id, work] of inHand) if (holdsMemory(work.to) && !isByPerson(work)) cancel(id);
    },
    /** Resolves when nothing moves that moves now. */
    settled: async (): Promise<void> => void (await Promise.allSettled([...inHand.values()].map((w) => w.promise))),
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

/** On the way up, what it is above already is left out. */
function isPassed(at: Rung | 'unknown', next: Rung, goal: Rung): boolean {
  if (at === next) return true;
  return next !== goal && at !== 'unknown' && rungIndex(goal) >= rungIndex('paused') && rungIndex(at) >= rungIndex(next);
}

function directionOf(from: Rung | 'unknown', to: Rung): Action['verb'] {
  if (from === 'unknown') return holdsMemory(to) ? 'climb' : 'descend';
  return rungIndex(to) < rungIndex(from) ? 'descend' : 'climb';
}

const cancelled = (resource: Resource) => failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
