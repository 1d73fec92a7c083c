import { describe, expect, it } from 'vitest';
import type { ExperimentReport } from '../../src/app/experimentReport.ts';
import { mergedMemory } from '../../src/app/mergedMemory.ts';
import type { Memory } from '../../src/app/ports.ts';
import type { Result } from '../../src/domain/index.ts';
import { createExperimentWorld, DB, REPORTS } from './experimentWorld.ts';

const ID = `${REPORTS.id}-1`;
const done = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
const refused = (result: Result<unknown>): string => (result.ok ? '' : result.fault.message);

async function started(a: number | 'now' = 2, b: number | 'now' = 1) {
  const world = createExperimentWorld();
  await world.withVersions();
  done(await world.experiments.app.start(REPORTS.id, { version: a }, { version: b }));
  return world;
}
type World = Awaited<ReturnType<typeof started>>;
const report = (world: World, id = ID): ExperimentReport => world.experiments.app.list().find((r) => r.id === id) as ExperimentReport;
const armOf = (world: World): string | undefined => world.kept.memory.experiments?.[ID]?.units.at(-1)?.arm;

/** Sessions of the persona, each waiting as its arm does, until the test ends or so many are over. */
async function live(world: World, sessions: number, waits: { readonly A: number; readonly B: number }): Promise<void> {
  for (let i = 0; i < sessions && !report(world).ended; i++) {
    world.begin();
    world.enter({ waitedMs: waits[armOf(world) as 'A' | 'B'] });
    world.end();
  }
  await world.experiments.underWay();
}
const told = async (world: World): Promise<string> => {
  const last = (await world.versions.of(REPORTS.id)).at(-1);
  return `${last?.number} ${last?.author}: ${last?.reason}`;
};
const usesDb = (memory: Memory): boolean =>
  memory.model?.components.find((c) => c.id === REPORTS.id)?.uses.some((u) => u.resource === DB) ?? false;

describe('a session of a test', () => {
  it('is planned with the version of its arm, and with nothing else before and after', async () => {
    const world = await started();
    expect(usesDb(world.experiments.over(world.kept.memory))).toBe(true);
    const arms = new Set<string | undefined>();
    for (let i = 0; i < 6; i++) {
      world.begin();
      arms.add(armOf(world));
      expect(usesDb(world.experiments.over(world.kept.memory))).toBe(armOf(world) === 'A');
      expect(world.experiments.over(world.kept.memory).model).toBe(world.experiments.over(world.kept.memory).model);
      world.end();
      expect(world.experiments.over(world.kept.memory)).toBe(world.kept.memory);
    }
    expect(arms).toEqual(new Set(['A', 'B']));
  });

  it('marks its lines in the ledger, and they are its outcome', async () => {
    const world = await started();
    world.enter({ waitedMs: 99_000 });
    expect(world.kept.memory.ledger.at(-1)?.tests).toBeUndefined();
    world.begin();
    world.enter({ waitedMs: 3000 });
    world.enter({ outcome: 'hit', waitedMs: 200 });
    const [line] = world.kept.memory.ledger.slice(-1);
    expect(line?.tests).toEqual([{ test: ID, arm: armOf(world), session: expect.any(String) }]);
    world.end();
    expect(world.kept.memory.experiments?.[ID]?.units).toEqual([
      {
        session: line?.tests?.[0]?.session,
        arm: line?.tests?.[0]?.arm,
        block: 0,
        outcome: { waitedMs: 3200, wastedWarmMinutes: 0, falseWarms: 0 },
      },
    ]);
  });

  it('is charged with what is cooled unused after it, until the next begins', async () => {
    const world = await started();
    world.begin();
    world.end();
    world.enter({ outcome: 'wasted', warmMs: 120_000 });
    expect(world.kept.memory.experiments?.[ID]?.units[0]?.outcome).toEqual({ waitedMs: 0, wastedWarmMinutes: 2, falseWarms: 1 });
  });

  it('of another persona is left out, and its place is given to the next', async () => {
    const world = await started();
    world.begin('web');
    world.end();
    expect(report(world).sessions).toEqual({ A: 0, B: 0 });
    expect(world.kept.memory.experiments?.[ID]?.units[0]).toMatchObject({ isVoid: true, block: 0 });
    for (let i = 0; i < 2; i++) {
      world.begin();
      world.end();
    }
    expect(report(world)).toMatchObject({ sessions: { A: 1, B: 1 }, standing: { pairs: 1 } });
  });

  it('that began before the test, or is incognito, is in no arm', async () => {
    const world = createExperimentWorld();
    await world.withVersions();
    world.begin();
    done(await world.experiments.app.start(REPORTS.id, { version: 'now' }, { version: 1 }));
    world.clock.now += 1;
    world.experiments.look();
    world.be('incognito');
    world.begin();
    expect(world.kept.memory.experiments?.[ID]?.units).toEqual([]);
  });

  it('goes on in its arm after a reload; cut off, it has ended when the window opens again', async () => {
    const world = await started();
    world.begin();
    const arm = armOf(world);
    await world.reopen();
    expect(armOf(world)).toBe(arm);
    world.enter({ waitedMs: 700 });
    expect(world.kept.memory.ledger.at(-1)?.tests?.[0]?.arm).toBe(arm);
    await world.reopen('is over');
    expect(world.kept.memory.experiments?.[ID]?.units).toMatchObject([{ arm, outcome: { waitedMs: 700 } }]);
  });
});

describe('what a test finds', () => {
  it('is adopted where B is better, as a version with its reason, and holds', async () => {
    const world = await started(2, 1);
    await live(world, 400, { A: 9000, B: 1000 });
    expect(report(world)).toMatchObject({ ended: { by: 'verdict', adopted: 'B' }, standing: { verdict: { is: 'better' } } });
    expect(usesDb(world.kept.memory)).toBe(false);
    expect(world.kept.memory.model?.components.find((c) => c.id === REPORTS.id)?.held).toBe(true);
    expect(await told(world)).toMatch(
      /^3 test: test p\d+-1: B is better, 8\.0 s waiting less a session \(surely \d.* s waiting to \d.* s waiting\) over \d+ sessions; version 1 it is$/,
    );
    expect(world.kept.memory.experiments?.[ID]?.units).toEqual([]);
    expect(JSON.stringify(world.kept.memory.experiments)).not.toContain('snapshot');
  });

  it('leaves the persona that is as A is, where B is worse, and its versions tell why', async () => {
    const world = await started(2, 1);
    const before = world.kept.memory.model;
    await live(world, 400, { A: 1000, B: 9000 });
    expect(report(world)).toMatchObject({ ended: { by: 'verdict', adopted: 'A' }, standing: { verdict: { is: 'worse' } } });
    expect(world.kept.memory.model).toEqual(before);
    expect(await told(world)).toMatch(/test: test p\d+-1: B is worse, 8\.0 s waiting more a session/);
  });

  it('rolls back to A where the persona is as B is, and that is worse', async () => {
    const world = await started(1, 'now');
    await live(world, 400, { A: 1000, B: 9000 });
    expect(report(world).ended).toMatchObject({ adopted: 'A' });
    expect(usesDb(world.kept.memory)).toBe(false);
    expect(await told(world)).toMatch(/version 1 it is$/);
  });

  it('is given up by its guardrail where B waits less, but warms for nothing', async () => {
    const world = await started(2, 1);
    for (let i = 0; i < 100 && !report(world).ended; i++) {
      world.begin();
      world.enter(armOf(world) === 'A' ? { waitedMs: 2000 } : { outcome: 'wasted', warmMs: 200 * 60_000 });
      world.end();
    }
    await world.experiments.underWay();
    const { standing, plan, ended } = report(world);
    expect(standing.verdict).toEqual({ is: 'guardrail', metric: 'wastedWarmMinutes', because: 'margin' });
    expect(standing.metrics[1]?.lost).toBeLessThanOrEqual(plan.rules.wastedWarmMinutes.mostLost);
    expect(ended?.adopted).toBe('A');
    expect(await told(world)).toMatch(/B was given up, 120\.0 min warm for nothing more a session/);
  });

  it('changes nothing where there is no difference; the limit is of the sessions before the test', async () => {
    const world = createExperimentWorld();
    await world.withVersions();
    for (let i = 0; i < 12; i++) {
      world.clock.now += 1e7;
      world.enter({ waitedMs: 1000 });
    }
    done(await world.experiments.app.start(REPORTS.id, { version: 2 }, { version: 1 }));
    expect(report(world).plan.rules.waitedMs).toEqual({ limit: 10_000, margin: 500, mostLost: 200_000 });
    const before = world.kept.memory.model;
    await live(world, 400, { A: 1000, B: 1000 });
    expect(report(world)).toMatchObject({ ended: { by: 'verdict' }, standing: { verdict: { is: 'no-difference' } } });
    expect(report(world).ended?.adopted).toBeUndefined();
    expect(world.kept.memory.model).toEqual(before);
    expect(await told(world)).toMatch(/no difference that anybody would notice/);
  });

  it('is nothing where the persona is no more', async () => {
    const world = await started();
    done(await world.personas.remove(REPORTS.id));
    world.experiments.look();
    expect(report(world).ended).toMatchObject({ by: 'gone' });
    expect(world.log.at(-1)).toMatch(/is no more/);
  });

  it('of an eagerness is held for this persona from then on, and can be taken back', async () => {
    const world = createExperimentWorld();
    done(await world.experiments.app.start(REPORTS.id, { eagerness: 'learnt' }, { eagerness: 2 }));
    const seen = new Set<string>();
    for (let i = 0; i < 4; i++) {
      world.begin();
      seen.add(`${armOf(world)} ${world.experiments.eagerness()}`);
      world.end();
    }
    expect(seen).toEqual(new Set(['A undefined', 'B 2']));
    await live(world, 400, { A: 9000, B: 1000 });
    expect(world.kept.memory.eagernessOf).toEqual({ [REPORTS.id]: 2 });
    expect(world.experiments.eagerness()).toBe(2);
    const back = done(world.experiments.app.stop(ID));
    expect(world.experiments.eagerness()).toBeUndefined();
    done(back.undo());
    expect(world.experiments.eagerness()).toBe(2);
  });
});

describe('a person', () => {
  it('stops a test, and by undo it goes on with all that it has seen', async () => {
    const world = await started();
    await live(world, 8, { A: 1000, B: 1000 });
    const before = world.kept.memory.experiments?.[ID];
    const stopped = done(world.experiments.app.stop(ID));
    expect(report(world)).toMatchObject({ ended: { by: 'person' }, sessions: { A: 4, B: 4 } });
    world.begin();
    expect(world.experiments.over(world.kept.memory)).toBe(world.kept.memory);
    world.end();
    done(stopped.undo());
    expect(world.kept.memory.experiments?.[ID]).toEqual(before);
  });

  it('cannot go on with one when another was started since', async () => {
    const world = await started();
    await live(world, 4, { A: 1000, B: 1000 });
    const stopped = done(world.experiments.app.stop(ID));
    done(await world.experiments.app.start(REPORTS.id, { version: 1 }, { version: 'now' }));
    expect(refused(stopped.undo())).toMatch(/Test p\d+-2 of this persona is running/);
    done(world.experiments.app.stop(`${REPORTS.id}-2`));
    expect(refused(stopped.undo())).toMatch(/can’t go on/);
    expect(report(world).sessions).toEqual({ A: 2, B: 2 });
  });

  it.each([
    ['nobody', [{ version: 1 }, { version: 2 }], /There is no persona nobody/],
    ['reports', [{ version: 1 }, { version: 9 }], /no version 9 of this persona. Kept: 1, 2, and “now”/],
    ['reports', [{ version: 'now' }, { version: 2 }], /Both versions are the same/],
    ['reports', [{ version: 1 }, { eagerness: 2 }], /two versions, or two values/],
    ['reports', [{ eagerness: 2 }, { eagerness: 2 }], /same eagerness/],
    ['reports', [{ eagerness: 'learnt' }, { eagerness: Number.NaN }], /0\.25 to 4/],
  ] as const)('is told why not: %s, %o', async (persona, [a, b], words) => {
    const world = createExperimentWorld();
    await world.withVersions();
    expect(refused(await world.experiments.app.start(persona === 'reports' ? REPORTS.id : persona, a, b))).toMatch(words);
    expect(world.kept.memory.experiments).toBeUndefined();
  });

  it('has one test of a persona at a time, and is told of ids that are none', async () => {
    const world = await started();
    expect(refused(await world.experiments.app.start(REPORTS.id, { version: 1 }, { version: 2 }))).toMatch(/one at a time/);
    for (const id of ['x', '__proto__', '']) {
      expect(refused(world.experiments.app.stop(id))).toMatch(/There is no test/);
      expect(refused(world.experiments.app.resume(id))).toMatch(/Known: p\d+-1/);
    }
  });
});

describe('two windows', () => {
  it('that are in one session are in one arm', async () => {
    const first = await started();
    const second = createExperimentWorld(first.kept);
    first.begin();
    second.clock.now = first.clock.now - 230 * 60_000;
    second.begin();
    expect(first.kept.memory.experiments?.[ID]?.units).toHaveLength(1);
    first.enter({ waitedMs: 1000 });
    second.enter({ waitedMs: 500 });
    first.end();
    second.end();
    expect(first.kept.memory.experiments?.[ID]?.units).toMatchObject([{ outcome: { waitedMs: 1500 } }]);
  });

  it('lose no session of the other, whoever writes last', async () => {
    const one = await started();
    await live(one, 5, { A: 1000, B: 2000 });
    const base = one.kept.memory;
    const other = createExperimentWorld({ memory: base });
    other.clock.now = one.clock.now + 60_000;
    await live(one, 3, { A: 1000, B: 2000 });
    await live(other as World, 4, { A: 1000, B: 2000 });
    const units = (m: Memory) => m.experiments?.[ID]?.units ?? [];
    const merged = mergedMemory(base, one.kept.memory, other.kept.memory);
    expect(new Set(units(merged).map((u) => u.session))).toEqual(
      new Set([...units(one.kept.memory), ...units(other.kept.memory)].map((u) => u.session)),
    );
    expect(units(merged).every((u) => u.outcome)).toBe(true);
    expect(mergedMemory(base, merged, merged)).toEqual(merged);
    // The sessions that follow make every block even again.
    const both = createExperimentWorld({ memory: merged });
    both.clock.now = other.clock.now + 1e9;
    for (let i = 0; i < 6; i++) await live(both as World, 1, { A: 1000, B: 2000 });
    const { A, B } = report(both as World).sessions;
    expect(Math.abs(A - B)).toBeLessThanOrEqual(1);
    expect(report(both as World).standing.pairs).toBe(Math.min(A, B));
  });

  it('agree that it has ended, or goes on again', async () => {
    const one = await started();
    await live(one, 4, { A: 1000, B: 2000 });
    const base = one.kept.memory;
    const other = createExperimentWorld({ memory: base });
    other.clock.now = one.clock.now;
    done(one.experiments.app.stop(ID));
    await live(other as World, 2, { A: 1000, B: 2000 });
    const stopped = mergedMemory(base, other.kept.memory, one.kept.memory);
    expect(stopped.experiments?.[ID]).toMatchObject({ ended: { by: 'person' } });
    expect(stopped.experiments?.[ID]?.units).toHaveLength(6);
    const again = createExperimentWorld({ memory: stopped });
    done(again.experiments.app.resume(ID));
    expect(mergedMemory(stopped, again.kept.memory, stopped).experiments?.[ID]?.ended).toBeUndefined();
  });
});
