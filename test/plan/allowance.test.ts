import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AllowanceInput, type AllowanceStates, allowancesOf, type Tenant } from '../../src/plan/allowance.ts';

const MB = 2 ** 20;
const tenant = (more: Partial<Tenant> = {}): Tenant => ({
  resource: 'db',
  ready: true,
  inUse: false,
  usage: { memoryBytes: 100 * MB, cpuCores: 0 },
  ...more,
});
const around = (more: Partial<AllowanceInput> = {}): Omit<AllowanceInput, 'tenants'> => ({
  now: 0,
  humanAtWork: false,
  shortOfMemory: false,
  ...more,
});
const next = (t: Tenant, more: Partial<AllowanceInput> = {}, previous: AllowanceStates = new Map()) =>
  allowancesOf({ ...around(more), tenants: [t] }, previous);
const allowed = (states: AllowanceStates) => states.get('db')?.allowance;

describe('processors', () => {
  it('a quarter of a core for what is warm and idle while the developer’s work needs them', () => {
    expect(allowed(next(tenant()))).toEqual({});
    expect(allowed(next(tenant(), { humanAtWork: true }))).toEqual({ cpuCores: 0.25 });
  });
  it('free at once when it is used, or the work is over; never held back while it climbs', () => {
    const limited = next(tenant(), { humanAtWork: true });
    expect(allowed(next(tenant({ inUse: true }), { humanAtWork: true }, limited))).toEqual({});
    expect(allowed(next(tenant(), {}, limited))).toEqual({});
    expect(allowed(next(tenant({ ready: false }), { humanAtWork: true }))).toEqual({});
  });
  it('felt by clients: lifted, and spared for ten minutes', () => {
    const usual = next(tenant({ latencyMs: 2 }));
    const limited = next(tenant({ latencyMs: 2 }), { humanAtWork: true }, usual);
    expect(allowed(limited)).toEqual({ cpuCores: 0.25 });
    const slower = next(tenant({ latencyMs: 3.9 }), { humanAtWork: true }, limited);
    expect(allowed(slower)).toEqual({ cpuCores: 0.25 });
    const felt = next(tenant({ latencyMs: 4 }), { humanAtWork: true, now: 1000 }, slower);
    expect(allowed(felt)).toEqual({});
    expect(allowed(next(tenant(), { humanAtWork: true, now: 600_999 }, felt))).toEqual({});
    expect(allowed(next(tenant(), { humanAtWork: true, now: 601_000 }, felt))).toEqual({ cpuCores: 0.25 });
  });
});

describe('memory', () => {
  it('while it is short: half as much again and 64 MB, kept while it fits', () => {
    const short = next(tenant(), { shortOfMemory: true });
    expect(allowed(short)).toEqual({ memoryBytes: 224 * MB });
    const grown = next(tenant({ usage: { memoryBytes: 190 * MB, cpuCores: 0 } }), { shortOfMemory: true }, short);
    expect(allowed(grown)).toEqual({ memoryBytes: 224 * MB });
  });
  it('raised before the kernel ends anything, lowered where it is far too much', () => {
    const short = next(tenant(), { shortOfMemory: true });
    expect(allowed(next(tenant({ usage: { memoryBytes: 191 * MB, cpuCores: 0 } }), { shortOfMemory: true }, short))).toEqual({
      memoryBytes: 352 * MB,
    });
    expect(allowed(next(tenant({ usage: { memoryBytes: 20 * MB, cpuCores: 0 } }), { shortOfMemory: true }, short))).toEqual({
      memoryBytes: 96 * MB,
    });
  });
  it('over whatever course: never without room to grow, and none while it is used', () => {
    const step = fc.record({ used: fc.integer({ min: 0, max: 8000 }), short: fc.boolean(), inUse: fc.boolean(), work: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let states: AllowanceStates = new Map();
        for (const { used, short, inUse, work } of steps) {
          const usage = { memoryBytes: used * MB, cpuCores: 0 };
          states = next(tenant({ usage, inUse }), { shortOfMemory: short, humanAtWork: work }, states);
          const { memoryBytes, cpuCores } = allowed(states) ?? {};
          if (memoryBytes !== undefined) expect(usage.memoryBytes).toBeLessThanOrEqual(0.85 * memoryBytes);
          if (inUse) expect([memoryBytes, cpuCores]).toEqual([undefined, undefined]);
        }
      }),
    );
  });
  it('forgets what no longer runs', () => {
    expect(allowancesOf({ ...around(), tenants: [] }, next(tenant())).size).toBe(0);
  });
});
