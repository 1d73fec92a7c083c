import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rung } from '../../../src/domain/index.ts';
import { leastWaiting } from '../../../src/plan/cost/leastWaiting.ts';
import { type Placeable, type Placing, placingsOf, type Wanted } from '../../../src/plan/cost/placings.ts';
import { DEFAULT_PRICES, type PriceTable } from '../../../src/plan/cost/priceTable.ts';
import { planFor, tradeOff } from '../../../src/plan/cost/tradeOff.ts';

const GB = 2 ** 30;
const RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'paused', 'running', 'ready'];

function wanted(resource: string, probability: number, gigabytes = 1): Wanted {
  const readyMs = { absent: 20_000, fetched: 8000, created: 5000, paused: 50, running: 3000, ready: 0 };
  const cost = { resource, coldMs: 20_000, measured: true, memoryBytes: gigabytes * GB, readyMs, idleCores: 0.1 };
  return { resource, probability, cost, engine: { provider: 'docker', rungs: RUNGS } };
}

const placeable = (w: Wanted, latencyTargetMs?: number, prices: PriceTable = DEFAULT_PRICES): Placeable => ({
  resource: w.resource,
  placings: placingsOf(w, prices),
  ...(latencyTargetMs === undefined ? {} : { latencyTargetMs }),
});

describe('the ways to have a resource', () => {
  it('on this machine: every rung at which it can stay, for no money, but at a cost', () => {
    const placings = placingsOf(wanted('db', 0.5, 2), DEFAULT_PRICES);
    expect(placings.map((p) => p.rung)).toEqual(['absent', 'fetched', 'created', 'paused', 'ready']);
    expect(placings.every((p) => p.moneyPerHour === 0)).toBe(true);
    // 2 GB × 0.01 + 0.1 cores × 0.02, and (2 × 0.4 + 0.1 × 8) W at 0.3 per kWh.
    expect(placings.at(-1)?.costPerHour).toBeCloseTo(0.022 + 0.0016 * 0.3, 9);
    expect(placings[0]).toMatchObject({ waitingS: 10, costPerHour: 0, memoryBytes: 0 });
  });

  it('examples are never chosen; once they are the developer’s, what is large enough is', () => {
    const mine = { ...DEFAULT_PRICES, providers: DEFAULT_PRICES.providers.map(({ example: _, ...p }) => p) };
    const there = placingsOf(wanted('db', 0.5, 1.5), mine).filter((p) => p.provider === 'fargate-us-east-1');
    expect(there.map((p) => [p.rung, p.size?.memory_gb])).toEqual([
      ['absent', undefined],
      ['ready', 2],
      ['ready', 4],
    ]);
    expect(there[1]?.moneyPerHour).toBeCloseTo(0.04048 + 2 * 0.004445, 9);
    expect(there[1]?.memoryBytes).toBe(0);
  });

  it('no engine and no provider: none', () => {
    const { engine: _, ...nowhere } = wanted('db', 0.5);
    expect(placingsOf(nowhere, DEFAULT_PRICES)).toEqual([]);
  });
});

describe('the least waiting', () => {
  it('under a memory budget warms what is likeliest', () => {
    const result = leastWaiting([placeable(wanted('rare', 0.1)), placeable(wanted('often', 0.9))], { memoryBytes: GB });
    expect(result.ok && result.plan.placings.map((p) => p.rung)).toEqual(['created', 'ready']);
    expect(result.ok && result.plan.gap).toBe(0);
  });

  it('a target that no way can meet is named, with what can be had', () => {
    const slow = { ...wanted('vm', 0.5), engine: { provider: 'docker', rungs: ['absent', 'created'] as const } };
    const cost = { ...slow.cost, readyMs: { absent: 20_000, created: 5000 } };
    const stuck: Placeable = {
      resource: 'vm',
      latencyTargetMs: 1000,
      placings: placingsOf({ ...slow, cost }, DEFAULT_PRICES).filter((p) => p.readyMs > 0),
    };
    const result = leastWaiting([stuck], {});
    expect(result).toEqual({
      ok: false,
      unmet: { targets: [{ resource: 'vm', targetMs: 1000, possibleMs: 20_000 }], budgets: [], impossible: [] },
    });
  });

  it('targets that the budget cannot meet: the fewest milliseconds above them', () => {
    const result = leastWaiting([placeable(wanted('a', 1), 100), placeable(wanted('b', 1), 4000)], { memoryBytes: GB });
    // Either gives way to `created` (5 s): b is 1 s above its target, a would be 4.9 s.
    expect(!result.ok && result.unmet.targets).toEqual([{ resource: 'b', targetMs: 4000, possibleMs: 5000 }]);
  });

  it('a budget that is too small for anything says what it would have to be', () => {
    const warm: Placeable = { resource: 'db', placings: placingsOf(wanted('db', 1, 3), DEFAULT_PRICES).filter((p) => p.rung === 'ready') };
    const result = leastWaiting([warm], { memoryBytes: GB });
    expect(!result.ok && result.unmet.budgets).toEqual([{ budget: 'memoryBytes', is: GB, needed: 3 * GB }]);
  });

  it('what can be had nowhere is named', () => {
    const result = leastWaiting([{ resource: 'vm', placings: [] }], {});
    expect(!result.ok && result.unmet.impossible).toEqual(['vm']);
  });
});

describe('cost against waiting', () => {
  const amount = fc.integer({ min: 0, max: 12 });
  const placing = fc
    .record({ costPerHour: amount, waitingS: amount, memoryBytes: amount })
    .map((p): Placing => ({ resource: 'r', rung: 'ready', provider: 'docker', readyMs: 0, moneyPerHour: 0, cpuCores: 0, ...p }));
  const resources = fc.array(
    fc.array(placing, { minLength: 1, maxLength: 4 }).map((placings): Placeable => ({ resource: 'r', placings })),
    { minLength: 1, maxLength: 4 },
  );

  it('is the whole front, as trying everything finds it', () =>
    fc.assert(
      fc.property(resources, fc.integer({ min: 10, max: 48 }), (all, memoryBytes) => {
        const sums = combinations(all.map((r) => r.placings)).filter((s) => s.memoryBytes <= memoryBytes);
        const best = sums.filter(
          (s) => !sums.some((o) => o.cost <= s.cost && o.waiting <= s.waiting && (o.cost < s.cost || o.waiting < s.waiting)),
        );
        const expected = [...new Set(best.map((s) => `${s.cost} ${s.waiting}`))].sort();
        const result = tradeOff(all, { memoryBytes }, 100);
        const front = result.ok ? result.front.map((p) => `${p.totals.costPerHour} ${p.totals.waitingS}`) : [];
        expect([...front].sort()).toEqual(expected);
      }),
    ));

  it('of a longer one, points from end to end', () => {
    const many = Array.from({ length: 12 }, (_, i) => placeable(wanted(`r${i}`, (i + 1) / 13, 0.3 + i / 7)));
    const result = tradeOff(many, {}, 10);
    const front = result.ok ? result.front : [];
    expect(front.length).toBeGreaterThan(5);
    expect(front.length).toBeLessThanOrEqual(10);
    expect(front[0]?.totals.costPerHour).toBe(0);
    expect(front.at(-1)?.totals.waitingS).toBe(0);
    for (const [i, p] of front.entries()) if (i > 0) expect(p.totals.waitingS).toBeLessThan(front[i - 1]?.totals.waitingS as number);
  });

  it('moving the chosen point gives the plan of that point', () => {
    const result = tradeOff([placeable(wanted('a', 0.9)), placeable(wanted('b', 0.2, 4))], {});
    const front = result.ok ? result.front : [];
    for (const plan of front) expect(planFor(front, plan.totals.costPerHour)).toBe(plan);
    expect(planFor(front, 1e9)).toBe(front.at(-1));
    expect(planFor(front, -1)).toBe(front[0]);
    const between = ((front[1]?.totals.costPerHour ?? 0) + (front[2]?.totals.costPerHour ?? 0)) / 2;
    expect(planFor(front, between)).toBe(front[1]);
  });
});

function combinations(all: readonly (readonly Placing[])[]): readonly { cost: number; waiting: number; memoryBytes: number }[] {
  const [first, ...others] = all;
  if (!first) return [{ cost: 0, waiting: 0, memoryBytes: 0 }];
  return combinations(others).flatMap((rest) =>
    first.map((p) => ({
      cost: rest.cost + p.costPerHour,
      waiting: rest.waiting + p.waitingS,
      memoryBytes: rest.memoryBytes + p.memoryBytes,
    })),
  );
}
