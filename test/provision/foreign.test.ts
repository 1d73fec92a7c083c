import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Resource, RUNGS } from '../../src/domain/index.ts';
import { createForeignProvider, type ForeignEngine, type ForeignResource, problemOf } from '../../src/provision/foreign.ts';
import type { Context } from '../../src/provision/provider.ts';

const NOW = 1_700_000_000_000;
const leases = mkdtempSync(join(tmpdir(), 'prewarm-foreign-'));
afterAll(() => rmSync(leases, { recursive: true, force: true }));
const resource: Resource = {
  id: 'compose:shop/db',
  name: 'db',
  kind: 'database',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  ports: [{ container: 5432, host: 5432, protocol: 'tcp' }],
  dependsOn: [],
  probe: { type: 'port', port: 5432, timeoutMs: 1000 },
  spec: {
    type: 'compose',
    file: '/w/compose.yaml',
    project: 'shop',
    service: 'db',
    image: 'postgres:15',
    environment: { POSTGRES_PASSWORD: 'hunter2' },
    seedFiles: [],
    profiles: [],
  },
  memoryBytes: 1,
};
const other: Resource = { ...resource, id: 'compose:shop/cache', name: 'cache', ports: [] };
const BACKENDS = [{ port: 40_000, containerPort: 5432 }];

function contextOf(signal = new AbortController().signal): Context {
  return {
    workspace: 'w',
    storage: '/s',
    leases,
    now: () => NOW,
    leaseMs: 900_000,
    signal,
    progress: () => {},
    instance: 'window-1-a',
    onBehalfOf: 'person',
    secrets: { DB_PASSWORD: 'hunter3' },
  };
}

/** One that does what it should, but for what a test changes. */
const well: ForeignEngine = {
  name: 'acme',
  rungs: ['absent', 'created', 'ready'],
  supports: () => true,
  check: () => '1.2',
  observe: (rs) => rs.map((r) => ({ resource: r.id, rung: 'absent' })),
  reach: (r, rung) => ({ resource: r.id, rung, ...(rung === 'ready' ? { backends: BACKENDS } : {}) }),
};
const log: string[] = [];
const DEADLINES = { check: 20, observe: 20, renew: 20, reach: 20, stop: 20 };
const provider = (changes: Partial<ForeignEngine> = {}) =>
  createForeignProvider({ ...well, ...changes }, { log: (l) => log.push(l), clean: (t) => t, deadlinesMs: DEADLINES });
const never = () => new Promise<never>(() => {});

describe('an engine of another extension', () => {
  it('is asked, and answers as our own do', async () => {
    const it = provider();
    expect(it.name).toBe('extension:acme');
    expect(await it.check(contextOf().signal)).toEqual({ ok: true, value: { version: '1.2' } });
    expect(await it.observe([resource], contextOf())).toEqual([{ id: resource.id, rung: 'absent', owner: 'none', at: NOW, backends: [] }]);
    expect(await it.reach(resource, 'ready', contextOf())).toEqual({
      ok: true,
      value: { id: resource.id, rung: 'ready', owner: 'prewarm', at: NOW, backends: [{ host: '127.0.0.1', ...BACKENDS[0] }] },
    });
    expect(await it.reach(resource, 'absent', contextOf())).toMatchObject({ ok: true, value: { rung: 'absent', owner: 'none' } });
  });

  it('is told no secret, no environment, and nothing of where Prewarm keeps what', async () => {
    const heard: unknown[] = [];
    const it = provider({
      supports: (r) => heard.push(r) > 0,
      observe: (rs, ...more) => {
        heard.push(rs, more);
        return [];
      },
      reach: (r, rung, context) => {
        heard.push(r, context);
        return { resource: r.id, rung, backends: BACKENDS };
      },
      renew: (rs, until) => void heard.push(rs, until),
    });
    it.supports(resource);
    await it.observe([resource], contextOf());
    await it.reach(resource, 'ready', contextOf());
    await it.renew([resource], contextOf());
    expect(JSON.stringify(heard)).not.toMatch(/hunter|\/s\b|prewarm-foreign|window-1|\/w\//);
    expect(heard[0]).toEqual({
      id: resource.id,
      name: 'db',
      kind: 'database',
      provider: 'compose',
      declaredIn: 'compose.yaml',
      image: 'postgres:15',
      ports: [{ container: 5432, host: 5432 }],
      dependsOn: [],
    } satisfies ForeignResource);
    expect(Object.keys(heard[4] as object).sort()).toEqual(['onBehalfOf', 'progress', 'signal']);
    expect(heard.at(-1)).toBe(NOW + 900_000);
  });

  const boom = (): never => {
    throw new Error('boom postgres://x:hunter2@y');
  };
  it.each([
    ['throws', boom, /failed: boom/],
    ['rejects', async () => boom(), /failed: boom/],
    ['throws what is no error', () => Promise.reject(undefined), /failed/],
    ['never answers', never, /did not answer within 0.02 s/],
  ])('what %s costs itself alone', async (_, broken, message) => {
    const it = provider({ check: broken, observe: broken, reach: broken, renew: broken });
    expect(await it.check(contextOf().signal)).toMatchObject({ ok: false, fault: { code: 'engine-unreachable', retry: 'later' } });
    const seen = await it.observe([resource, other], contextOf());
    expect(seen.map((o) => [o.id, o.rung, o.owner])).toEqual([resource.id, other.id].map((id) => [id, 'unknown', 'none']));
    expect(seen[0]?.detail).toMatch(message);
    const reached = await it.reach(resource, 'ready', contextOf());
    expect(reached.ok ? '' : reached.fault.message).toMatch(message);
    await it.renew([resource], contextOf());
    expect(await it.sweep(contextOf())).toEqual({ ok: true, value: [] });
  });

  it('what it says passes the gate', async () => {
    const it = createForeignProvider({ ...well, check: boom }, { log: () => {}, clean: (t) => t.replace('hunter2', '«»') });
    const checked = await it.check(contextOf().signal);
    expect(checked.ok ? '' : checked.fault.message).toBe('The engine acme failed: boom postgres://x:«»@y');
  });

  it('a throw of supports is a no, asked once for each declaration and told once', () => {
    let asked = 0;
    const it = provider({
      supports: () => {
        asked++;
        return boom();
      },
    });
    log.length = 0;
    expect([it.supports(resource), it.supports(resource), it.supports({ ...resource })]).toEqual([false, false, false]);
    expect([asked, log.length]).toEqual([2, 1]);
    expect(provider({ supports: (() => 'yes') as never }).supports(resource)).toBe(false);
  });

  it.each([
    ['a rung that it has not', { rung: 'paused' }],
    ['a rung that is none', { rung: 'hot' }],
    ['ready without a port', { rung: 'ready' }],
    ['a port that is none', { rung: 'ready', backends: [{ port: 70_000, containerPort: 5432 }] }],
    ['backends that are no list', { rung: 'ready', backends: 'x' }],
    ['an owner that is none', { rung: 'absent', owner: 'me' }],
    ['a detail that is no text', { rung: 'absent', detail: {} }],
  ])('%s makes it unknown, and a climb to it fails', async (_, answer) => {
    const row = { resource: resource.id, ...answer } as never;
    const it = provider({ observe: () => [row], reach: () => row });
    expect(await it.observe([resource], contextOf())).toMatchObject([{ rung: 'unknown', owner: 'none', backends: [] }]);
    expect(await it.reach(resource, 'ready', contextOf())).toMatchObject({ ok: false, fault: { code: 'start-failed' } });
  });

  it('a climb that stops short of what was asked is a failure, but for what the developer runs', async () => {
    const short = provider({ reach: (r) => ({ resource: r.id, rung: 'created', detail: 'disk full' }) });
    const reached = await short.reach(resource, 'ready', contextOf());
    expect(reached.ok ? '' : reached.fault.message).toBe(
      'The engine acme was to bring compose:shop/db to ready; it is created (disk full).',
    );
    const theirs = provider({ reach: (r) => ({ resource: r.id, rung: 'created', owner: 'developer' }) });
    expect(await theirs.reach(resource, 'ready', contextOf())).toMatchObject({ ok: true, value: { owner: 'developer' } });
  });

  it('aborted, it is waited for a little and then left to itself', async () => {
    const stop = new AbortController();
    const it = createForeignProvider({ ...well, reach: never }, { log: () => {}, clean: (t) => t, deadlinesMs: { stop: 20 } });
    const reaching = it.reach(resource, 'ready', contextOf(stop.signal));
    stop.abort();
    expect(await reaching).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
  });

  it('takes its turn with other windows: what one holds warm no prediction of another takes down', async () => {
    let rung: 'absent' | 'ready' = 'absent';
    const seen = (r: ForeignResource) => ({ resource: r.id, rung, ...(rung === 'ready' ? { backends: BACKENDS } : {}) });
    const it = provider({
      observe: (rs) => rs.map(seen),
      reach: (r, to) => {
        rung = to as 'ready';
        return seen(r);
      },
    });
    const [here, there] = [contextOf(), { ...contextOf(), instance: 'window-2-b', onBehalfOf: 'prediction' as const }];
    await it.reach(resource, 'ready', here);
    expect(await it.reach(resource, 'absent', there)).toMatchObject({ ok: false, fault: { code: 'held-by-other' } });
    expect(rung).toBe('ready');
    expect(await it.reach(resource, 'absent', { ...there, onBehalfOf: 'person' })).toMatchObject({ ok: true });
  });

  it('once closed it is not asked any more', async () => {
    let asked = 0;
    const it = provider({ supports: () => ++asked > 0, check: () => String(++asked), observe: () => (++asked > 0 ? [] : []) });
    await it.close();
    expect(it.supports(resource)).toBe(false);
    expect((await it.check(contextOf().signal)).ok).toBe(false);
    expect(await it.observe([resource], contextOf())).toMatchObject([{ rung: 'unknown' }]);
    expect(asked).toBe(0);
  });

  it('whatever it answers, each resource gets one observation that is well-formed', async () => {
    const row = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          resource: fc.constantFrom(resource.id, other.id, 'x'),
          rung: fc.constantFrom(...RUNGS, 'unknown', 'x'),
          owner: fc.constantFrom('prewarm', 'developer', 'none', 'x'),
          backends: fc.oneof(fc.constant(BACKENDS), fc.array(fc.record({ port: fc.integer(), containerPort: fc.integer() }))),
          detail: fc.string(),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(row), fc.jsonValue()), async (answer) => {
        const it = provider({ observe: () => answer as never });
        const seen = await it.observe([resource, other], contextOf());
        expect(seen.map((o) => o.id)).toEqual([resource.id, other.id]);
        for (const o of seen) {
          expect([...well.rungs, 'unknown']).toContain(o.rung);
          expect(['prewarm', 'developer', 'none']).toContain(o.owner);
          for (const b of o.backends) expect(b.host === '127.0.0.1' && b.port > 0 && b.port < 65_536).toBe(true);
          expect((o.detail ?? '').length).toBeLessThan(400);
        }
        expect(seen[0]?.rung === 'ready' ? seen[0].backends.length : 1).toBeGreaterThan(0);
      }),
    );
  });
});

describe('an engine is refused at its registration', () => {
  it.each([
    ['nothing', undefined, /object/],
    ['no name', { ...well, name: undefined }, /name/],
    ['a name like ours', { ...well, name: 'Docker Engine' }, /name/],
    ['no rungs', { ...well, rungs: undefined }, /rungs/],
    ['rungs without absent', { ...well, rungs: ['created', 'ready'] }, /rungs/],
    ['rungs that never get ready', { ...well, rungs: ['absent', 'running'] }, /rungs/],
    ['rungs out of order', { ...well, rungs: ['absent', 'running', 'created', 'ready'] }, /rungs/],
    ['unknown rungs', { ...well, rungs: ['absent', 'hot', 'ready'] }, /rungs/],
    ['no reach', { ...well, reach: undefined }, /“reach”/],
  ])('with %s', (_, engine, message) => expect(problemOf(engine)).toMatch(message));

  it('and one of a class is taken', async () => {
    class Engine implements ForeignEngine {
      readonly name = 'acme';
      readonly rungs = ['absent', 'ready'] as const;
      readonly #version = '7';
      supports = () => true;
      check() {
        return this.#version;
      }
      observe = () => [];
      reach(r: ForeignResource) {
        return { resource: r.id, rung: 'ready' as const };
      }
    }
    const engine = new Engine();
    expect(problemOf(engine)).toBeUndefined();
    expect(await createForeignProvider(engine, { log: () => {}, clean: (t) => t }).check(contextOf().signal)).toEqual({
      ok: true,
      value: { version: '7' },
    });
  });
});
