import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import { docker, engineProblem } from './engine.ts';

/** Branches' copies and standbys, as a developer has them: the whole app, a repository, a real engine with a real PostgreSQL. */
const ROOT = join(import.meta.dirname, '..', '..');
const temp = mkdtempSync(join(tmpdir(), 'prewarm-variants-'));
const shop = join(temp, 'variants-shop');
const DB = 'compose:prewarm-variants/db';
let usualPort = 0;
let app: App;

const git = (...args: string[]): void =>
  void execFileSync('git', ['-C', shop, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { stdio: 'pipe' });

beforeAll(async () => {
  cpSync(join(ROOT, 'resources', 'sample-shop'), shop, { recursive: true });
  usualPort = await freePort();
  const compose = readFileSync(join(shop, 'compose.yaml'), 'utf8');
  writeFileSync(
    join(shop, 'compose.yaml'),
    compose.replace('name: sample-shop', 'name: prewarm-variants').replace('"5432:5432"', `"${usualPort}:5432"`),
  );
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'one');
});

afterEach(async () => {
  await app?.cool([DB]);
  await app?.keepStandbys([]);
  await app?.dispose();
});

afterAll(async () => {
  if (engineProblem !== undefined) return;
  const workspace = app.state().workspace.id;
  const label = [`dev.prewarm.workspace=${workspace}`];
  for (const { Id } of await docker.listContainers({ all: true, filters: { label } }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  // Copies before the snapshots that they are made of.
  for (let round = 0; round < 3; round++)
    for (const { Name } of (await docker.listVolumes({ filters: JSON.stringify({ label }) as never })).Volumes ?? [])
      await docker
        .getVolume(Name)
        .remove()
        .catch(() => {});
  await docker
    .getNetwork('prewarm-variants_default')
    .remove()
    .catch(() => {});
  rmSync(temp, { recursive: true, force: true });
});

async function open(settings: Parameters<typeof openApp>[0]['settings']): Promise<App> {
  const opened = await openApp({
    folder: shop,
    stateFolder: join(temp, 'state'),
    bundles: join(ROOT, 'dist'),
    settings: { mode: 'auto', ...settings },
    providers: { embedded: 'off' },
    log: () => {},
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
}

const state = (id = DB) => app.state().resources.find((r) => r.resource.id === id);
const ownPort = (): number => Number(state()?.endpoint?.split(':').at(-1));

async function ask(sql: string, port = usualPort): Promise<unknown> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'shop', password: 'shop', database: 'shop' });
  client.on('error', () => {});
  await client.connect();
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await holds()) return;
    await app.settle();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `${what} did not come about: ${JSON.stringify(app.state().resources.map((r) => [r.resource.id, r.rung, r.decision?.reason]))}`,
  );
}

const containers = async (variant: string | undefined) =>
  (await docker.listContainers({ all: true, filters: { label: [`dev.prewarm.workspace=${app.state().workspace.id}`] } })).filter(
    (c) => c.Labels['dev.prewarm.variant'] === variant,
  );

describe.skipIf(engineProblem !== undefined)(`variants${engineProblem ? ` (skipped: ${engineProblem})` : ''}`, () => {
  it('each branch has its own data: at the usual port while it is checked out, and at a port of its own', async () => {
    app = await open({ branchCopies: 'on' });
    expect(await app.warm([DB])).toEqual([]);
    expect(await ask('select count(*)::int from orders')).toBe(30000);
    await ask('delete from orders');
    git('switch', '-qc', 'feature/prices');
    await until('the copy of the branch', () => state()?.resource.variant === 'branch:feature/prices' && state()?.rung === 'ready');
    expect(await ask('select count(*)::int from orders')).toBe(30000);
    expect(ownPort()).not.toBe(usualPort);
    expect(await ask('select count(*)::int from orders', ownPort())).toBe(30000);
    await ask('create table only_here (a int)');
    const port = ownPort();

    git('switch', '-q', 'main');
    await until('the first copy', () => state()?.resource.variant === undefined && state()?.rung === 'ready');
    expect(await ask('select count(*)::int from orders')).toBe(0);
    await expect(ask('select 1', port)).rejects.toThrow(/ECONNREFUSED/);
    expect((await containers('branch:feature/prices')).map((c) => c.State)).toEqual(['exited']);

    git('switch', '-q', 'feature/prices');
    await until('the copy again', () => state()?.resource.variant === 'branch:feature/prices' && state()?.rung === 'ready');
    expect(await ask('select count(*)::int from only_here')).toBe(0);
    expect(ownPort()).toBe(port);
    git('switch', '-q', 'main');
  });

  it('a standby takes over in an instant when the first dies, and a new one is made', async () => {
    app = await open({});
    await app.warm([DB]);
    await app.keepStandbys([DB]);
    await until('a paused standby', () => state(`${DB}~standby1`)?.rung === 'paused');
    await ask('select 1');
    const first = (await containers(undefined)).find((c) => c.Labels['dev.prewarm.resource'] === DB);
    await docker.getContainer(first?.Id ?? '').pause();
    // It hangs: the kernel still accepts for it, so only its probe can tell.
    await app.settle();
    expect(await ask('select count(*)::int from orders')).toBe(30000);
    expect(state()?.standby).toMatchObject({ number: 1 });
    expect(app.why(DB).join(' ')).toMatch(/Standby 1 serves in its place/);
    expect(app.state().faults.map((f) => f.code)).toContain('failed-over');
    await until('another standby', () => state(`${DB}~standby2`)?.rung === 'paused');
    // Somebody wants the first, so it is repaired meanwhile.
    await until('the first again', () => state()?.rung === 'ready');
    expect(await app.keepStandbys([])).toEqual([]);
    for (const number of [1, 2]) expect(await containers(`standby:${number}`)).toEqual([]);
    const listed = await app.snapshots.list();
    expect(listed.ok && listed.value.filter((s) => s.type === 'snapshot').map((s) => s.resource)).toEqual([DB]);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
