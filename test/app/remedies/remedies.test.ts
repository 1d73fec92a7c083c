import { describe, expect, it } from 'vitest';
import type { App } from '../../../src/app/app.ts';
import { createApp } from '../../../src/app/createApp.ts';
import { EMPTY_MEMORY, type Memory, type Settings } from '../../../src/app/ports.ts';
import type { Recommendation } from '../../../src/app/remedies/remedy.ts';
import { type Allowance, failed, ok, type Resource, type Tuning } from '../../../src/domain/index.ts';
import { createMemoryProvider, createMemoryWorld } from '../../../src/provision/providers/memory.ts';
import { MINUTE, quietPorts, storeOn, USUAL } from '../quietPorts.ts';

const COMPOSE = `name: shop
services:
  db: { image: "postgres:15" }
  api: { image: "shop/api", ports: ["8080:80"], depends_on: [db] }`;
const API = 'compose:shop/api';
const DB = 'compose:shop/db';
const effect = (p95Ms: number) => ({ p95Ms, errorRate: 0, throughput: 10, harmMs: p95Ms });
const advised = (...changes: Recommendation['changes']): Recommendation => ({
  text: changes.map((c) => `${c.do} of ${c.of}`).join(' and '),
  changes,
  before: effect(100),
  after: effect(40),
  costPerHour: 0,
});
const more = advised({ do: 'cpu', of: API, cores: 1 });
const pool = advised({ do: 'pool', of: `${API} → ${DB}`, to: 8, environment: { POOL: '8' } });
const sample = (p95Ms: number) => ({ p95Ms, requests: 500, perSecond: 10 });

/** The whole app over a simulated engine of containers, which keeps what each was made with and may take. */
function createWorld() {
  const engine = createMemoryWorld();
  const clock = { now: 1_800_000_000_000 };
  const kept: { memory: Memory } = { memory: EMPTY_MEMORY };
  const madeWith = new Map<string, Tuning['environment']>();
  const limits = new Map<string, Allowance>();
  const refuses = new Set<string>();
  const inner = createMemoryProvider({
    world: engine,
    sleep: async (ms) => {
      clock.now += ms;
    },
  });
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: {} } });
  return {
    engine,
    clock,
    kept,
    madeWith,
    limits,
    refuses,
    open: (settings: Partial<Settings> = {}): Promise<App> =>
      createApp(
        quietPorts({
          now: () => clock.now,
          store: storeOn(kept),
          settings: { ...USUAL, ...settings },
          readings: async () => ({ processorCount: 2 }),
          readWorkspace: async () => ({ files: [{ path: 'compose.yaml', text: COMPOSE }], problems: [] }),
          providers: [
            {
              ...inner,
              name: 'compose',
              supports: (r) => r.spec.type === 'compose',
              observe: (rs, c) => inner.observe(rs.map(asMemory), c),
              reach: (r, rung, c) => {
                if (refuses.has(r.id)) return Promise.resolve(failed('start-failed', 'never', `${r.id} does not start.`));
                if (rung === 'created' || rung === 'ready') madeWith.set(r.id, r.tuning?.environment);
                return inner.reach(asMemory(r), rung, c);
              },
              limit: async (r, allowance) => {
                limits.set(r.id, r.tuning?.limits ?? allowance);
                return ok(undefined);
              },
            },
          ],
        }),
      ),
  };
}

async function warm(world: ReturnType<typeof createWorld>, settings?: Partial<Settings>): Promise<App> {
  const app = await world.open(settings);
  expect(await app.warm([API])).toEqual([]);
  await app.settle();
  return app;
}

async function applied(app: App, advice: Recommendation): Promise<string> {
  const result = await app.remedies.apply(advice);
  if (!result.ok) throw new Error(result.fault.message);
  await app.settle();
  return result.value.id;
}

describe('remedies in the app', () => {
  it('are part of what is desired, over a restart, until they are taken back', async () => {
    const world = createWorld();
    const app = await warm(world);
    const ids = [await applied(app, more), await applied(app, pool)];
    expect(world.limits.get(API)).toEqual({ cpuCores: 1 });
    expect(world.madeWith.get(API)).toEqual({ POOL: '8' });
    await app.dispose();
    world.limits.clear();
    world.madeWith.clear();
    const next = await warm(world);
    expect(world.limits.get(API)).toEqual({ cpuCores: 1 });
    expect(world.madeWith.get(API)).toEqual({ POOL: '8' });
    for (const id of ids) expect(await next.remedies.undo(id)).toMatchObject({ ok: true });
    await next.settle();
    expect(world.limits.get(API)).toEqual({});
    expect(world.madeWith.get(API)).toBeUndefined();
    expect(next.remedies.lines().map((l) => l.did)).toEqual(['applied', 'applied', 'undone', 'undone']);
    await next.dispose();
  });

  it('make replicas that are as warm as the first, and are cooled with it', async () => {
    const world = createWorld();
    const app = await warm(world);
    const id = await applied(app, advised({ do: 'replicas', of: API, to: 3 }));
    const rungs = () => [1, 2].map((n) => world.engine.things.get(`${API}~replica${n}`)?.rung);
    expect(rungs()).toEqual(['ready', 'ready']);
    expect(app.why(`${API}~replica1`).join()).toMatch(/beside the first/);
    await app.cool([API]);
    world.clock.now += 10 * MINUTE;
    await app.settle();
    world.clock.now += 10 * MINUTE;
    await app.settle();
    expect(rungs()).toEqual(['created', 'created']);
    await app.remedies.undo(id);
    await app.settle();
    expect(rungs()).toEqual([undefined, undefined]);
    await app.dispose();
  });

  it('that cannot be applied leave all as it was, and say so', async () => {
    const world = createWorld();
    const app = await warm(world);
    world.refuses.add(`${API}~replica1`);
    const result = await app.remedies.apply(advised({ do: 'replicas', of: API, to: 2 }));
    expect(result).toMatchObject({ ok: false });
    world.refuses.clear();
    await app.settle();
    expect(app.remedies.list()[0]?.phase).toBe('undone');
    expect(app.state().resources.map((r) => r.resource.id)).not.toContain(`${API}~replica1`);
    expect(await app.remedies.apply(advised({ do: 'pool', of: `${API} → ${DB}`, to: 8 }))).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/which variable of compose:shop\/api means it/) },
    });
    await app.dispose();
  });

  it.each(['applying', 'undoing'] as const)('are finished by the next pass where a crash left them %s', async (phase) => {
    const world = createWorld();
    const app = await warm(world);
    const id = await applied(app, pool);
    await app.dispose();
    const remedy = world.kept.memory.remedies?.[id];
    if (!remedy) throw new Error('It was not kept.');
    world.kept.memory = { ...world.kept.memory, remedies: { [id]: { ...remedy, phase } } };
    world.madeWith.clear();
    const next = await world.open();
    await next.settle();
    expect(next.remedies.list()[0]?.phase).toBe(phase === 'applying' ? 'applied' : 'undone');
    expect(world.madeWith.get(API)).toEqual(phase === 'applying' ? { POOL: '8' } : undefined);
    await next.dispose();
  });

  it('that fall short are taken back by themselves, once said, and not offered again for a week', async () => {
    const world = createWorld();
    const app = await warm(world, { remediation: 'suggest' });
    const id = await applied(app, more);
    expect(await app.remedies.judge(id, sample(100), { ...sample(70), perSecond: 30 })).toMatchObject({ ok: false });
    expect(app.remedies.list()[0]?.phase).toBe('applied');
    expect(await app.remedies.judge(id, sample(100), sample(70))).toMatchObject({
      ok: true,
      value: { phase: 'undone', outcome: { is: 'short' } },
    });
    await app.settle();
    expect(world.limits.get(API)).toEqual({});
    expect(app.state().faults.filter((f) => /was taken back: p95 went from 100 ms to 70 ms/.test(f.message))).toHaveLength(1);
    expect(await app.remedies.offer([more])).toEqual({ did: 'nothing' });
    world.clock.now += 8 * 24 * 60 * MINUTE;
    expect(await app.remedies.offer([more])).toMatchObject({ did: 'suggested' });
    await app.dispose();
  });

  it('that keep what they promised are kept', async () => {
    const world = createWorld();
    const app = await warm(world);
    const id = await applied(app, more);
    expect(await app.remedies.judge(id, sample(100), sample(45))).toMatchObject({
      ok: true,
      value: { phase: 'applied', outcome: { is: 'as predicted' } },
    });
    expect(app.remedies.lines().at(-1)).toMatchObject({ did: 'kept' });
    await app.dispose();
  });

  it('are applied by themselves in the mode auto alone, one at a time', async () => {
    const world = createWorld();
    const app = await warm(world, { remediation: 'auto', mode: 'auto' });
    expect(await app.remedies.offer([more, pool])).toMatchObject({ did: 'applied', remedy: { by: 'automatic' } });
    expect(await app.remedies.offer([pool])).toMatchObject({
      did: 'suggested',
      because: expect.stringMatching(/another is being measured/),
    });
    app.setMode('shadow');
    expect(await app.remedies.offer([pool])).toMatchObject({ did: 'suggested', because: expect.stringMatching(/shadow/) });
    await app.dispose();
    const off = await world.open({ remediation: 'off' });
    expect(await off.remedies.offer([pool])).toEqual({ did: 'nothing' });
    expect(off.remedies.offered()).toEqual([pool]);
    await off.dispose();
  });

  it('do nothing in Restricted Mode', async () => {
    const world = createWorld();
    const app = await warm(world);
    const id = await applied(app, more);
    app.setTrusted(false);
    expect(await app.remedies.apply(pool)).toMatchObject({ ok: false, fault: { code: 'not-trusted' } });
    expect(await app.remedies.undo(id)).toMatchObject({ ok: false, fault: { code: 'not-trusted' } });
    await app.dispose();
  });
});
