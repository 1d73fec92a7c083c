import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HumanWork } from '../../src/domain/index.ts';
import { NO_PRESSURE, type PressureInput, type PressureState, pressureOf, reserveBytes } from '../../src/plan/pressure.ts';
import type { Readings } from '../../src/plan/readings.ts';

const GB = 2 ** 30;
const input = (readings: Readings, more: Partial<PressureInput> = {}): PressureInput => ({
  now: 100_000,
  readings,
  work: undefined,
  heldBytes: 0,
  limits: { budgetBytes: 2 * GB, battery: 'careful' },
  ...more,
});
const of = (readings: Readings, more: Partial<PressureInput> = {}, state: PressureState = NO_PRESSURE) =>
  pressureOf(input(readings, more), state);
const memory = (availableGb: number, totalGb = 16) => ({ memory: { totalBytes: totalGb * GB, availableBytes: availableGb * GB } });
const test: HumanWork = { what: 'test run', since: 58_000, on: 'processor' };

describe('memory', () => {
  it('nothing known, nothing held back', () => {
    expect(of({}).pressure).toEqual({ memoryBytes: 2 * GB });
  });
  it('keeps a gigabyte or a tenth', () => {
    expect(reserveBytes(4 * GB)).toBe(GB);
    expect(reserveBytes(64 * GB)).toBeCloseTo(6.4 * GB);
  });
  it.each([
    ['plenty', 8, 0, 2],
    ['only what is beyond the reserve', 2.6, 0, 1],
    ['what we hold and what is beyond the reserve', 2.1, 1, 1.5],
    ['what is missing of the reserve is given back', 1.1, 1, 0.5],
    ['all of it where all is missing', 0.1, 1, 0],
  ])('%s: %d GB available, %d held → %d', (_, available, held, allowed) => {
    expect(of(memory(available), { heldBytes: held * GB }).pressure.memoryBytes / GB).toBeCloseTo(allowed);
  });
  it('a program that waits for memory takes a quarter of what we hold, and more while it goes on', () => {
    const stalled = { ...memory(8), memoryStall: 0.2 };
    expect(of(stalled, { heldBytes: GB }).pressure.memoryBytes).toBe(0.75 * GB);
    expect(of(stalled, { heldBytes: 0.75 * GB }).pressure.memoryBytes).toBe(0.75 * 0.75 * GB);
    expect(of({ memoryStall: 0.2 }, { heldBytes: GB }).pressure.memoryBytes).toBe(0.75 * GB);
    expect(of({ memoryStall: 0.05 }, { heldBytes: GB }).pressure.memoryBytes).toBe(2 * GB);
  });
  it('falls at once, and rises only after a minute of room', () => {
    let state = of(memory(8)).state;
    const at = (now: number, available: number): number => {
      const next = of(memory(available), { now, heldBytes: GB }, state);
      state = next.state;
      return next.pressure.memoryBytes / GB;
    };
    expect(at(0, 1.1)).toBeCloseTo(0.5);
    expect(at(1000, 8)).toBeCloseTo(0.5);
    expect(at(60_000, 8)).toBeCloseTo(0.5);
    expect(at(60_500, 1.1)).toBeCloseTo(0.5);
    expect(at(61_000, 8)).toBeCloseTo(0.5);
    expect(at(120_999, 8)).toBeCloseTo(0.5);
    expect(at(121_000, 8)).toBe(2);
  });
  it('is short until there is a good deal more than the reserve', () => {
    const short = of(memory(1), { heldBytes: GB }).state;
    expect(short.shortOfMemory).toBe(true);
    expect(of(memory(1.7), {}, short).state.shortOfMemory).toBe(true);
    expect(of(memory(2.1), {}, short).state.shortOfMemory).toBe(false);
    expect(of(memory(1.7)).state.shortOfMemory).toBe(false);
  });
  it('whatever is read: never more than the budget, never less than nothing, and the reserve comes back', () => {
    const bytes = fc.integer({ min: 0, max: 64 * GB });
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, fc.double({ min: 0, max: 1, noNaN: true }), (total, free, held, budget, memoryStall) => {
        const availableBytes = Math.min(total, free);
        const { memoryBytes } = of(
          { memory: { totalBytes: total, availableBytes }, memoryStall },
          { heldBytes: held, limits: { budgetBytes: budget, battery: 'careful' } },
        ).pressure;
        expect(memoryBytes).toBeLessThanOrEqual(budget);
        expect(memoryBytes).toBeGreaterThanOrEqual(0);
        // Once we hold no more than that, the reserve is there, or we hold nothing.
        if (memoryBytes > 0) expect(availableBytes + held - memoryBytes).toBeGreaterThanOrEqual(reserveBytes(total) - 1);
      }),
    );
  });
  it('what we start and stop ourselves does not move the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * GB }), fc.integer({ min: 0, max: 4 * GB }), (held, free) => {
        const before = of({ memory: { totalBytes: 16 * GB, availableBytes: free } }, { heldBytes: held });
        const after = of({ memory: { totalBytes: 16 * GB, availableBytes: free + held } }, { heldBytes: 0 }, before.state);
        expect(after.pressure.memoryBytes).toBe(before.pressure.memoryBytes);
      }),
    );
  });
});

describe('yielding', () => {
  it('to a test run on busy processors, until they are clearly less busy or it is over', () => {
    const busy = of({ processorBusy: 0.93 }, { work: test });
    expect(busy.pressure.yielding).toEqual({
      code: 'yielding',
      text: 'Your test run has been going on for 42 s and the processors are 93 % busy (yields above 80 %, until below 60 %), so nothing is begun on a prediction.',
    });
    expect(of({ processorBusy: 0.7 }, { work: test }).pressure.yielding).toBeUndefined();
    expect(of({ processorBusy: 0.7 }, { work: test }, busy.state).pressure.yielding).toBeDefined();
    expect(of({ processorBusy: 0.59 }, { work: test }, busy.state).pressure.yielding).toBeUndefined();
    expect(of({ processorBusy: 1 }, {}, busy.state).pressure.yielding).toBeUndefined();
    expect(of({}, { work: test }, busy.state).pressure.yielding).toBeUndefined();
  });
  it('to containers started by hand, however idle the processors', () => {
    const work: HumanWork = { what: 'own start of containers', since: 97_000, on: 'engine' };
    expect(of({ processorBusy: 0 }, { work }).pressure.yielding?.text).toBe(
      'Your own start of containers has been going on for 3 s, so nothing is begun on a prediction beside it.',
    );
  });
  it.each([
    ['careful', 'discharging', 0.49, true],
    ['careful', 'discharging', 0.5, false],
    ['normal', 'discharging', 0.49, false],
    ['normal', 'discharging', 0.29, true],
    ['off', 'discharging', 1, true],
    ['off', 'powered', 0.1, false],
    ['careful', 'powered', 0.1, false],
  ] as const)('battery: %s, %s at %d → %s', (battery, state, charge, yields) => {
    const { pressure } = of({ battery: { state, charge } }, { limits: { budgetBytes: 0, battery } });
    expect(pressure.yielding !== undefined).toBe(yields);
  });
  it('battery: says the figures, and holds on to it for five more percent', () => {
    const low = of({ battery: { state: 'discharging', charge: 0.41 } });
    expect(low.pressure.yielding?.text).toBe(
      'This machine runs on its battery (41 %) and below 50 % nothing is begun on a prediction (`prewarm.battery` is “careful”).',
    );
    expect(of({ battery: { state: 'discharging', charge: 0.53 } }, {}, low.state).pressure.yielding).toBeDefined();
    expect(of({ battery: { state: 'discharging', charge: 0.56 } }, {}, low.state).pressure.yielding).toBeUndefined();
    expect(of({ battery: { state: 'powered', charge: 0.3 } }, {}, low.state).pressure.yielding).toBeUndefined();
  });
});

describe('fetching', () => {
  const disk = (freeGb: number, totalGb = 500) => ({
    disks: [{ what: 'the disk of Docker’s images', freeBytes: freeGb * GB, totalBytes: totalGb * GB }],
  });
  it('not over a metered network', () => {
    expect(of({ network: 'metered' }).pressure.fetching?.text).toBe('The network is metered, so nothing is fetched on a prediction.');
    expect(of({ network: 'unmetered' }).pressure.fetching).toBeUndefined();
  });
  it('not where the disk is nearly full, until a fifth more than the floor is free', () => {
    const full = of(disk(3.25));
    expect(full.pressure.fetching?.text).toBe(
      'Only 3.3 GB are free on the disk of Docker’s images (5.0 GB are kept), so nothing is fetched or baked on a prediction.',
    );
    expect(of(disk(5.5)).pressure.fetching).toBeUndefined();
    expect(of(disk(5.5), {}, full.state).pressure.fetching).toBeDefined();
    expect(of(disk(6.1), {}, full.state).pressure.fetching).toBeUndefined();
    expect(of(disk(3, 20)).pressure.fetching).toBeUndefined();
  });
});
