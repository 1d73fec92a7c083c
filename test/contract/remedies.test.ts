import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import type { Recommendation } from '../../src/app/remedies/remedy.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import { ensureApi } from '../harness/images.mjs';
import { docker, engineProblem } from './engine.ts';
import { BUNDLES } from './shop.ts';

/** Recommendations applied to real containers, and taken back: by the whole app, over the real engine. */
const root = mkdtempSync(join(tmpdir(), 'prewarm-remedies-'));
const project = `prewarm-remedies-${process.pid}`;
const folder = join(root, project);
const API = `compose:${project}/api`;
const DB = `compose:${project}/db`;
const opened: App[] = [];
let port = 0;
let dbPort = 0;
let app: App;

const composeOf = (): string => `name: ${project}
services:
  api:
    image: prewarm-test/api
    cpus: 0.5
    mem_limit: 256m
    ports: ["${port}:8080"]
    environment: { THREADS: "4", WORK: "100", POOL: "1", DATABASE_URL: "postgres://shop:shop@db/shop", ORDERS: "20000" }
    depends_on: [db]
  db:
    image: postgres:15
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: shop, POSTGRES_DB: shop }
    ports: ["${dbPort}:5432"]
    healthcheck: { test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1"], interval: 30s }
`;

async function open(): Promise<App> {
  const next = await openApp({
    folder,
    stateFolder: join(root, 'state'),
    bundles: BUNDLES,
    log: () => {},
    providers: { embedded: 'off', snapshotBytes: 0 },
    settings: { mode: 'auto', gateway: 'on', memoryBytes: 2 ** 32 },
  });
  if (!next.ok) throw new Error(next.fault.message);
  opened.push(next.value);
  return next.value;
}

const effect = (p95Ms: number) => ({ p95Ms, errorRate: 0, throughput: 10, harmMs: p95Ms });
const advised = (...changes: Recommendation['changes']): Recommendation => ({
  text: changes.map((c) => c.do).join(' and '),
  changes,
  before: effect(100),
  after: effect(40),
  costPerHour: 0,
});

async function containersOf(service: string) {
  const label = [`dev.prewarm.workspace=${app.state().workspace.id}`];
  const all = await docker.listContainers({ all: true, filters: { label } });
  return all.filter((c) => (c.Labels['dev.prewarm.resource'] ?? '').startsWith(`compose:${project}/${service}`));
}

/** What the engine has of the first one, as far as a remedy could change it. */
async function configuration(service: string) {
  const first = (await containersOf(service)).find((c) => c.Labels['dev.prewarm.variant'] === undefined);
  const { Config, HostConfig } = await docker.getContainer(first?.Id as string).inspect();
  const { Hostname: _, Labels, ...config } = Config;
  // The lease, and the tool's hash over it, are of the moment.
  const { 'dev.prewarm.lease': _lease, 'com.docker.compose.config-hash': _hash, ...labels } = Labels;
  return { config: { ...config, Env: [...(config.Env ?? [])].sort() }, host: HostConfig, labels };
}

/** Who answered: the name of the container. */
const ask = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    }).on('error', reject);
  });

async function applied(advice: Recommendation, given?: Parameters<App['remedies']['apply']>[1]) {
  const result = await app.remedies.apply(advice, given);
  if (!result.ok) throw new Error(result.fault.message);
  await app.settle();
  return result.value;
}

async function takenBack(id: string): Promise<void> {
  const result = await app.remedies.undo(id);
  if (!result.ok) throw new Error(result.fault.message);
  await app.settle();
}

describe.skipIf(engineProblem !== undefined)(`remedies${engineProblem ? ` (skipped: ${engineProblem})` : ''}`, () => {
  beforeAll(async () => {
    await ensureApi();
    [port, dbPort] = [await freePort(), await freePort()];
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'compose.yaml'), composeOf());
    app = await open();
    expect(await app.warm([API])).toEqual([]);
    await app.settle();
  });

  afterAll(async () => {
    const workspace = app?.state().workspace.id;
    for (const each of opened) await each.dispose();
    if (engineProblem !== undefined || !workspace) return;
    const label = [`dev.prewarm.workspace=${workspace}`];
    for (const { Id } of await docker.listContainers({ all: true, filters: { label } }))
      await docker.getContainer(Id).remove({ force: true, v: true });
    await docker
      .getNetwork(`${project}_default`)
      .remove()
      .catch(() => {});
    rmSync(root, { recursive: true, force: true });
  });

  it('a limit goes up on the running container, and back to what was declared', async () => {
    const before = await configuration('api');
    const [running] = await containersOf('api');
    const advice = advised({ do: 'cpu', of: API, cores: 1.25 });
    expect(app.remedies.preview(advice)).toMatchObject({ restarts: [], starts: [], does: [expect.stringMatching(/1.25 cores/)] });
    const { id } = await applied(advice);
    expect((await configuration('api')).host).toMatchObject({ NanoCpus: 1.25e9, Memory: 256 * 2 ** 20 });
    expect((await containersOf('api'))[0]?.Id).toBe(running?.Id);
    // A second pass, and another look at the machine, leave it.
    await app.settle();
    expect((await configuration('api')).host).toMatchObject({ NanoCpus: 1.25e9 });
    await takenBack(id);
    expect(await configuration('api')).toEqual(before);
    expect((await containersOf('api'))[0]?.Id).toBe(running?.Id);
  });

  it('variables make the container anew, and taken back it is as it was declared', async () => {
    const before = await configuration('api');
    const advice = advised({ do: 'pool', of: `${API} → ${DB}`, to: 6, environment: { POOL: '6' } });
    expect(app.remedies.preview(advice).restarts).toMatchObject([{ resource: API, connections: 0 }]);
    const { id } = await applied(advice);
    expect((await configuration('api')).config.Env).toContain('POOL=6');
    expect(await ask('/orders?customer=7')).toBe(200);
    // It stays through being cooled down, and through another window.
    await app.cool([API]);
    await app.dispose();
    app = await open();
    expect(await app.warm([API])).toEqual([]);
    expect((await configuration('api')).config.Env).toContain('POOL=6');
    await takenBack(id);
    expect(await configuration('api')).toEqual(before);
    expect(await ask('/orders?customer=7')).toBe(200);
    const lines = app.remedies.lines().filter((l) => l.remedy === id);
    expect(lines.map((l) => l.did)).toEqual(['applied', 'undone']);
  });

  it('replicas share the clients of one port, and go again', async () => {
    const before = await configuration('api');
    const advice = advised({ do: 'replicas', of: API, to: 2 });
    expect(app.remedies.preview(advice).starts).toMatchObject([{ resource: `${API}~replica1` }]);
    const { id } = await applied(advice);
    expect((await containersOf('api')).map((c) => c.State)).toEqual(['running', 'running']);
    const cpu = async () =>
      Promise.all(
        (await containersOf('api')).map(async (c) => {
          const stats = await docker.getContainer(c.Id).stats({ stream: false });
          return stats.networks?.eth0?.rx_packets ?? 0;
        }),
      );
    const asked = await cpu();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('/work')));
    expect(answers.every((status) => status === 200)).toBe(true);
    const after = await cpu();
    for (const [i, packets] of after.entries()) expect(packets - (asked[i] as number)).toBeGreaterThan(40);
    await takenBack(id);
    expect((await containersOf('api')).length).toBe(1);
    expect(await configuration('api')).toEqual(before);
    expect(await ask('/work')).toBe(200);
  });

  it('an index is made in our database, used, and dropped; one of the developer’s is never', async () => {
    const advice = advised({ do: 'index', of: DB, factor: 1 / 3 });
    expect(app.remedies.preview(advice)).toMatchObject({ does: [], byHand: [expect.stringMatching(/Give the statement/)] });
    expect(await app.remedies.apply(advice)).toMatchObject({ ok: false });
    const given = { statement: 'CREATE INDEX CONCURRENTLY by_customer ON orders (customer);' };
    const { id } = await applied(advice, given);
    expect(await plan()).toMatch(/by_customer/);
    await takenBack(id);
    expect(await plan()).not.toMatch(/by_customer/);
    await sql('create index by_customer on orders (customer)');
    expect(await app.remedies.apply(advice, given)).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/has an index/) } });
    expect(await plan()).toMatch(/by_customer/);
    await sql('drop index by_customer');
  });

  it('what was begun when a window was killed is finished by the next', async () => {
    const { id } = await applied(advised({ do: 'pool', of: `${API} → ${DB}`, to: 3, environment: { POOL: '3' } }));
    await app.dispose();
    const memory = join(root, 'state');
    // As it stands on the disk when the window dies after it wrote down what it was about to do.
    const { execFileSync } = await import('node:child_process');
    const file = execFileSync('grep', ['-rl', id, memory], { encoding: 'utf8' })
      .split('\n')
      .find((f) => f.endsWith('.json')) as string;
    const { readFileSync } = await import('node:fs');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"phase":"applied"', '"phase":"undoing"'));
    app = await open();
    await app.settle();
    expect(app.remedies.list().find((r) => r.id === id)?.phase).toBe('undone');
    expect((await configuration('api')).config.Env).toContain('POOL=1');
  });

  it('what the developer started is not touched, and why is said', async () => {
    await app.cool([API, DB]);
    const theirs = await docker.createContainer({
      Image: 'prewarm-test/api',
      name: `${project}-theirs`,
      Labels: { 'com.docker.compose.project': project, 'com.docker.compose.service': 'api' },
    });
    await theirs.start();
    await app.settle();
    for (const change of [
      { do: 'cpu', of: API, cores: 1 },
      { do: 'pool', of: `${API} → ${DB}`, to: 9, environment: { POOL: '9' } },
      { do: 'replicas', of: API, to: 3 },
    ] as const)
      expect(await app.remedies.apply(advised(change))).toMatchObject({
        ok: false,
        fault: { message: expect.stringMatching(/started by you/) },
      });
    expect((await theirs.inspect()).State.Running).toBe(true);
    await theirs.remove({ force: true });
  });
});

async function sql(text: string): Promise<string> {
  const client = new pg.Client({ host: '127.0.0.1', port: dbPort, user: 'shop', password: 'shop', database: 'shop' });
  await client.connect();
  try {
    return JSON.stringify((await client.query(text)).rows);
  } finally {
    await client.end();
  }
}

const plan = (): Promise<string> => sql('explain select sum(quantity) from orders where customer = 7');

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}
