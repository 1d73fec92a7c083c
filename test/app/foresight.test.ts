import { afterEach, describe, expect, it } from 'vitest';
import { createForesight } from '../../src/app/foresight.ts';
import { type Look, look } from '../../src/app/pipeline.ts';
import type { Fault, Observation, Persona, Resource, Rung } from '../../src/domain/index.ts';
import { DEFAULT_PRICES } from '../../src/plan/cost/priceTable.ts';
import { DEFAULT_PRICES as VALUES } from '../../src/plan/value.ts';
import { createKeptWorld, DB, MINUTE, run } from './keptWorld.ts';

const GB = 2 ** 30;
const RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'paused', 'running', 'ready'];

function resource(id: string, gigabytes: number): Resource {
  const spec = { type: 'memory' as const, stepMs: {} };
  const rest = { declaredIn: 'compose.yaml', ports: [], dependsOn: [], probe: { type: 'health' as const, timeoutMs: 1000 } };
  return { id, name: id, kind: 'database', provider: 'memory', spec, memoryBytes: gigabytes * GB, ...rest };
}

function persona(
  name: string,
  weight: number,
  uses: Readonly<Record<string, number>>,
  targets: Readonly<Record<string, number>> = {},
): Persona {
  const demands = Object.fromEntries(
    Object.keys(uses).map((id) => [id, { priority: id === 'db' ? ('high' as const) : ('low' as const), latencyTargetMs: 1000 }]),
  );
  const pins = Object.entries(targets).map(([id, value]) => ({ field: 'latency_target_ms' as const, resource: id, value }));
  return {
    id: name,
    name,
    weight,
    confidence: 1,
    updatedAt: 0,
    support: 9,
    uses: Object.entries(uses).map(([id, probability]) => ({ resource: id, probability, firstUseMs: [], durationMs: [] })),
    edges: [],
    profile: {
      attributes: {} as never,
      recurrence: { hourOfWeek: [], perWeek: 1 },
      demands,
      provisioningOrder: [],
      pins,
    },
  };
}

function situation(more: Partial<Look> = {}): Look {
  const resources = [resource('db', 2), resource('search', 3)];
  const cost = (r: Resource) => ({
    resource: r.id,
    coldMs: 8000,
    measured: true,
    memoryBytes: r.memoryBytes,
    readyMs: { absent: 8000, fetched: 6000, created: 4000, paused: 100, running: 2000, ready: 0 },
    idleCores: 0.1,
  });
  const seen = (r: Resource): Observation => ({ id: r.id, rung: 'created', at: 0, backends: [], owner: 'prewarm' });
  return {
    now: 0,
    mode: 'auto',
    trusted: true,
    resources,
    observations: new Map(resources.map((r) => [r.id, seen(r)])),
    costs: new Map(resources.map((r) => [r.id, cost(r)])),
    feedback: new Map(),
    inUse: new Set(),
    engineOf: () => ({ provider: 'memory', rungs: RUNGS }),
    settling: {},
    limits: { memoryBytes: 4 * GB, settleMs: 0, prices: VALUES },
    model: undefined,
    session: [],
    horizonMs: 20 * MINUTE,
    ...more,
  };
}

function foresight(personas: readonly Persona[], { text, at = situation() }: { readonly text?: string; readonly at?: Look } = {}) {
  const faults: Fault[] = [];
  const view = { ...look(at), personas };
  const readings = async () => ({ processorCount: 8, disks: [{ what: 'the disk', freeBytes: 50 * GB, totalBytes: 100 * GB }] });
  const made = createForesight({ view: () => view, look: () => at, readings, readPrices: async () => text, tell: (f) => faults.push(f) });
  return { ...made, faults };
}

describe('capacity', () => {
  const both = [persona('shop', 0.5, { db: 1, search: 1 }), persona('report', 0.5, { db: 1 })];

  it('is that of one session, which is one persona or another', async () => {
    const { dimensions, basis } = await foresight(both).capacity();
    expect(basis).toBe('shares');
    expect(dimensions.memoryBytes).toMatchObject({ expected: 0.5 * 5 * GB + 0.5 * 2 * GB, planned: 5 * GB, free: 4 * GB });
    expect(dimensions.cpuCores.free).toBe(8);
    expect(dimensions.storageBytes.free).toBe(50 * GB);
  });

  it('at another quantile less is planned', async () =>
    expect((await foresight(both).capacity(0.4)).dimensions.memoryBytes.planned).toBe(2 * GB));

  it('the lower priority gives way', async () => {
    const { givingWay, dimensions } = await foresight(both).capacity();
    expect(givingWay.map((g) => g.claim.what)).toEqual(['search']);
    expect(givingWay[0]?.because).toContain('5.00 GB of memory are planned and 4.00 GB are free');
    expect(dimensions.memoryBytes.afterGivingWay).toBe(2 * GB);
  });

  it('what people wrote of a resource holds over what was measured, and what users do comes on top', async () => {
    const certain = (value: number) => [{ value, probability: 1 }];
    const pattern = { name: 'reports', windowMs: 60 * MINUTE, interactionType: 'query', expectedVolume: 400, latencyTargetMs: 800 };
    const profile = { pattern: 'reports', cpuCores: 3, memoryBytes: 0.5 * GB, diskIops: 0, networkMbps: 10 };
    const untold = { ...pattern, name: 'of which no profile tells' };
    const said = {
      patterns: [pattern, untold],
      profiles: [profile],
      requirements: [{ resource: 'db', memoryBytes: certain(3 * GB), storageBytes: certain(9 * GB) }],
    };
    const { dimensions } = await foresight([{ ...persona('report', 1, { db: 1 }), said }]).capacity();
    expect(dimensions.memoryBytes.planned).toBeCloseTo(3.5 * GB, -7);
    expect(dimensions.storageBytes.planned).toBeCloseTo(9 * GB, -7);
    expect(dimensions.cpuCores.planned).toBeCloseTo(3.1, 1);
    expect(dimensions.networkMbps.planned).toBeCloseTo(10, 1);
  });

  it('of nothing learnt, nothing', async () => expect((await foresight([]).capacity()).dimensions.memoryBytes.planned).toBe(0));
});

describe('the trade-off', () => {
  const shop = [persona('shop', 1, { db: 0.9, search: 0.2 })];

  it('goes from all cold to the least waiting within the memory budget', async () => {
    const result = await foresight(shop).tradeOff();
    const front = result.ok ? result.value.front : [];
    expect(front[0]?.totals).toMatchObject({ costPerHour: 0, memoryBytes: 0 });
    expect(front.at(-1)?.placings.map((p) => p.rung)).toEqual(['ready', 'created']);
    expect(front.every((p) => p.totals.memoryBytes <= 4 * GB)).toBe(true);
  });

  it('by the developer’s prices', async () => {
    const result = await foresight(shop, { text: JSON.stringify({ ...DEFAULT_PRICES, currency: 'EUR' }) }).tradeOff();
    expect(result.ok && result.value.currency).toBe('EUR');
  });

  it('a broken table is told of, and the usual prices hold', async () => {
    const at = foresight(shop, { text: '{}' });
    expect((await at.tradeOff()).ok).toBe(true);
    expect(at.faults.map((f) => f.message)).toEqual([expect.stringContaining('.prewarm/prices.json: its “version” is missing')]);
  });

  it('a pinned target that memory cannot meet is named, with the least change', async () => {
    const pinned = [persona('shop', 1, { db: 0.9, search: 0.2 }, { db: 1000, search: 1000 })];
    const result = await foresight(pinned).tradeOff();
    expect(!result.ok && result.fault.message).toContain('search cannot be ready within 1.0 s; with the least change it is within 4.0 s');
  });
});

describe('a forecast handed in', () => {
  const outlooks = { within: () => ({ probability: 0.99, etaMs: MINUTE, volume: 9, because: '9 uses are foreseen (told).' }) };
  it('warms ahead, and says so', () => {
    expect(look(situation()).plan.actions).toEqual([]);
    const [action] = look(situation({ outlooks })).plan.actions;
    expect(action).toMatchObject({ verb: 'climb', resource: 'db' });
    expect(action?.reason.text).toContain('9 uses are foreseen');
  });
  it('of nothing changes nothing', () => {
    const nothing = { within: () => ({ probability: 0, etaMs: MINUTE, volume: 0, because: '' }) };
    const warm = new Map(situation().observations);
    warm.set('db', { ...(warm.get('db') as Observation), rung: 'ready' });
    const used = { observations: warm, inUse: new Set(['db']) };
    expect(look(situation({ ...used, outlooks: nothing })).plan.actions).toEqual(look(situation(used)).plan.actions);
  });
});

describe('the app', () => {
  const world = createKeptWorld();
  afterEach(() => world.end());
  it('tells both of what it has learnt', async () => {
    const app = await world.open();
    await world.past(app);
    run(app, world.clock.now, 'git pull');
    await app.settle();
    const capacity = await app.capacity();
    expect(capacity.basis).toBe('session');
    expect(capacity.dimensions.memoryBytes.expected).toBeGreaterThan(0);
    const curve = await app.tradeOff();
    expect(curve.ok && curve.value.front.at(-1)?.placings.find((p) => p.resource === DB)?.rung).toBe('ready');
  });
});
