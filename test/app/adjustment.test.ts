import { beforeEach, describe, expect, it } from 'vitest';
import { type AdjustmentPorts, createAdjustment } from '../../src/app/adjustment.ts';
import {
  type Activity,
  type Allowance,
  failed,
  type Observation,
  ok,
  type Resource,
  type Rung,
  type Usage,
} from '../../src/domain/index.ts';
import type { Readings } from '../../src/plan/readings.ts';
import type { Context, Provider } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;
const resource = (id: string, dependsOn: readonly string[] = []): Resource => ({
  id,
  name: id,
  kind: 'database',
  provider: 'memory',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn,
  probe: { type: 'port', port: 1, timeoutMs: 1000 },
  spec: { type: 'memory', stepMs: {} },
  memoryBytes: GB,
});
const at = (id: string, rung: Rung | 'unknown', owner: Observation['owner'] = 'prewarm'): Observation => ({
  id,
  rung,
  owner,
  at: 0,
  backends: [],
});
const testRun: Activity = { at: 0, actor: 'me', resource: 'command:npm test', kind: 'command.started', confidence: 'high' };

/** A machine, an engine and a developer, to be changed by hand. */
let world: {
  now: number;
  readings: Readings;
  resources: Resource[];
  seen: Map<string, Observation>;
  usage: Map<string, Usage>;
  /** What the engine lets each take: what a former life of ours left is there from the beginning. */
  allowed: Map<string, Allowance>;
  inUse: Set<string>;
  latencyMs: Map<string, number>;
  activities: Activity[];
  measures: number;
  limits: number;
  refuses: boolean;
  log: string[];
};

const engine = (): Provider => ({
  ...createMemoryProvider({ world: createMemoryWorld(), sleep: async () => {} }),
  measure: async (resources) => {
    world.measures++;
    return new Map(resources.flatMap((r) => [...world.usage].filter(([id]) => id === r.id)));
  },
  limit: async (r, allowance) => {
    world.limits++;
    if (world.refuses) return failed('unsupported', 'later', `${r.id} cannot be limited.`);
    world.allowed.set(r.id, allowance);
    return ok(undefined);
  },
});

const ports = (): AdjustmentPorts => {
  const provider = engine();
  return {
    now: () => world.now,
    readings: async () => world.readings,
    resources: () => world.resources,
    providerOf: () => provider,
    observation: (id) => world.seen.get(id) ?? at(id, 'unknown', 'none'),
    inUse: (id) => world.inUse.has(id),
    latencyMs: (id) => world.latencyMs.get(id),
    activities: () => world.activities,
    limits: () => ({ budgetBytes: 2 * GB, battery: 'careful' }),
    context: () => ({}) as Context,
    log: (line) => world.log.push(line),
  };
};
const pass = async (adjustment: ReturnType<typeof createAdjustment>, ms = 5000) => {
  world.now += ms;
  await adjustment.measure();
  const look = await adjustment.look();
  await adjustment.apply();
  return look;
};

beforeEach(() => {
  world = {
    now: 1_000,
    readings: {},
    resources: [resource('db'), resource('api', ['db'])],
    seen: new Map([
      ['db', at('db', 'ready')],
      ['api', at('api', 'created')],
    ]),
    usage: new Map([['db', { memoryBytes: 100 * MB, cpuCores: 0 }]]),
    allowed: new Map(),
    inUse: new Set(),
    latencyMs: new Map(),
    activities: [],
    measures: 0,
    limits: 0,
    refuses: false,
    log: [],
  };
});

describe('live adjustment', () => {
  it('on a quiet machine: the whole budget, no limit, nothing to watch, and the second pass tells the engine nothing', async () => {
    const adjustment = createAdjustment(ports());
    expect(await pass(adjustment)).toEqual({ pressure: { memoryBytes: 2 * GB }, usage: world.usage });
    const told = world.limits;
    await pass(adjustment);
    expect(world.limits).toBe(told);
  });

  it('a test run on busy processors: yields, limits what is idle, and gives it back when it is over', async () => {
    const adjustment = createAdjustment(ports());
    world.activities = [testRun];
    world.readings = { processorBusy: 0.95 };
    const look = await pass(adjustment);
    expect(look.pressure.yielding?.text).toMatch(/^Your test run has been going on for 6 s and the processors are 95 % busy/);
    expect(look.lookAgainMs).toBe(5000);
    expect(world.allowed.get('db')).toEqual({ cpuCores: 0.25 });
    expect(world.allowed.has('api')).toBe(false);
    expect(world.log).toEqual(['db may take 0.25 of a core while it is idle.']);
    world.activities = [testRun, { ...testRun, at: 7000, kind: 'command.ended' }];
    expect(await pass(adjustment)).toEqual({ pressure: { memoryBytes: 2 * GB }, usage: world.usage });
    expect(world.allowed.get('db')).toEqual({});
  });

  it('used, or what depends on it: free at once, even before the next look', async () => {
    const adjustment = createAdjustment(ports());
    world.activities = [testRun];
    world.readings = { processorBusy: 0.95 };
    await pass(adjustment);
    await adjustment.lift(world.resources[0] as Resource);
    expect(world.allowed.get('db')).toEqual({});
    await adjustment.apply();
    expect(world.allowed.get('db')).toEqual({});
    world.seen.set('api', at('api', 'ready'));
    world.inUse.add('api');
    await pass(adjustment);
    expect(world.allowed.get('db')).toEqual({});
    world.inUse.clear();
    await pass(adjustment);
    expect(world.allowed.get('db')).toEqual({ cpuCores: 0.25 });
  });

  it('felt by a client: lifted, though nobody saw it in use', async () => {
    const adjustment = createAdjustment(ports());
    world.latencyMs.set('db', 2);
    await pass(adjustment);
    world.activities = [testRun];
    world.readings = { processorBusy: 0.95 };
    await pass(adjustment);
    expect(world.allowed.get('db')).toEqual({ cpuCores: 0.25 });
    world.latencyMs.set('db', 5);
    await pass(adjustment);
    expect(world.allowed.get('db')).toEqual({});
  });

  it('memory short: gives up what is missing, and what is idle gets no room to grow', async () => {
    const adjustment = createAdjustment(ports());
    world.readings = { memory: { totalBytes: 8 * GB, availableBytes: GB - 60 * MB } };
    const { pressure } = await pass(adjustment);
    expect(pressure.memoryBytes).toBe(40 * MB);
    expect(world.allowed.get('db')).toEqual({ memoryBytes: 224 * MB });
    expect(world.log[0]).toBe('db may take 224 MB while it is idle.');
  });

  it('what cannot be measured counts as it is assumed', async () => {
    const adjustment = createAdjustment(ports());
    world.usage.clear();
    world.readings = { memory: { totalBytes: 8 * GB, availableBytes: GB - 60 * MB } };
    expect((await pass(adjustment)).pressure.memoryBytes).toBe(GB - 60 * MB);
  });

  it('takes back what a former life of ours left limited', async () => {
    world.allowed.set('db', { cpuCores: 0.25 });
    await pass(createAdjustment(ports()));
    expect(world.allowed.get('db')).toEqual({});
  });

  it('what is stopped while it is limited starts at full speed next time; so does everything when we end', async () => {
    const adjustment = createAdjustment(ports());
    world.activities = [testRun];
    world.readings = { processorBusy: 0.95 };
    await pass(adjustment);
    world.seen.set('db', at('db', 'created'));
    world.usage.clear();
    await pass(adjustment);
    expect(world.allowed.get('db')).toEqual({});
    world.seen.set('db', at('db', 'ready'));
    world.usage.set('db', { memoryBytes: MB, cpuCores: 0 });
    await pass(adjustment);
    expect(world.allowed.get('db')).toEqual({ cpuCores: 0.25 });
    await adjustment.close();
    expect(world.allowed.get('db')).toEqual({});
  });

  it('leaves alone what is the developer’s, and what nobody could observe', async () => {
    const adjustment = createAdjustment(ports());
    world.seen.set('db', at('db', 'ready', 'developer'));
    world.seen.set('api', at('api', 'unknown'));
    world.activities = [testRun];
    world.readings = { processorBusy: 0.95, memory: { totalBytes: 8 * GB, availableBytes: 0 } };
    await pass(adjustment);
    expect([world.limits, world.measures]).toEqual([0, 0]);
  });

  it('measures every five seconds, however often it looks', async () => {
    const adjustment = createAdjustment(ports());
    for (let i = 0; i < 10; i++) await pass(adjustment, 1000);
    expect(world.measures).toBe(2);
  });

  it('does not wait for an engine that measures slowly: its figures serve the next look', async () => {
    let answer = (): void => {};
    const slow: Provider = { ...engine(), measure: () => new Promise((resolve) => (answer = () => resolve(world.usage))) };
    const adjustment = createAdjustment({ ...ports(), providerOf: () => slow });
    world.readings = { memory: { totalBytes: 8 * GB, availableBytes: GB } };
    expect((await adjustment.look()).usage.size).toBe(0);
    answer();
    await adjustment.measure();
    expect((await adjustment.look()).usage).toEqual(world.usage);
  });

  it('an engine that sets no limits is told of once, and asked again after ten minutes', async () => {
    const adjustment = createAdjustment(ports());
    world.refuses = true;
    for (let i = 0; i < 5; i++) await pass(adjustment);
    expect([world.log, world.limits]).toEqual([['! db cannot be limited.'], 1]);
    world.refuses = false;
    await pass(adjustment, 600_000);
    expect([world.log.length, world.limits]).toEqual([1, 2]);
  });
});
