import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation, Resource, Result } from '../../src/domain/index.ts';
import type { Context, Provider, Snapshots } from '../../src/provision/provider.ts';
import { createComposeProvider } from '../../src/provision/providers/compose.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { keepingDefaultBridge } from '../harness/defaultBridge.ts';
import { engineProblem } from './engine.ts';

const problem =
  engineProblem ??
  (process.platform !== 'linux' || process.getuid?.() !== 0 ? 'it mounts a small disk, which needs root on Linux' : undefined);

const root = mkdtempSync(join(tmpdir(), 'prewarm-full-'));
const disk = join(root, 'disk');
const socket = join(root, 'docker.sock');
const WORKSPACE = `full-${process.pid}`;
/** Enough to load the image, which the engine unpacks twice for a moment. */
const DISK_MB = 1800;
const FREE_MB = 400;
let engine: ChildProcess | undefined;
const docker = new Docker({ socketPath: socket });

/** An engine of its own, whose whole data root is on a small disk. */
async function startEngine(): Promise<void> {
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk]);
  const log = openSync(join(root, 'dockerd.log'), 'a');
  const own = [
    '--data-root',
    join(disk, 'docker'),
    '--exec-root',
    join(root, 'exec'),
    '--pidfile',
    join(root, 'pid'),
    '-H',
    `unix://${socket}`,
  ];
  const apart = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--default-address-pool', 'base=10.213.0.0/16,size=24'];
  await keepingDefaultBridge(async () => {
    engine = spawn('dockerd', [...own, ...apart], { stdio: ['ignore', log, log], detached: true });
    for (let tries = 0; tries < 300 && !(await answers()); tries++) await sleep(100);
  });
  execFileSync('sh', ['-c', `docker save postgres:15 | docker -H unix://${socket} load`], { stdio: 'ignore' });
}

const answers = (): Promise<boolean> =>
  docker.ping().then(
    () => true,
    () => false,
  );

async function stopEngine(): Promise<void> {
  const ended = new Promise((resolve) => engine?.once('exit', resolve));
  engine?.kill('SIGTERM');
  await ended;
  execFileSync('umount', ['-l', disk]);
  rmSync(root, { recursive: true, force: true });
}

const freeMB = (): number => {
  const { bavail, bsize } = statfsSync(disk);
  return Math.round((bavail * bsize) / 2 ** 20);
};
const fill = (name: string, leaveMB: number): void =>
  void execFileSync('dd', ['if=/dev/zero', `of=${join(disk, name)}`, 'bs=1M', `count=${Math.max(0, freeMB() - leaveMB)}`], {
    stdio: 'ignore',
  });

const folder = join(root, 'shop');
function declare(): Resource {
  mkdirSync(join(folder, 'init'), { recursive: true });
  const text = [
    `name: ${WORKSPACE}`,
    'services:',
    '  db:',
    '    image: postgres:15',
    '    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: shop }',
    '    ports: ["5432"]',
    '    healthcheck: { test: ["CMD", "pg_isready", "-U", "postgres"], interval: 30s }',
    '    volumes: ["./init:/docker-entrypoint-initdb.d:ro"]',
  ].join('\n');
  writeFileSync(join(folder, 'compose.yaml'), text);
  return scan({ name: 'shop', folder }, [{ path: 'compose.yaml', text }]).resources[0] as Resource;
}
const seed = (file: string, text: string): void => writeFileSync(join(folder, 'init', file), text);

const context: Context = {
  workspace: WORKSPACE,
  storage: join(root, 'storage'),
  leases: join(root, 'leases'),
  instance: 'window-1-a',
  onBehalfOf: 'person' as const,
  now: Date.now,
  leaseMs: 30 * 60_000,
  signal: new AbortController().signal,
  progress: () => {},
};
const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
  return result.value;
};
async function count(at: Observation): Promise<unknown> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: at.backends[0]?.port ?? 0,
    user: 'postgres',
    password: 'secret',
    database: 'shop',
  });
  await client.connect();
  try {
    return (await client.query('select count(*)::int as n from item')).rows[0];
  } finally {
    await client.end();
  }
}
const things = async (): Promise<readonly string[]> =>
  [
    ...((await docker.listVolumes()).Volumes ?? []).map((v) => v.Name),
    ...(await docker.listContainers({ all: true })).map((c) => `container ${c.Names[0]}`),
  ].sort();

describe.skipIf(problem !== undefined)(problem ? `disk full while baking (skipped: ${problem})` : 'disk full while baking', () => {
  let db: Resource;
  let provider: Provider;
  let before: readonly string[];

  beforeAll(async () => {
    await startEngine();
    fill('ballast', FREE_MB);
    db = declare();
    provider = createComposeProvider({ host: `unix://${socket}` });
    seed('01.sql', 'create table item (id int); insert into item select generate_series(1, 1000);');
    expect(await count(value(await provider.reach(db, 'ready', context)))).toEqual({ n: 1000 });
    before = await things();
  });
  afterAll(async () => {
    if (await answers()) {
      for (const { Id } of await docker.listContainers({ all: true })) await docker.getContainer(Id).remove({ force: true });
      for (const { Id, Name } of await docker.listNetworks()) if (Name.startsWith(WORKSPACE)) await docker.getNetwork(Id).remove();
    }
    await stopEngine();
  });

  const goesOn = async (): Promise<void> => {
    expect(await things()).toEqual(before);
    expect(await count((await provider.observe([db], context))[0] as Observation)).toEqual({ n: 1000 });
    await provider.reach(db, 'absent', context);
    expect(await count(value(await provider.reach(db, 'ready', context)))).toEqual({ n: 1000 });
    expect(await things()).toEqual(before);
  };
  const bake = () => (provider.snapshots as Snapshots).bake(db, context);

  it('a seed that fills it at once: the message names the cause and the way out, the half-made is gone, the last good one serves', async () => {
    seed('02.sh', 'cat /dev/zero > "$PGDATA/dump"');
    const failed = await bake();
    expect(failed).toMatchObject({ ok: false, fault: { code: 'storage-failed', retry: 'later' } });
    if (!failed.ok)
      expect(failed.fault.message).toMatch(/db: .*(no space left on device|only \d+ MB of \d+ MB left).*prewarm snapshots prune/i);
    await goesOn();
  });

  it('a seed that fills it slowly is stopped before it is full', async () => {
    seed('02.sh', 'while true; do head -c 20000000 /dev/zero >> "$PGDATA/dump"; sleep 0.2; done');
    const failed = await bake();
    expect(failed).toMatchObject({ ok: false, fault: { code: 'storage-failed' } });
    if (!failed.ok)
      expect(failed.fault.message).toMatch(/db: baking it was stopped because the engine's disk has only \d+ MB of \d+ MB left/);
    await goesOn();
  });

  it('with less room, the seed is baked', async () => {
    seed('02.sh', 'psql -U postgres -d shop -c "insert into item values (0)"');
    value(await bake());
    await provider.reach(db, 'created', context);
    expect(await count(value(await provider.reach(db, 'ready', context)))).toEqual({ n: 1001 });
  });
});
