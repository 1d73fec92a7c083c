import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { type Fault, failed, isWarm, type Mode, type Resource, type ResourceId, type Rung } from '../../src/domain/index.ts';
import { dependenciesOf } from '../../src/plan/dependencies.ts';
import { holdsMemory } from '../../src/plan/ladder.ts';
import { type MemoryEvent, stepKey } from '../../src/provision/providers/memory.ts';
import { createDevelopersWorld, type Declaration, idOf, lineOf, MINUTE } from './developersWorld.ts';

/** Others by the environment, to search further than a build has time for. */
const RUNS = Number(process.env.SCHEDULES ?? 10_000);
const SEED = Number(process.env.SEED ?? 4);
/** Longest that a verdict, a back-off or a breaker can hold anything up. */
const PASSES_TO_CONVERGE = 8;

type Happening =
  | { readonly did: 'works'; readonly workflow: number }
  | {
      readonly did: 'uses' | 'warms' | 'warms and cancels' | 'cools' | 'forgets' | 'dies' | 'starts it alone' | 'stops it alone';
      readonly n: number;
    }
  | { readonly did: 'says'; readonly n: number; readonly verdict: 'always' | 'never' | 'not-now' }
  | { readonly did: 'breaks'; readonly n: number; readonly rung: Rung; readonly times: number; readonly retry: Fault['retry'] }
  | { readonly did: 'mends' | 'goes away' | 'comes back' | 'restarts' | 'rescans' }
  | { readonly did: 'is killed'; readonly survives: boolean }
  | { readonly did: 'changes mode'; readonly mode: Mode };

interface Schedule extends Declaration {
  readonly happenings: readonly { readonly it: Happening; readonly thenMs: number }[];
}

const n = fc.nat(7);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ did: fc.constant('works' as const), workflow: fc.nat(4) }) },
  { weight: 6, arbitrary: fc.record({ did: fc.constantFrom('uses' as const, 'warms' as const, 'cools' as const), n }) },
  {
    weight: 5,
    arbitrary: fc.record({
      did: fc.constantFrom(
        'warms and cancels' as const,
        'forgets' as const,
        'dies' as const,
        'starts it alone' as const,
        'stops it alone' as const,
      ),
      n,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      did: fc.constant('says' as const),
      n,
      verdict: fc.constantFrom('always' as const, 'never' as const, 'not-now' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      did: fc.constant('breaks' as const),
      n,
      rung: fc.constantFrom<Rung>('fetched', 'created', 'running', 'ready', 'paused'),
      times: fc.constantFrom(1, 2, 5, 1000),
      retry: fc.constantFrom<Fault['retry']>('now', 'later', 'never'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      did: fc.constantFrom('mends' as const, 'goes away' as const, 'comes back' as const, 'restarts' as const, 'rescans' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ did: fc.constant('is killed' as const), survives: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      did: fc.constant('changes mode' as const),
      mode: fc.constantFrom<Mode>('off', 'shadow', 'suggest', 'auto', 'auto'),
    }),
  },
);

const schedule: fc.Arbitrary<Schedule> = fc.record({
  dependsOn: fc
    .array(fc.array(fc.nat(6), { maxLength: 2 }), { minLength: 1, maxLength: 8, size: 'max' })
    .map((lists) => lists.map((list, i) => [...new Set(list)].filter((d) => d < i))),
  memoryMb: fc.array(fc.integer({ min: 50, max: 700 }), { minLength: 8, maxLength: 8 }),
  budgetMb: fc.constantFrom(0, 300, 800, 1500, 1500, 4000),
  happenings: fc.array(
    fc.record({
      it: happening,
      thenMs: fc.constantFrom(0, 40, 400, 1500, 4000, 4000, 12_000, 12_000, 12_000, 70_000, 6 * MINUTE, 31 * MINUTE),
    }),
    { minLength: 2, maxLength: 12, size: 'max' },
  ),
});

/** What a person said last of each, as the test knows it. */
interface Word {
  readonly verdict: string;
  readonly at: number;
}

describe('any schedule', () => {
  it(`holds what is promised (${RUNS} at random)`, async () => {
    const sum = { starts: 0, resumes: 0, foreseen: 0, pauses: 0 };
    await fc.assert(
      fc.asyncProperty(schedule, async (s) => {
        const seen = await run(s);
        for (const what of ['starts', 'resumes', 'foreseen', 'pauses'] as const) sum[what] += seen[what];
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // A test in which nothing happens would hold as well.
    for (const [what, times] of Object.entries(sum)) expect(times, what).toBeGreaterThan(RUNS / 50);
  }, 1_800_000);
});

interface Counts {
  readonly starts: number;
  readonly resumes: number;
  readonly foreseen: number;
  readonly pauses: number;
}

async function run(schedule: Schedule): Promise<Counts> {
  const world = createDevelopersWorld(schedule);
  const { time, engine } = world;
  const count = schedule.dependsOn.length;
  const foreign = { rung: 'ready', owner: 'developer', spec: 'theirs', leaseUntil: 0, workspace: '' } as const;
  engine.things.set('foreign', { ...foreign });
  let { app, kill } = await world.open();
  const byId = new Map<ResourceId, Resource>(app.state().resources.map((r) => [r.resource.id, r.resource]));
  const invariants = createInvariants(schedule, world, byId, () => app);
  const pending: Promise<unknown>[] = [];

  for (const { it, thenMs } of schedule.happenings) {
    await happen(it);
    await time.advance(thenMs);
    invariants.check();
  }
  await converge();
  return invariants.counts();

  async function happen(it: Happening): Promise<void> {
    const id = 'n' in it ? idOf(it.n % count) : '';
    switch (it.did) {
      case 'works':
        return app.record({ type: 'command', at: time.now(), did: 'started', line: lineOf(it.workflow), confidence: 'high' });
      case 'uses':
        invariants.used(id);
        return app.record({ type: 'connection', at: time.now(), resource: id, did: 'opened' });
      case 'warms':
        invariants.said(id, 'asked');
        return void pending.push(app.warm([id]));
      case 'warms and cancels': {
        const controller = new AbortController();
        invariants.said(id, 'asked');
        pending.push(app.warm([id], controller.signal));
        await time.advance(900);
        return controller.abort();
      }
      case 'cools':
        if (engine.things.get(id)?.owner !== 'developer') invariants.said(id, 'cooled');
        return void pending.push(app.cool([id]));
      case 'forgets':
        invariants.said(id, 'forgotten');
        return app.forget(id);
      case 'says':
        invariants.said(id, it.verdict);
        return app.teach({ resource: id, verdict: it.verdict, ...(it.verdict === 'not-now' ? { until: time.now() + 10 * MINUTE } : {}) });
      case 'dies': {
        const thing = engine.things.get(id);
        if (thing?.owner !== 'prewarm' || !holdsMemory(thing.rung)) return;
        thing.rung = 'created';
        return invariants.harmed(id);
      }
      case 'starts it alone':
        if (engine.things.has(id)) return;
        engine.things.set(id, { ...foreign });
        return invariants.theirs(id, 'ready');
      case 'stops it alone':
        if (engine.things.get(id)?.owner !== 'developer') return;
        engine.things.delete(id);
        invariants.harmed(id);
        return invariants.theirs(id, undefined);
      case 'breaks':
        return void engine.faults.set(stepKey(id, it.rung), {
          times: it.times,
          fault: failed('start-failed', it.retry, `${id} broke.`).fault,
        });
      case 'mends':
        return engine.faults.clear();
      case 'goes away':
        engine.reachable = false;
        return;
      case 'comes back':
        engine.reachable = true;
        return;
      case 'rescans':
        return void pending.push(app.rescan());
      case 'changes mode':
        invariants.mode(it.mode);
        return app.setMode(it.mode);
      case 'restarts':
        expect(await time.until(app.dispose(), MINUTE)).not.toBe('never');
        kill(false);
        return reopen();
      case 'is killed':
        kill(it.survives);
        pending.length = 0;
        return reopen();
    }
  }

  async function reopen(): Promise<void> {
    invariants.reopened();
    ({ app, kill } = await world.open());
  }

  /** The world is let alone: whatever was asked for ends, and after a few passes there is nothing left to do. */
  async function converge(): Promise<void> {
    engine.reachable = true;
    engine.faults.clear();
    // What failed for good is tried again after that.
    pending.push(app.rescan());
    // Long enough for whatever is let go to have settled.
    await time.advance(6 * MINUTE);
    expect(await time.until(Promise.all(pending), 10 * MINUTE)).not.toBe('never');
    let acts = world.calls.filter((c) => c.what === 'reach').length;
    for (let passes = 0; ; passes++) {
      expect(passes, 'passes that still act').toBeLessThan(PASSES_TO_CONVERGE);
      expect(await time.until(app.settle(), 10 * MINUTE)).not.toBe('never');
      const now = world.calls.filter((c) => c.what === 'reach').length;
      if (now === acts) break;
      acts = now;
    }
    invariants.check();
    invariants.atRest();
    expect(app.state().working).toBe(false);
    await time.until(app.dispose(), MINUTE);
    kill(false);
  }
}

/** What is held against the engine's own record of what was done to it. */
function createInvariants(
  { budgetMb, memoryMb, dependsOn }: Schedule,
  { engine, time, problems, theirsSince }: ReturnType<typeof createDevelopersWorld>,
  byId: ReadonlyMap<ResourceId, Resource>,
  app: () => App,
) {
  const words = new Map<ResourceId, Word>();
  const usedAt = new Map<ResourceId, number>();
  const askedAt = new Map<ResourceId, number>();
  const harmedAt = new Map<ResourceId, number>();
  const developers = new Map<ResourceId, Rung>();
  /** Started on a prediction, and not stopped since. */
  const predicted = new Set<ResourceId>();
  let mode: Mode = 'auto';
  let read = 0;
  let [starts, resumes, foreseen, pauses] = [0, 0, 0, 0];
  const ids = dependsOn.map((_, i) => idOf(i));
  const bytes = (id: ResourceId): number => (memoryMb[ids.indexOf(id)] ?? 0) * 2 ** 20;
  const sum = (of: readonly ResourceId[]): number => of.reduce((total, id) => total + bytes(id), 0);
  const rungOf = (id: ResourceId): Rung => engine.things.get(id)?.rung ?? 'absent';
  const isOurs = (id: ResourceId): boolean => engine.things.get(id)?.owner === 'prewarm';
  const ASKED_MS = 30 * MINUTE;

  const isCertain = (id: ResourceId, at: number): boolean => {
    const word = words.get(id);
    const asked = word?.verdict === 'asked' && at - word.at <= ASKED_MS;
    return (
      asked ||
      (word?.verdict === 'always' && mode !== 'off') ||
      [usedAt, askedAt].some((times) => at - (times.get(id) ?? Number.NEGATIVE_INFINITY) <= MINUTE)
    );
  };
  /** Certain, or needed by what is. */
  const isWanted = (id: ResourceId, at: number): boolean =>
    isCertain(id, at) || ids.some((other) => isCertain(other, at) && dependenciesOf(other, byId).includes(id));

  function checkStart({ resource, at, from }: MemoryEvent): void {
    starts++;
    if (from === 'paused') resumes++;
    for (const dependency of byId.get(resource)?.dependsOn ?? []) {
      if (at - (harmedAt.get(dependency) ?? Number.NEGATIVE_INFINITY) < 2 * MINUTE) continue;
      if (!readyThen.get(dependency)) throw new Error(`${resource} runs before ${dependency}, on which it depends, is ready`);
    }
    if (!isWanted(resource, at)) {
      if (words.get(resource)?.verdict === 'never') throw new Error(`${resource} is warmed against a never`);
      if (mode !== 'auto') throw new Error(`${resource} is started on a prediction in mode ${mode}`);
      foreseen++;
      if (!holdsMemory(from)) predicted.add(resource);
    }
    const held = [...predicted];
    if (sum(held) > budgetMb * 2 ** 20) throw new Error(`${held.join(', ')} are held on predictions: more than the budget`);
  }

  /** As the engine's record tells it, event by event. */
  const readyThen = new Map<ResourceId, boolean>();
  const syncReady = (id: ResourceId): void => void readyThen.set(id, isWarm(rungOf(id)));

  function replay(): void {
    for (; read < engine.events.length; read++) {
      const event = engine.events[read] as MemoryEvent;
      const { resource, did, from, to } = event;
      if (!byId.has(resource)) throw new Error(`${resource} is not ours to touch`);
      if (did === 'began' && developers.has(resource)) throw new Error(`${resource} is the developer’s, and was moved to ${to}`);
      if (did === 'began' && to === 'running') checkStart(event);
      if (did === 'ended' && !developers.has(resource)) readyThen.set(resource, to === 'ready');
      if (did === 'ended' && to === 'paused') pauses++;
      if (did === 'ended' && !holdsMemory(to)) predicted.delete(resource);
      if (did !== 'began' && to === 'running' && did === 'failed' && !holdsMemory(from)) predicted.delete(resource);
    }
  }

  return {
    counts: (): Counts => ({ starts, resumes, foreseen, pauses }),
    check(): void {
      replay();
      expect(problems).toEqual([]);
      expect(engine.things.get('foreign')).toEqual({ rung: 'ready', owner: 'developer', spec: 'theirs', leaseUntil: 0, workspace: '' });
      for (const [id, rung] of developers) expect(engine.things.get(id)).toMatchObject({ owner: 'developer', rung });
      for (const id of ids) syncReady(id);
    },
    atRest(): void {
      const at = time.now();
      const held = ids.filter((id) => isOurs(id) && holdsMemory(rungOf(id)));
      const wanted = held.filter((id) => isWanted(id, at));
      if (sum(held) > Math.max(budgetMb * 2 ** 20, sum(wanted))) throw new Error(`At rest, ${held.join(', ')} hold more than the budget`);
      for (const { resource, rung } of app().state().resources) expect(rung).toBe(rungOf(resource.id));
      const removals = engine.events.filter((e) => e.did === 'ended' && e.to === 'absent').length;
      expect(engine.made).toBeLessThanOrEqual(ids.length + removals);
    },
    said(id: ResourceId, verdict: string): void {
      replay();
      // Who takes a word back does not call back what is on its way for it.
      const before = words.get(id);
      if (verdict === 'forgotten' && before?.verdict === 'asked') askedAt.set(id, time.now());
      words.set(id, { verdict, at: time.now() });
    },
    used(id: ResourceId): void {
      replay();
      usedAt.set(id, time.now());
    },
    harmed(id: ResourceId): void {
      replay();
      harmedAt.set(id, time.now());
      predicted.delete(id);
      syncReady(id);
    },
    theirs(id: ResourceId, rung: Rung | undefined): void {
      replay();
      if (rung) developers.set(id, rung);
      else developers.delete(id);
      if (rung) theirsSince.set(id, time.now());
      else theirsSince.delete(id);
      syncReady(id);
    },
    mode(next: Mode): void {
      replay();
      mode = next;
    },
    reopened(): void {
      replay();
    },
  };
}
