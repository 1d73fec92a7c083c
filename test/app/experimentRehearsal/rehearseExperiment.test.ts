import { beforeAll, describe, expect, it } from 'vitest';
import { experimentRehearsalText } from '../../../src/app/experimentRehearsal/experimentRehearsalText.ts';
import {
  type ExperimentRehearsal,
  type ExperimentWork,
  rehearseExperiment,
} from '../../../src/app/experimentRehearsal/rehearseExperiment.ts';
import type { Side } from '../../../src/app/experimentSides.ts';
import { createExperimentWorld, DB, REPORTS } from '../experimentWorld.ts';

const SMALL = { sessions: 120, trials: 40 };
const hooks = { pause: async () => {}, cancelled: () => false };

async function workOf(a: Side, b: Side): Promise<ExperimentWork> {
  const world = createExperimentWorld();
  await world.withVersions();
  const work = await world.experiments.app.workOf(REPORTS.id, a, b, 1);
  if (!work.ok) throw new Error(work.fault.message);
  return work.value;
}

async function rehearsed(a: Side, b: Side, change: Partial<ExperimentWork> = {}, size = SMALL): Promise<ExperimentRehearsal> {
  const done = await rehearseExperiment({ ...(await workOf(a, b)), ...change }, hooks, size);
  if (!done.ok) throw new Error(done.fault.message);
  return done.value;
}

const metric = (r: ExperimentRehearsal, name: string) => r.metrics.find((m) => m.name === name) as ExperimentRehearsal['metrics'][number];

describe('a rehearsed test', { timeout: 120_000 }, () => {
  let losing: ExperimentRehearsal;
  let winning: ExperimentRehearsal;
  beforeAll(async () => {
    losing = await rehearsed({ version: 'now' }, { version: 1 });
    winning = await rehearsed({ version: 1 }, { version: 2 });
  }, 120_000);

  it('of a version that does not know the database foretells that it waits more and wastes nothing, and is given up', () => {
    expect(metric(losing, 'waitedMs').difference.low).toBeGreaterThan(2000);
    expect(metric(losing, 'wastedWarmMinutes').B).toBe(0);
    expect(losing.test.verdicts.worse).toBeGreaterThan(0.9);
    expect(losing.test.sessionsToDecide.p50).toBeLessThanOrEqual(losing.test.sessionsToDecide.p90 as number);
    expect(losing).toMatchObject({ persona: { id: REPORTS.id }, arms: { B: { version: 1 } }, resources: [DB] });
    expect(JSON.stringify(losing)).not.toContain('snapshot');
  });

  it('the other way round foretells the opposite, to the same amount', () => {
    expect(winning.test.verdicts.better).toBeGreaterThan(0.9);
    for (const { name, difference } of winning.metrics) expect(difference.value).toBeCloseTo(-metric(losing, name).difference.value, 9);
  });

  it('says how many have decided within so many sessions', () => {
    const shares = winning.test.decidedWithin.map((w) => w.share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    const p50 = winning.test.sessionsToDecide.p50 as number;
    expect(winning.test.decidedWithin.find((w) => w.sessions >= p50)?.share).toBeGreaterThanOrEqual(0.5);
  });

  it('of A against itself finds something in at most one of twenty', () => {
    const all = [losing, winning].map((r) => r.sameAgainstItself.found);
    expect(all.reduce((a, b) => a + b) / all.length).toBeLessThanOrEqual(0.05);
  });

  it('of less eagerness foretells more waiting and less waste, and that it takes longer to tell', async () => {
    const timid = await rehearsed({ eagerness: 'learnt' }, { eagerness: 0.25 });
    expect(metric(timid, 'waitedMs').difference.value).toBeGreaterThan(0);
    expect(metric(timid, 'wastedWarmMinutes').difference.value).toBeLessThan(0);
    expect(timid.test.sessionsToDecide.p50 ?? Number.POSITIVE_INFINITY).toBeGreaterThan(winning.test.sessionsToDecide.p50 as number);
  });

  it('is the same for the same seed, and another for another', async () => {
    const tiny = { sessions: 20, trials: 4 };
    const told = async (seed: number) => JSON.stringify({ ...(await rehearsed({ version: 1 }, { version: 2 }, { seed }, tiny)), seed: 0 });
    expect(await told(5)).toBe(await told(5));
    expect(await told(5)).not.toBe(await told(6));
  });

  it('is told in words and as tables', () => {
    const lines = experimentRehearsalText(winning);
    expect(lines[0]).toBe(`Rehearsal of a test of “${REPORTS.name}”: version 1 (A) against version 2 (B)`);
    expect(lines.join('\n')).toMatch(
      /Waiting +\d[\s\S]*find B better[\s\S]*decided after \d+ sessions \(about [\d.]+ weeks at \d+ a week\)/,
    );
    expect(lines.join('\n')).toMatch(/A against itself, [\d.]+ % find something[\s\S]*Assumed/);
    expect(lines.join('\n')).not.toMatch(/NaN|undefined|null|\{\d\}/);
  });

  it('that most would not decide says so', () => {
    const never = { ...winning, test: { ...winning.test, sessionsToDecide: { p50: null, p90: null } } };
    expect(experimentRehearsalText(never).join('\n')).toContain('Most tests would not have decided after 2000 sessions');
  });

  it('can be cancelled, and tells how far it is', async () => {
    const done: number[] = [];
    let turns = 0;
    const work = await workOf({ version: 1 }, { version: 2 });
    const result = await rehearseExperiment(work, { ...hooks, cancelled: () => ++turns > 3, progress: (share) => done.push(share) }, SMALL);
    expect(result).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(done.length).toBeGreaterThan(2);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('changes nothing: no test is there afterwards', async () => {
    const world = createExperimentWorld();
    await world.withVersions();
    const before = JSON.stringify(world.kept.memory);
    await world.experiments.app.workOf(REPORTS.id, { version: 1 }, { version: 2 }, 1);
    expect(JSON.stringify(world.kept.memory)).toBe(before);
  });

  it.each([
    ['the same version twice', REPORTS.id, { version: 2 }, { version: 2 }, /nothing to find/],
    ['an unknown version', REPORTS.id, { version: 'now' }, { version: 99 }, /no version 99/],
    ['nobody', 'nobody', { version: 'now' }, { version: 1 }, /no persona nobody/],
  ] as const)('of %s is refused', async (_, persona, a, b, message) => {
    const world = createExperimentWorld();
    await world.withVersions();
    const work = await world.experiments.app.workOf(persona, a, b, 1);
    expect(work.ok ? '' : work.fault.message).toMatch(message);
  });

  it('of a persona that uses nothing is refused', async () => {
    const work = await workOf({ version: 1 }, { version: 2 });
    const components = work.model.components.map((c) => (c.id === REPORTS.id ? { ...c, uses: [] } : c));
    const result = await rehearseExperiment({ ...work, model: { ...work.model, components } }, hooks, SMALL);
    expect(result).toMatchObject({ ok: false, fault: { code: 'not-found', message: expect.stringContaining('uses nothing') } });
  });
});
