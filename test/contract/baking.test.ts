import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Observation, Resource, Result, Snapshot } from '../../src/domain/index.ts';
import type { Context, Provider, Snapshots } from '../../src/provision/provider.ts';
import { createComposeProvider } from '../../src/provision/providers/compose.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { docker, engineProblem } from './engine.ts';

const WORKSPACE = `baking-${process.pid}`;
const root = mkdtempSync(join(tmpdir(), 'prewarm-baking-'));

/** A compose project that is really there: a database whose init scripts are in `init/`, found by the real scan. */
interface Project {
  readonly db: Resource;
  seed(file: string, text: string): void;
}

function project(name: string, more: readonly string[] = [], top: readonly string[] = []): Project {
  const folder = join(root, name);
  mkdirSync(join(folder, 'init'), { recursive: true });
  const text = [
    `name: ${WORKSPACE}-${name}`,
    'services:',
    '  db:',
    '    image: postgres:15',
    '    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: shop }',
    '    ports: ["5432"]',
    '    healthcheck: { test: ["CMD", "pg_isready", "-U", "postgres"], interval: 30s }',
    '    volumes:',
    '      - ./init:/docker-entrypoint-initdb.d:ro',
    ...more,
    ...top,
  ].join('\n');
  writeFileSync(join(folder, 'compose.yaml'), text);
  const [db] = scan({ name: 'test', folder }, [{ path: 'compose.yaml', text }]).resources as [Resource];
  return { db, seed: (file, sql) => writeFileSync(join(folder, 'init', file), sql) };
}

const context = (more: Partial<Context> = {}): Context => ({
  workspace: WORKSPACE,
  storage: join(root, 'storage'),
  leases: join(root, 'leases'),
  instance: 'window-1-a',
  onBehalfOf: 'person' as const,
  now: Date.now,
  leaseMs: 30 * 60_000,
  signal: new AbortController().signal,
  progress: () => {},
  ...more,
});

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
  return result.value;
};

async function ask(at: Observation, sql: string): Promise<unknown[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: at.backends[0]?.port ?? 0,
    user: 'postgres',
    password: 'secret',
    database: 'shop',
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const volumes = async (): Promise<string[]> =>
  ((await docker.listVolumes({ filters: JSON.stringify({ label: [`dev.prewarm.workspace=${WORKSPACE}`] }) as never })).Volumes ?? [])
    .map((v) => v.Name)
    .sort();
const containers = async () => docker.listContainers({ all: true, filters: { label: [`dev.prewarm.workspace=${WORKSPACE}`] } });
const nameless = async (): Promise<number> =>
  ((await docker.listVolumes()).Volumes ?? []).filter((v) => /^[0-9a-f]{64}$/.test(v.Name)).length;

const TABLE = 'create table item (id int primary key); insert into item select generate_series(1, 1000);';
const COUNT = 'select count(*)::int as n from item';

const title = engineProblem ? `baking (skipped: ${engineProblem})` : 'baking';
describe.skipIf(engineProblem !== undefined)(title, () => {
  let provider: Provider;
  let snapshots: Snapshots;
  const ready = async (r: Resource, by = provider): Promise<Observation> => value(await by.reach(r, 'ready', context()));
  const listed = async (...resources: Resource[]): Promise<readonly Snapshot[]> =>
    value(await snapshots.list(resources, context())).filter((s) => resources.some((r) => r.id === s.resource));

  beforeEach(() => {
    provider = createComposeProvider();
    snapshots = provider.snapshots as Snapshots;
  });
  afterAll(async () => {
    for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true, v: true });
    // Copies before the volumes that they are laid over.
    for (const name of (await volumes()).sort((a, b) => Number(/upper|snapshot/.test(a)) - Number(/upper|snapshot/.test(b))))
      await docker.getVolume(name).remove();
    for (const { Name, Id } of await docker.listNetworks()) if (Name.startsWith(WORKSPACE)) await docker.getNetwork(Id).remove();
    rmSync(root, { recursive: true, force: true });
  });

  it('seeds once, starts from that ever after, and keeps what the developer wrote', async () => {
    const { db, seed } = project('once');
    seed('01.sql', TABLE);
    const before = await nameless();
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1000 }]);
    expect(await nameless()).toBe(before);
    expect((await listed(db)).slice().sort((a, b) => (a.type < b.type ? -1 : 1))).toMatchObject([
      { type: 'copy', inUse: true, current: true },
      { type: 'snapshot', inUse: true, current: true },
    ]);
    expect((await containers()).filter((c) => c.Labels['dev.prewarm.part'])).toEqual([]);

    await ask(await ready(db), 'insert into item values (0)');
    await provider.reach(db, 'created', context());
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1001 }]);
    await provider.reach(db, 'absent', context());
    expect(await listed(db)).toHaveLength(2);
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1001 }]);
    const steps: string[] = [];
    await provider.reach(db, 'absent', context());
    value(await provider.reach(db, 'ready', context({ progress: (text) => steps.push(text) })));
    expect(steps.filter((s) => /seeding|docker compose|Network/.test(s))).toEqual([]);
    expect(await listed(db)).toHaveLength(2);
  });

  it('is the service of the developer’s project, which their own tool knows', async () => {
    const { db, seed } = project('theirs');
    seed('01.sql', TABLE);
    await ready(db);
    const { file } = db.spec as Extract<Resource['spec'], { type: 'compose' }>;
    const compose = (...args: string[]): string => execFileSync('docker', ['compose', '-f', file, ...args], { stdio: 'pipe' }).toString();
    expect(JSON.parse(compose('ps', '--format', 'json'))).toMatchObject({ Service: 'db', State: 'running' });
    compose('down');
    expect((await listed(db)).map((s) => s.inUse).sort()).toEqual([false, true]);
  });

  it('a changed seed is baked beside what serves, which goes on until the next start', async () => {
    const { db, seed } = project('changed');
    seed('01.sql', TABLE);
    const first = await ready(db);
    seed('02.sql', 'insert into item values (-1);');
    expect((await listed(db)).map((s) => s.current)).toEqual([false, false]);
    // A new container, before it is baked: the last good one.
    await provider.reach(db, 'absent', context());
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1000 }]);

    const baked = value(await snapshots.bake(db, context()));
    expect(baked).toMatchObject({ type: 'snapshot', current: true, resource: db.id });
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1000 }]);
    expect(value(await snapshots.bake(db, context()))?.id).toBe(baked?.id);
    await provider.reach(db, 'created', context());
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1001 }]);
    expect(first.id).toBe(db.id);
    expect((await listed(db)).filter((s) => s.type === 'copy')).toHaveLength(2);
  });

  it('two variants do not see each other’s writes', async () => {
    const { db, seed } = project('variants');
    seed('01.sql', TABLE);
    const branch: Resource = { ...db, variant: 'branch:Feature/X' };
    const [one, other] = [await ready(db), await ready(branch)];
    expect(other.backends[0]?.port).not.toBe(one.backends[0]?.port);
    await ask(one, 'insert into item values (0)');
    await ask(other, 'delete from item');
    expect(await ask(one, COUNT)).toEqual([{ n: 1001 }]);
    expect(await ask(other, COUNT)).toEqual([{ n: 0 }]);
    const { file } = db.spec as Extract<Resource['spec'], { type: 'compose' }>;
    const services = execFileSync('docker', ['compose', '-f', file, 'ps', '--services'], { stdio: 'pipe' }).toString();
    expect(services.trim()).toBe('db');
    await provider.reach(branch, 'absent', context());
    expect((await provider.observe([db], context()))[0]?.rung).toBe('ready');
    expect(await ask(await ready(branch), COUNT)).toEqual([{ n: 0 }]);
    expect((await listed(db)).filter((s) => s.type === 'snapshot')).toHaveLength(1);
  });

  it('a volume that the developer declared is never replaced or written by us; a variant has data of its own', async () => {
    const named = project('named', ['      - data:/var/lib/postgresql/data'], ['volumes: { data: {} }']);
    named.seed('01.sql', TABLE);
    const { db } = named;
    expect(value(await snapshots.bake(db, context()))).toBeUndefined();
    await ask(await ready(db), 'insert into item values (0)');
    const branch: Resource = { ...db, variant: 'branch:x' };
    expect(await ask(await ready(branch), COUNT)).toEqual([{ n: 1000 }]);
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1001 }]);
    const mounts = (await containers())
      .filter((c) => c.Labels['dev.prewarm.resource'] === db.id)
      .flatMap((c) => c.Mounts.map((m) => m.Name ?? ''));
    expect(mounts.filter((m) => m === `${WORKSPACE}-named_data`)).toHaveLength(1);
    for (const r of [db, branch]) await provider.reach(r, 'absent', context());
    await docker.getVolume(`${WORKSPACE}-named_data`).remove();
  });

  it('a seed script that fails: the message names it, nothing is left, the last good one serves', async () => {
    const { db, seed } = project('broken');
    seed('01.sql', 'insert into nothing values (1);');
    const failed = await provider.reach(db, 'ready', context());
    expect(failed).toMatchObject({ ok: false, fault: { code: 'start-failed' } });
    if (!failed.ok) expect(failed.fault.message).toMatch(/db: seeding it failed in 01\.sql .*relation "nothing" does not exist/);
    expect(await listed(db)).toEqual([]);
    expect((await volumes()).filter((v) => v.includes('seal') === false && v.includes('broken'))).toEqual([]);

    seed('01.sql', TABLE);
    await ready(db);
    const whole = await volumes();
    seed('02.sql', 'select 1/0;');
    expect(await snapshots.bake(db, context())).toMatchObject({ ok: false, fault: { code: 'start-failed' } });
    expect(await volumes()).toEqual(whole);
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1000 }]);
    await provider.reach(db, 'absent', context());
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1000 }]);
  });

  it('cancelled half-way leaves nothing, and what a killed one left running is taken up again', async () => {
    const { db, seed } = project('cancelled');
    seed('01.sql', `${TABLE} select pg_sleep(2);`);
    const before = await volumes();
    const controller = new AbortController();
    const cancelled = await snapshots.bake(
      db,
      context({ signal: controller.signal, progress: (text) => void (/seeding/.test(text) && setTimeout(() => controller.abort(), 700)) }),
    );
    expect(cancelled).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(await volumes()).toEqual(before);
    expect((await containers()).filter((c) => c.Labels['dev.prewarm.part'])).toEqual([]);

    // As after kill -9: whoever began is gone, and its container goes on.
    void snapshots.bake(db, context());
    const running = async () => (await containers()).find((c) => c.Labels['dev.prewarm.part'] === 'seeding' && c.State === 'running');
    await expect.poll(running, { timeout: 20_000 }).toBeDefined();
    const seeding = (await running())?.Id;
    const other = createComposeProvider();
    expect(value(await (other.snapshots as Snapshots).bake(db, context()))).toMatchObject({ type: 'snapshot', current: true });
    // Who sealed it takes it away, and need not have come to the end of that yet.
    const status = () =>
      docker
        .getContainer(seeding as string)
        .inspect()
        .then(
          () => 200,
          (error: { statusCode?: number }) => error.statusCode,
        );
    await expect.poll(status, { timeout: 20_000 }).toBe(404);
  });

  it('two that bake at once make one', async () => {
    const { db, seed } = project('both');
    seed('01.sql', TABLE);
    const baked = await Promise.all([snapshots, createComposeProvider().snapshots as Snapshots].map((s) => s.bake(db, context())));
    const [one, other] = baked.map(value);
    expect(one?.id).toBe(other?.id);
    expect((await listed(db)).filter((s) => s.type === 'snapshot')).toHaveLength(1);
    expect((await containers()).filter((c) => c.Labels['dev.prewarm.part'])).toEqual([]);
    expect(await ask(await ready(db), COUNT)).toEqual([{ n: 1000 }]);
  });

  it('its migrations are baked in, alone with it; changed ones are baked anew, a broken one is as far as it came', async () => {
    const { db, seed } = project('migrated', [
      '  migrate:',
      '    image: postgres:15',
      '    depends_on: { db: { condition: service_healthy } }',
      '    environment: { PGPASSWORD: secret }',
      '    volumes: ["./migrations:/migrations"]',
      `    entrypoint: ["sh", "-c", "touch /migrations/mine; for f in /migrations/*.sql; do psql -v ON_ERROR_STOP=1 -h db -U postgres shop -f $$f || exit 1; done; ! grep host.docker.internal /etc/hosts"]`,
      '    extra_hosts: ["host.docker.internal:host-gateway"]',
    ]);
    const migrations = join(root, 'migrated', 'migrations');
    mkdirSync(migrations);
    const steps: string[] = [];
    const migrated = async (): Promise<unknown> => {
      value(await snapshots.bake(db, context({ progress: (text) => steps.push(text) })));
      await provider.reach(db, 'absent', context());
      return ask(await ready(db), 'select max(price)::int as n from item');
    };
    seed('01.sql', TABLE);
    writeFileSync(join(migrations, '01.sql'), 'alter table item add price int default 3;');
    expect(await migrated()).toEqual([{ n: 3 }]);
    // It finds no other way to a database, and may not write into the repository.
    expect(steps).toContain('migrating it (migrate)');
    expect(steps.filter((s) => /failed/.test(s))).toEqual([]);
    expect(readdirSync(migrations)).toEqual(['01.sql']);

    writeFileSync(join(migrations, '02.sql'), 'update item set price = 4;');
    expect((await listed(db)).map((s) => s.current)).not.toContain(true);
    expect(await migrated()).toEqual([{ n: 4 }]);
    writeFileSync(join(migrations, '03.sql'), 'update item set price = 5; select 1/0;');
    expect(await migrated()).toEqual([{ n: 5 }]);
    expect(steps.at(-2)).toMatch(/migrate failed: exit code 1 \(.*division by zero/);

    expect((await containers()).filter((c) => c.Labels['dev.prewarm.part'])).toEqual([]);
    const networks = await docker.listNetworks({ filters: { label: [`dev.prewarm.workspace=${WORKSPACE}`] } });
    expect(networks).toEqual([]);
  });

  it('removes only what is ours and not in use, and only by word', async () => {
    const { db, seed } = project('removed');
    seed('01.sql', TABLE);
    await ready(db);
    const [copy, snapshot] = ['copy', 'snapshot'].map((type) => (s: Snapshot) => s.type === type);
    const id = async (which: typeof copy): Promise<string> => (await listed(db)).find(which as (s: Snapshot) => boolean)?.id as string;
    for (const which of [copy, snapshot])
      expect(await snapshots.remove(await id(which), context())).toMatchObject({
        ok: false,
        fault: { message: expect.stringMatching(/in use/) },
      });
    expect(await snapshots.remove('some-volume', context())).toMatchObject({ ok: false, fault: { code: 'not-found' } });
    await provider.reach(db, 'absent', context());
    for (const which of [copy, snapshot]) value(await snapshots.remove(await id(which), context()));
    expect(await listed(db)).toEqual([]);
  });

  it('a budget of nothing bakes nothing; one that is too small is refused by name of the command that helps', async () => {
    const { db, seed } = project('budget');
    seed('01.sql', TABLE);
    const small = createComposeProvider({ snapshotBytes: 1 });
    const refused = await (small.snapshots as Snapshots).bake(db, context());
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: 'storage-failed', message: expect.stringMatching(/prewarm snapshots prune/) },
    });
    const none = createComposeProvider({ snapshotBytes: 0 });
    expect(value(await (none.snapshots as Snapshots).bake(db, context()))).toBeUndefined();
    expect(await ask(await ready(db, small), COUNT)).toEqual([{ n: 1000 }]);
    expect(await listed(db)).toEqual([]);
  });
});
