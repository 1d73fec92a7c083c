/**
 * How long a client waits from its connect to the first answered query, through the real gateway, when PostgreSQL with at least
 * 500 MB of seed is absent (seeded from the dump), baked, stopped, paused, running; and what a user does today: `docker compose up -d`,
 * wait until it is healthy, restore. One run, one machine, one dump.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import pg from 'pg';
import type { Observation, Resource, Result, Rung } from '../../src/domain/index.ts';
import { type Gateway, openGateway } from '../../src/provision/gateway/gateway.ts';
import type { Context, Provider, Snapshots } from '../../src/provision/provider.ts';
import { createComposeProvider } from '../../src/provision/providers/compose.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { type Figure, figure, tell } from './figures.ts';

const RUNS = Number(process.env.PREWARM_BENCH_RUNS ?? 5);
const WANTED_BYTES = Number(process.env.PREWARM_BENCH_MB ?? 520) * 2 ** 20;
/** Any image with the interface of the official one. */
const IMAGE = process.env.PREWARM_BENCH_POSTGRES ?? 'postgres:15';
const WORKSPACE = `bench-ready-${process.pid}`;
const root = mkdtempSync(join(tmpdir(), 'prewarm-ready-'));
const docker = new Docker();
const say = (text: string): void => void process.stderr.write(`  ${text}\n`);

/** A shop's dump as pg_dump writes it in plain format: tables, COPY, then primary keys, indexes and foreign keys. The same every time. */
function writeDump(path: string): number {
  const file = openSync(path, 'w');
  const write = (text: string): void => void writeSync(file, text);
  write(
    'SET client_min_messages = warning;\nCREATE TABLE customer (id integer NOT NULL, name text NOT NULL, email text NOT NULL, created timestamptz NOT NULL);\n' +
      'CREATE TABLE orders (id integer NOT NULL, customer_id integer NOT NULL, placed timestamptz NOT NULL, state text NOT NULL, total numeric(10,2) NOT NULL, note text);\n' +
      'CREATE TABLE line (id bigint NOT NULL, order_id integer NOT NULL, sku text NOT NULL, quantity integer NOT NULL, price numeric(10,2) NOT NULL, description text);\n',
  );
  // A linear congruential generator (Numerical Recipes): the same dump on every machine.
  let state = 42;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  const WORDS = 'blue red small large cotton steel oak plain fine heavy light round square daily spare winter summer north'.split(' ');
  const phrase = (words: number): string => Array.from({ length: words }, () => WORDS[next(WORDS.length)]).join(' ');
  const at = (): string => new Date(1.6e12 + next(100_000_000) * 1000).toISOString();
  const copy = (columns: string, rows: number, row: (id: number) => string): void => {
    write(`COPY ${columns} FROM stdin;\n`);
    let chunk = '';
    for (let id = 1; id <= rows; id++) {
      chunk += `${row(id)}\n`;
      if (chunk.length > 1 << 20) {
        write(chunk);
        chunk = '';
      }
    }
    write(`${chunk}\\.\n\n`);
  };
  const lines = Math.ceil(WANTED_BYTES / 124);
  const orders = Math.ceil(lines / 4);
  const customers = Math.ceil(orders / 8);
  copy('customer (id, name, email, created)', customers, (id) => `${id}\t${phrase(2)}\tc${id}@example.test\t${at()}`);
  copy('orders (id, customer_id, placed, state, total, note)', orders, (id) =>
    [id, 1 + next(customers), at(), ['open', 'paid', 'sent'][next(3)], `${next(90_000)}.${10 + next(90)}`, phrase(6)].join('\t'),
  );
  copy('line (id, order_id, sku, quantity, price, description)', lines, (id) =>
    [id, 1 + ((id * 7919) % orders), `SKU-${next(50_000)}`, 1 + next(9), `${next(900)}.${10 + next(90)}`, phrase(12)].join('\t'),
  );
  write(
    ['customer', 'orders', 'line'].map((t) => `ALTER TABLE ONLY ${t} ADD CONSTRAINT ${t}_pkey PRIMARY KEY (id);\n`).join('') +
      'CREATE UNIQUE INDEX customer_email ON customer (email);\nCREATE INDEX orders_customer ON orders (customer_id);\nCREATE INDEX orders_placed ON orders (placed);\n' +
      'CREATE INDEX line_order ON line (order_id);\nCREATE INDEX line_sku ON line (sku);\n' +
      'ALTER TABLE ONLY orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES customer(id);\n' +
      'ALTER TABLE ONLY line ADD CONSTRAINT line_order_fkey FOREIGN KEY (order_id) REFERENCES orders(id);\nANALYZE;\n',
  );
  closeSync(file);
  return statSync(path).size;
}

/** Prewarm's resource from a compose file that is really there, and the file. */
function declare(name: string, volumes: readonly string[]): { readonly db: Resource; readonly file: string } {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const text = [
    `name: ${WORKSPACE}-${name}`,
    'services:',
    '  db:',
    `    image: ${IMAGE}`,
    '    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: shop }',
    '    ports: ["127.0.0.1::5432"]',
    '    healthcheck: { test: ["CMD", "pg_isready", "-U", "postgres", "-h", "127.0.0.1"], interval: 1s, retries: 600 }',
    ...(volumes.length > 0 ? ['    volumes:', ...volumes.map((v) => `      - ${v}`)] : []),
  ].join('\n');
  const file = join(folder, 'compose.yaml');
  writeFileSync(file, text);
  return { db: scan({ name: 'bench', folder }, [{ path: 'compose.yaml', text }]).resources[0] as Resource, file };
}

const context: Context = {
  workspace: WORKSPACE,
  storage: join(root, 'storage'),
  leases: join(root, 'leases'),
  instance: 'window-1-a',
  onBehalfOf: 'person' as const,
  now: Date.now,
  leaseMs: 6 * 3_600_000,
  signal: new AbortController().signal,
  progress: () => {},
};

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
}

/** An order and its customer, by their keys. */
const SMALL = 'select o.total, c.name from orders o join customer c on c.id = o.customer_id where o.id = $1';
/** Its lines as well: to be read, the file of the largest table is opened for writing, so in a copy on write it is copied first. */
const LARGE = 'select o.total, count(*) from orders o join line l on l.order_id = o.id where o.id = $1 group by 1';

/** One client, as an application has it: connect, authenticate, one query. */
async function firstAnswer(port: number, id: number, query = SMALL): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: 'secret', database: 'shop' });
  await client.connect();
  try {
    const { rows } = await client.query(query, [id]);
    if (rows.length !== 1) throw new Error(`order ${id} is not there`);
  } finally {
    await client.end();
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return (performance.now() - begun) / 1000;
}

/** The gateway as the app has it: it wakes the resource by the provider when a client comes. */
async function openFor(provider: Provider, db: Resource): Promise<Gateway> {
  return value(
    await openGateway({
      port: 0,
      now: Date.now,
      onEvent: () => {},
      onFault: (fault) => say(fault.message),
      wake: async () => {
        const ready = await provider.reach(db, 'ready', context);
        return ready.ok ? { ok: true, value: ready.value.backends[0] as Observation['backends'][0] } : ready;
      },
    }),
  );
}

async function measure(what: string, gateway: Gateway, before: () => Promise<unknown>, query = SMALL): Promise<Figure> {
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    await before();
    seconds.push(await timed(() => firstAnswer(gateway.port, 1000 + i, query)));
    say(`${what}: ${seconds.at(-1)?.toFixed(3)} s`);
  }
  return figure('s', seconds);
}

async function removeCopies(snapshots: Snapshots, db: Resource, types: readonly string[]): Promise<void> {
  for (const type of types)
    for (const s of value(await snapshots.list([db], context)))
      if (s.type === type && s.resource === db.id) value(await snapshots.remove(s.id, context));
}

/** As a user does it today, until the first answer: `docker compose up -d`, wait until healthy, and perhaps restore by hand. */
async function byHand(what: string, file: string, dump: string | undefined): Promise<Figure> {
  const compose = (...args: string[]): string => execFileSync('docker', ['compose', '-f', file, ...args], { stdio: 'pipe' }).toString();
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    compose('down', '-v');
    const took = await timed(async () => {
      compose('up', '-d', '--wait', '--wait-timeout', '3600');
      if (dump) restore(file, dump);
      await firstAnswer(Number(compose('port', 'db', '5432').trim().split(':').at(-1)), 1000 + i);
    });
    seconds.push(took);
    say(`${what}: ${took.toFixed(3)} s`);
  }
  compose('down', '-v');
  return figure('s', seconds);
}

function restore(file: string, dump: string): void {
  const input = openSync(dump, 'r');
  const args = ['compose', '-f', file, 'exec', '-T', 'db', 'psql', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', 'shop'];
  const { status, stderr } = spawnSync('docker', args, { stdio: [input, 'ignore', 'pipe'] });
  closeSync(input);
  if (status !== 0) throw new Error(`psql: ${stderr}`);
}

async function run(): Promise<void> {
  mkdirSync(join(root, 'init'));
  const dump = join(root, 'init', '01-shop.sql');
  const bytes = writeDump(dump);
  say(`dump of ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  const { db } = declare('prewarm', [`${join(root, 'init')}:/docker-entrypoint-initdb.d:ro`]);
  const provider = createComposeProvider({ snapshotBytes: 100 * 2 ** 30 });
  const snapshots = provider.snapshots as Snapshots;
  const gateway = await openFor(provider, db);
  const to = async (rung: Rung): Promise<void> => {
    gateway.backend(undefined);
    value(await provider.reach(db, rung, context));
  };
  // What the app does before anybody connects: the engine is asked whether it is there, and the tool which it is.
  value(await provider.check(context.signal));

  const seeded = await measure('absent, seeded from the dump, kept as a snapshot', gateway, async () => {
    await to('absent');
    await removeCopies(snapshots, db, ['copy', 'snapshot']);
  });
  const withoutCopy = async (): Promise<void> => {
    await to('absent');
    await removeCopies(snapshots, db, ['copy']);
  };
  const baked = await measure('baked (no container, no copy)', gateway, withoutCopy);
  const bakedLarge = await measure('baked, first query of the largest table', gateway, withoutCopy, LARGE);
  const stopped = await measure('stopped', gateway, () => to('created'));
  const paused = await measure('paused', gateway, () => to('paused'));
  const running = await measure('running', gateway, async () => {});
  await to('absent');
  await removeCopies(snapshots, db, ['copy', 'snapshot']);
  await gateway.close();

  const init = declare('init', [`${join(root, 'init')}:/docker-entrypoint-initdb.d:ro`]);
  const upInit = await byHand('docker compose up -d --wait, dump among the init files', init.file, undefined);
  const empty = declare('restore', []);
  const upRestore = await byHand('docker compose up -d --wait, then psql < dump', empty.file, dump);

  const ratio = (a: Figure, b: Figure): Figure => ({
    value: a.value / b.value,
    unit: '×',
    runs: RUNS,
    min: a.min / b.max,
    max: a.max / b.min,
  });
  const today = upInit.value < upRestore.value ? upInit : upRestore;
  tell({
    'dump, MiB': figure('MiB', [bytes / 2 ** 20]),
    'absent, seeded from the dump (and baked)': seeded,
    baked,
    'baked, where the first query reads the largest table': bakedLarge,
    stopped,
    paused,
    running,
    'today: compose up --wait, dump in init': upInit,
    'today: compose up --wait, then psql < dump': upRestore,
    'seeding ÷ baked (goal 20)': ratio(seeded, baked),
    'seeding ÷ baked, largest table': ratio(seeded, bakedLarge),
    'seeding ÷ stopped': ratio(seeded, stopped),
    'seeding ÷ paused (goal 100)': ratio(seeded, paused),
    'seeding ÷ running': ratio(seeded, running),
    'today’s faster way ÷ baked': ratio(today, baked),
    'today’s faster way ÷ paused': ratio(today, paused),
  });
}

async function cleanUp(): Promise<void> {
  const filters = { label: [`dev.prewarm.workspace=${WORKSPACE}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) await docker.getContainer(Id).remove({ force: true, v: true });
  const ours = (await docker.listVolumes({ filters: JSON.stringify(filters) as never })).Volumes ?? [];
  for (const { Name } of [...ours].sort((a, b) => Number(/upper|snapshot/.test(a.Name)) - Number(/upper|snapshot/.test(b.Name))))
    await docker.getVolume(Name).remove();
  for (const { Id, Name } of await docker.listNetworks()) if (Name.startsWith(WORKSPACE)) await docker.getNetwork(Id).remove();
  rmSync(root, { recursive: true, force: true });
}

run()
  .finally(cleanUp)
  .then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
