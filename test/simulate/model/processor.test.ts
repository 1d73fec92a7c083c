import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/simulate/model/engine.ts';
import { PERIOD_MS, Processor } from '../../../src/simulate/model/processor.ts';
import type { Program } from '../../../src/simulate/model/program.ts';
import type { ProcessorLimit } from '../../../src/simulate/scenario/scenario.ts';
import type { ServiceTime } from '../../../src/simulate/scenario/serviceTime.ts';

/** Poisson arrivals, any number served at once. */
const shared = (perSecond: number, time: ServiceTime, processor: ProcessorLimit, servers = 100_000): Program => ({
  stations: [{ id: 's', servers, processor }],
  nodes: [
    { do: 'enter', station: 0, next: 1 },
    { do: 'pass', time, of: 0, shared: true, next: 2 },
    { do: 'leave', station: 0, next: 3 },
    { do: 'end' },
  ],
  sources: [{ entry: 0, perSecond: [perSecond], stepMs: 1000, measured: 0 }],
  measured: ['request'],
});
const meanOf = (program: Program, durationMs = 500_000): number =>
  run(program, { seed: 1, durationMs, warmUpMs: 50_000 }).requests[0]?.latencyMs.mean as number;

describe('a processor that is shared', () => {
  it.each([
    [0.5, { shape: 'exponential', meanMs: 1 }],
    [0.8, { shape: 'constant', meanMs: 1 }],
    [0.8, { shape: 'gamma', meanMs: 1, cv: 2 }],
  ] as const)('M/G/1-PS at a load of %d: the mean time does not hang on the spread of the work', (load, time) => {
    expect(meanOf(shared(1000 * load, time, { cores: 1 }))).toBeCloseTo(1 / (1 - load), load > 0.7 ? 0 : 1);
  });

  it('with as many cores as ever are wanted everybody is alone', () => {
    expect(meanOf(shared(500, { shape: 'constant', meanMs: 4 }, { cores: 1000 }), 200_000)).toBeCloseTo(4, 6);
  });

  it('a limit: at full speed until it is spent, then until the next period nobody works', () => {
    const processor = new Processor({ cores: 2, limit: 0.5 });
    processor.add(0, 7, 30);
    processor.add(0, 8, 40);
    // Two cores spend 50 ms in 25; 5 and 15 ms are left for the next period.
    expect(processor.nextAt).toBe(PERIOD_MS + 5);
    expect(processor.done(PERIOD_MS + 4)).toBeUndefined();
    expect(processor.done(PERIOD_MS + 5)).toBe(7);
    expect(processor.nextAt).toBe(PERIOD_MS + 15);
    expect(processor.done(PERIOD_MS + 15)).toBe(8);
    expect(processor.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('a limit holds over any length of time, and is used where enough is asked', () => {
    const program = shared(200, { shape: 'exponential', meanMs: 10 }, { cores: 2, limit: 0.5 });
    const { stations, requests } = run(program, { seed: 3, durationMs: 100_000, mostInside: 1e6 });
    expect(stations[0]?.inside).toBeGreaterThan(100);
    expect((requests[0]?.latencyMs.count as number) / 100).toBeGreaterThan(40);
    expect((requests[0]?.latencyMs.count as number) / 100).toBeLessThan(60);
  });

  it('is as a slow simulation in small steps says, for any arrivals', () => {
    const jobs = fc.array(fc.record({ after: fc.integer({ min: 0, max: 40 }), work: fc.integer({ min: 1, max: 60 }) }), {
      minLength: 1,
      maxLength: 12,
    });
    const limits = fc.record({ cores: fc.integer({ min: 1, max: 3 }), limit: fc.constantFrom(0.2, 0.5, 1, 1.5, undefined) });
    fc.assert(
      fc.property(jobs, limits, (list, { cores, limit }) => {
        const given = limit === undefined ? { cores } : { cores, limit };
        const [fast, slow] = [endsOf(list, given), endsInSteps(list, given)];
        for (const [i, end] of fast.entries()) expect(Math.abs(end - (slow[i] as number))).toBeLessThan(1.5);
      }),
      { numRuns: 20 },
    );
  });
});

type Jobs = readonly { readonly after: number; readonly work: number }[];

function endsOf(jobs: Jobs, limit: ProcessorLimit): readonly number[] {
  const processor = new Processor(limit);
  const ends: number[] = [];
  const finish = (until: number): void => {
    for (let at = processor.nextAt; at <= until && at < Number.POSITIVE_INFINITY; at = processor.nextAt)
      for (let job = processor.done(at); job !== undefined; job = processor.done(at)) ends[job] = at;
  };
  let now = 0;
  for (const [i, { after, work }] of jobs.entries()) {
    now += after;
    finish(now);
    processor.add(now, i, work);
  }
  finish(Number.MAX_VALUE);
  return ends;
}

/** Steps of a twentieth of a ms, as the rules are written. */
function endsInSteps(jobs: Jobs, { cores, limit }: ProcessorLimit): readonly number[] {
  const STEP = 0.05;
  const ends: number[] = [];
  const left: number[] = [];
  const begins: number[] = [];
  for (const { after } of jobs) begins.push((begins.at(-1) ?? 0) + after);
  let used = 0;
  for (let step = 0; ends.filter(() => true).length < jobs.length; step++) {
    const now = step * STEP;
    if (step % (PERIOD_MS / STEP) === 0) used = 0;
    for (const [i, at] of begins.entries()) if (at <= now && left[i] === undefined) left[i] = jobs[i]?.work as number;
    const here = jobs.flatMap((_, i) => (left[i] !== undefined && ends[i] === undefined ? [i] : []));
    const use = Math.min(cores, here.length);
    if (here.length === 0 || used + use * STEP > (limit ?? Number.POSITIVE_INFINITY) * PERIOD_MS + 1e-9) continue;
    used += use * STEP;
    for (const i of here) {
      left[i] = (left[i] as number) - (use / here.length) * STEP;
      if ((left[i] as number) <= 1e-9) ends[i] = now + STEP;
    }
  }
  return ends;
}
