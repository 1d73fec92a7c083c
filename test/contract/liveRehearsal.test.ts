import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { type LiveWork, rehearsedLive } from '../../src/app/rehearsals/liveRehearsal.ts';
import { isWarm, type Result } from '../../src/domain/index.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import { play } from '../../src/host/node/rehearsals/play.ts';
import { compareResults } from '../../src/simulate/result/compareResults.ts';
import { type RehearsalResult, readResult } from '../../src/simulate/result/result.ts';
import { readScenarioOf } from '../simulate/personas.ts';
import { docker, engineProblem } from './engine.ts';

const root = mkdtempSync(join(tmpdir(), 'prewarm-live-'));
const project = `prewarm-live-${process.pid}`;
const folder = join(root, project);
const id = (service: string): string => `compose:${project}/${service}`;

const COMPOSE = `name: ${project}
services:
  db:
    image: postgres:15
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: declared, POSTGRES_DB: shop }
    ports: ["5432"]
    healthcheck: { test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1"], interval: 30s }
  cache:
    image: redis:7
    ports: ["6379"]
    healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 30s }
  api:
    image: prewarm-test/api
    environment: { DATABASE_URL: "postgres://shop:declared@db/shop", REDIS_URL: "redis://cache", WORK: "500", ORDERS: "1000", THREADS: "4" }
    ports: ["8080"]
    depends_on: [db, cache]
`;

interface Asked {
  readonly entry: string;
  readonly request: object;
  readonly perSecond: number;
}

const document = (patterns: readonly Asked[]) => ({
  version: 1,
  personas: [
    {
      name: 'Shopper',
      weight: 1,
      resources: [
        { id: id('api'), kind: 'service' },
        { id: id('db'), kind: 'database' },
        { id: id('cache'), kind: 'cache' },
      ],
      edges: [
        { from: id('api'), to: id('db'), probability: 1, lag_ms: { p50: 1, p90: 2 }, call: {} },
        { from: id('api'), to: id('cache'), probability: 1, lag_ms: { p50: 1, p90: 2 }, call: {} },
      ],
      engagement_patterns: patterns.map(({ entry, request, perSecond }, i) => ({
        name: `pattern ${i}`,
        time_window: 'PT1H',
        interaction_type: 'query',
        expected_volume: 3600 * perSecond,
        latency_target_ms: 1000,
        entry: id(entry),
        request,
      })),
    },
  ],
});

const ALL: readonly Asked[] = [
  { entry: 'api', request: { http: 'GET /products/{1..50}' }, perSecond: 10 },
  { entry: 'db', request: { sql: 'select count(*) from pg_class where oid > {1..9}' }, perSecond: 10 },
  { entry: 'cache', request: { redis: ['GET', 'product:{1..50}'] }, perSecond: 10 },
];

describe.skipIf(engineProblem !== undefined)('a rehearsal with real requests', () => {
  let app: App;
  const rungs = (): boolean[] =>
    ['api', 'db', 'cache'].map((s) => isWarm(app.state().resources.find((r) => r.resource.id === id(s))?.rung ?? 'absent'));

  function rehearse(
    patterns: readonly Asked[],
    more: Partial<LiveWork> = {},
    signal = new AbortController().signal,
  ): Promise<Result<RehearsalResult>> {
    const durationMs = more.durationMs ?? 4000;
    return rehearsedLive(
      app,
      {
        read: readScenarioOf(document(patterns), { durationMs }),
        personas: ['Shopper'],
        durationMs,
        scale: 1,
        seed: 1,
        injected: [],
        practices: [],
        leave: 'warm',
        ...more,
      },
      {
        play,
        signal,
        progress: () => {},
        pause: async () => {},
        cores: 2,
        every: (ms, look) => {
          const timer = setInterval(look, ms);
          return () => clearInterval(timer);
        },
      },
    );
  }

  async function well(...given: Parameters<typeof rehearse>): Promise<RehearsalResult> {
    const result = await rehearse(...given);
    if (!result.ok) throw new Error(result.fault.message);
    return result.value;
  }

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'compose.yaml'), COMPOSE);
    const opened = await openApp({
      folder,
      stateFolder: join(root, 'state'),
      bundles: resolve(import.meta.dirname, '../../dist'),
      log: () => {},
      providers: { embedded: 'off' },
      settings: { mode: 'shadow', gateway: 'off' },
    });
    if (!opened.ok) throw new Error(opened.fault.message);
    app = opened.value;
  });

  afterAll(async () => {
    await app?.dispose();
    const label = [`com.docker.compose.project=${project}`];
    for (const { Id } of await docker.listContainers({ all: true, filters: { label } }))
      await docker.getContainer(Id).remove({ force: true, v: true });
    for (const { Id } of await docker.listNetworks({ filters: { label } })) await docker.getNetwork(Id).remove();
    rmSync(root, { recursive: true, force: true });
  });

  it('warms, asks over HTTP, PostgreSQL and Redis, measures, and leaves all as it was', async () => {
    const result = await well(ALL, { leave: 'before' });
    expect(result.rehearsal).toMatchObject({ engine: 'live', end: 'done' });
    expect(result.errorRate).toBe(0);
    expect(result.patterns.map((p) => (p.latencyMs.p50.value ?? 0) > 0)).toEqual([true, true, true]);
    expect(result.throughput).toBeGreaterThan(15);
    expect(Object.keys(result.utilization).sort()).toEqual(['api', 'cache', 'db'].map(id).sort());
    expect(result.resources.find((r) => r.id === id('db'))?.queue.value).toBeNull();
    expect(result.memoryBytes).toBeGreaterThan(2 ** 20);
    const saved = readResult(JSON.parse(JSON.stringify(result)), 'saved.json');
    expect(saved.ok && compareResults(saved.value, result).every((d) => d.change === 0 || d.change === null)).toBe(true);
    expect(rungs()).toEqual([false, false, false]);
  });

  it('a delay and errors are injected by the gateway, and are gone afterwards', async () => {
    const [api] = ALL as [Asked];
    const slow = await well([api], { injected: [{ do: 'delay', of: id('api'), ms: 300 }] });
    expect(slow.latencyMs.p50).toBeGreaterThan(300);
    const failing = await well([api], { injected: [{ do: 'errors', of: id('api'), rate: 0.5 }] });
    expect(failing.errorRate).toBeGreaterThan(0.2);
    expect(failing.errorRate).toBeLessThan(0.8);
    expect((await well([api])).errorRate).toBe(0);
  });

  it('what would write is refused by the server where the text did not show it', async () => {
    const result = await well([
      {
        entry: 'db',
        request: { sql: 'with a as (insert into products values (99999, $$x$$, 1) returning 1) select * from a' },
        perSecond: 5,
      },
    ]);
    expect(result.errorRate).toBe(1);
  });

  it('cancelled, it ends at once', async () => {
    const controller = new AbortController();
    const long = rehearse(
      [{ entry: 'db', request: { sql: 'select pg_sleep(20)' }, perSecond: 5 }],
      { durationMs: 60_000 },
      controller.signal,
    );
    setTimeout(() => controller.abort(), 3000);
    const begun = performance.now();
    expect(await long).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('refuses what it does not know, and faults that cannot be injected', async () => {
    expect(await rehearse(ALL, { injected: [{ do: 'errors', of: id('nowhere'), rate: 1 }] })).toMatchObject({ ok: false });
    expect(await rehearse(ALL, { injected: [{ do: 'replicas', of: id('api'), to: 2 }] })).toMatchObject({ ok: false });
    expect(await rehearse(ALL, { durationMs: 4_000_000 })).toMatchObject({ ok: false, fault: { code: 'wrong-usage' } });
  });
});
