import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type Docker from 'dockerode';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DatasetSource, type DatasetTarget, failed, ok, type Resource } from '../../src/domain/index.ts';
import { createProviders } from '../../src/host/node/createProviders.ts';
import { readWorkspace } from '../../src/host/node/workspaceFiles.ts';
import { execInside } from '../../src/provision/execInside.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import type { Context, Provider } from '../../src/provision/provider.ts';
import { createDatasetProvider } from '../../src/provision/providers/dataset.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { bundled } from '../harness/bundled.ts';
import { contract } from './contract.ts';
import { docker, engineProblem } from './engine.ts';

const root = mkdtempSync(join(tmpdir(), 'prewarm-dataset-'));
const data = join(root, 'data');
mkdirSync(data);
const parquetProgram = await bundled(join(import.meta.dirname, '../../src/provision/datasets/parquetThread.ts'));
let postgres: Docker.Container;

const execute: NonNullable<Provider['execute']> = async (_, command, input, context) => {
  try {
    return ok(await execInside(postgres, command, input, context.signal));
  } catch (error) {
    return failed(context.signal.aborted ? 'cancelled' : 'not-ready', 'later', String(error));
  }
};
const make = (more: { execute?: typeof execute } = {}): Provider =>
  createDatasetProvider({ cache: join(root, 'cache'), environment: {}, execute, parquetProgram, pauseMs: 5, ...more });

beforeAll(async () => {
  if (engineProblem) return;
  postgres = await docker.createContainer({
    Image: 'postgres:15',
    Env: ['POSTGRES_PASSWORD=only-for-this-test', 'POSTGRES_DB=shop'],
    Labels: { 'prewarm.test': 'dataset' },
    // Everything happens inside of it.
    HostConfig: { NetworkMode: 'none' },
  });
  await postgres.start();
  // The image starts a server of its own for its first steps; only the second one listens on TCP.
  for (let tries = 0; ; tries++) {
    const up = await inside(['pg_isready', '-h', '127.0.0.1', '-U', 'postgres', '-d', 'shop']);
    if (up.code === 0) break;
    if (tries > 300) throw new Error(up.stdout);
    await sleep(100);
  }
});
afterAll(async () => {
  if (!engineProblem) await postgres.remove({ force: true, v: true });
  rmSync(root, { recursive: true, force: true });
});

const inside = (command: readonly string[], input = '') => execInside(postgres, command, input, new AbortController().signal);
async function sql(script: string, database = 'shop'): Promise<string> {
  const { code, stdout, stderr } = await inside(['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', database], script);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

const server = { id: 'compose:shop/db', name: 'db', spec: { type: 'compose' } } as Resource;
const path = (name: string): DatasetSource => ({ type: 'path', path: join(data, name) });
const put = (name: string, content: string | Uint8Array): DatasetSource => {
  writeFileSync(join(data, name), content);
  return path(name);
};
interface More {
  readonly sha256?: string;
  readonly format?: 'csv' | 'sql';
}
function dataset(name: string, from: DatasetSource, into: Partial<DatasetTarget>, more: More = {}): Resource {
  return {
    id: `dataset:test/${name}`,
    name,
    kind: 'dataset',
    provider: 'dataset',
    declaredIn: '.prewarm/datasets.json',
    ports: [],
    dependsOn: [server.id],
    probe: { type: 'health', timeoutMs: 60_000 },
    memoryBytes: 0,
    spec: { type: 'dataset', from, into: { server, database: 'shop', user: 'postgres', ...into }, ...more },
  };
}
const table = (name: string, from: DatasetSource, more: More = {}): Resource => dataset(name, from, { table: name }, more);
const file = (r: Resource): string => (r.spec as unknown as { from: { path: string } }).from.path;

contract({
  name: 'dataset',
  unavailable: engineProblem,
  make,
  resource: (name) => table(name, put(`${name}.csv`, `id,what\n1,${name}\n2,more\n`)),
  changed: (r) => {
    writeFileSync(file(r), 'id,what,extra\n1,changed,x\n');
    return r;
  },
  broken: [
    {
      what: 'a file that is not there',
      resource: () => table('gone', path('gone.csv')),
      message: /gone: there is no file or folder .*gone\.csv/,
    },
    {
      what: 'a value that does not fit, far down',
      resource: () => table('unfit', put('unfit.csv', `id\n${Array.from({ length: 5000 }, (_, i) => i).join('\n')}\nfive\n`)),
      message: /^unfit: line 5002, column id: invalid input syntax for type bigint: "five"\.$/,
    },
    {
      what: 'a CSV with a quote that never ends',
      resource: () => table('quote', put('quote.csv', 'id,a\n1,"x\n')),
      message: /^quote: quote\.csv is not CSV: Quote/,
    },
    { what: 'a CSV with one name twice', resource: () => table('twice', put('twice.csv', 'id,id\n1,2\n')), message: /two columns “id”/ },
    { what: 'an empty CSV', resource: () => table('empty', put('empty.csv', '')), message: /empty\.csv is empty/ },
    {
      what: 'a CSV short of values',
      resource: () => table('short', put('short.csv', 'id,a\n1,2\n3\n')),
      message: /^short: line 3: missing data for column "a"\.$/,
    },
    {
      what: 'a gzip that is cut',
      resource: () => table('cut', put('cut.csv.gz', gzipSync(`id\n${randomBytes(90_000).toString('hex')}\n`).subarray(0, 40_000))),
      message: /cut.*damaged|cut.*uncompressed/,
    },
    {
      what: 'a Parquet file that is cut',
      resource: () => table('pq', put('pq.parquet', 'PAR1 and no more')),
      message: /^pq: pq\.parquet is damaged: it cannot be read as Parquet/,
    },
    {
      what: 'a file of another digest',
      resource: () => table('digest', put('digest.csv', 'id\n1\n'), { sha256: '0'.repeat(64) }),
      message: /digest: its content has the digest sha256:.* declared in \.prewarm/,
    },
    {
      what: 'a format that cannot be told',
      resource: () => table('what', put('what.bin', 'hm')),
      message: /what “what\.bin” is cannot be told\. Declare its “format”/,
    },
    { what: 'SQL for a table', resource: () => table('both', put('both.sql', 'select 1;')), message: /both is sql; leave out “table”/ },
  ],
  count: async (resource, context) => {
    const folder = join(context.storage, 'datasets');
    const held = existsSync(folder) ? readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))) : [];
    return held.filter((labels) => labels[LABEL.resource] === resource.id).length;
  },
  cleanUp: async () => {},
});

describe.skipIf(engineProblem !== undefined)('a dataset in PostgreSQL', () => {
  const provider = make();
  let said: string[];
  let controller: AbortController;
  beforeEach(() => {
    said = [];
    controller = new AbortController();
  });
  const context = (): Context => ({
    workspace: `datasets-${process.pid}`,
    storage: join(root, 'storage'),
    leases: join(root, 'leases'),
    instance: 'window-1-d',
    onBehalfOf: 'person',
    now: Date.now,
    leaseMs: 60_000,
    signal: controller.signal,
    progress: (text) => void said.push(text),
  });
  const reach = (r: Resource, by = provider) => by.reach(r, 'ready', context());
  const ready = async (r: Resource, by = provider): Promise<void> => {
    const result = await reach(r, by);
    if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
    expect(result.value.rung).toBe('ready');
  };
  const rungOf = async (r: Resource) => (await provider.observe([r], context()))[0]?.rung;

  it('CSV becomes a table with the types that its values have, by any delimiter, compressed or not', async () => {
    const csv = '\uFEFFid;price;paid;on;at;code;"no;te"\n1;9.50;true;2024-01-02;2024-01-02T03:04:05Z;007;"a ""b""\nc"\n2;;false;;;;""\n';
    await ready(table('kinds', put('kinds.csv.gz', gzipSync(csv))));
    expect(
      await sql("select string_agg(data_type, ',' order by ordinal_position) from information_schema.columns where table_name = 'kinds'"),
    ).toBe('bigint,numeric,boolean,date,timestamp with time zone,text,text');
    expect(await sql('select "no;te", code from kinds order by id')).toBe('a "b"\nc|007\n|');
    expect(await sql('select count(*) from kinds where price is null and "no;te" = \'\'')).toBe('1');
  });

  it('a folder of CSV files is one table; each names its columns in its own order', async () => {
    mkdirSync(join(data, 'parts'), { recursive: true });
    writeFileSync(join(data, 'parts', '1.csv'), 'id,a\n1,x\n');
    writeFileSync(join(data, 'parts', '2.csv'), 'a,id\ny,2\n');
    await ready(table('parts', path('parts')));
    expect(await sql('select id, a from parts order by id')).toBe('1|x\n2|y');
  });

  it('is loaded once; a changed file is loaded anew, and what it replaced is kept', async () => {
    const it = table('versions', put('versions.csv', 'v\n1\n'));
    await ready(it);
    const oid = () => sql("select 'versions'::regclass::oid");
    const first = await oid();
    await ready(it);
    expect(await oid()).toBe(first);
    put('versions.csv', 'v\n2\n');
    expect(await rungOf(it)).toBe('absent');
    await ready(it);
    expect([await sql('select v from versions'), await sql('select v from versions__prewarm_previous')]).toEqual(['2', '1']);
  });

  it('a load that fails leaves the last good copy in use, and the next good one takes its place', async () => {
    const it = table('lastgood', put('lastgood.csv', 'v\n1\n'));
    await ready(it);
    put('lastgood.csv', `v\n${Array.from({ length: 5000 }, (_, i) => i).join('\n')}\nx\n`);
    expect(await reach(it)).toMatchObject({ ok: false, fault: { code: 'bad-file', retry: 'never' } });
    expect(await sql('select v from lastgood')).toBe('1');
    put('lastgood.csv', 'v\n3\n');
    await ready(it);
    expect(await sql('select v from lastgood')).toBe('3');
  });

  it('a table with rows of the developer’s is refused, whatever is tried', async () => {
    await sql('create table mine (v int); insert into mine values (42)');
    const it = table('mine', put('mine.csv', 'v\n1\n'));
    expect(await reach(it)).toMatchObject({
      ok: false,
      fault: { code: 'in-use', retry: 'never', message: expect.stringContaining('rows of yours') },
    });
    expect(await sql('select v from mine')).toBe('42');
  });

  it('an empty table of the developer’s keeps its keys, views and sequences', async () => {
    await sql(`create table owners (id int primary key, name text);
      insert into owners values (1, 'a');
      create table cars (id serial primary key, owner int references owners, added timestamptz default now());
      create table wheels (car int references cars);
      create view all_cars as select * from cars`);
    const it = table('cars', put('cars.csv', 'owner,id\n1,7\n'));
    await ready(it);
    expect(await sql('select id, owner, added is not null from all_cars')).toBe('7|1|t');
    expect(await sql('insert into cars (owner) values (1) returning id')).toBe('8');
    put('cars.csv', 'owner,id\n99,7\n');
    expect(await reach(it)).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/violates foreign key/) } });
    expect(await sql('select count(*) from cars')).toBe('2');
    put('cars.csv', 'owner,id\n1,9\n');
    await ready(it);
    expect(await sql('select id from all_cars')).toBe('9');
  });

  it('Parquet comes through with its types, groups of rows one by one', async () => {
    const many = Array.from({ length: 12_000 }, (_, i) => i);
    const written = parquetWriteBuffer({
      rowGroupSize: 5000,
      columnData: [
        { name: 'id', data: many, type: 'INT32' },
        { name: 'big', data: many.map((i) => 2n ** 60n + BigInt(i)), type: 'INT64' },
        { name: 'text', data: many.map((i) => (i % 3 === 0 ? null : i % 3 === 1 ? '' : `t,"${i}\n`)), type: 'STRING', nullable: true },
        { name: 'at', data: many.map((i) => new Date(1e12 + i)), type: 'TIMESTAMP' },
        { name: 'list', data: many.map((i) => ({ a: i })), type: 'JSON' },
      ],
    });
    await ready(table('pqt', put('pqt.parquet', new Uint8Array(written))));
    expect(
      await sql("select count(*), sum(id), max(big), count(text), count(*) filter (where text = ''), sum((list->>'a')::int) from pqt"),
    ).toBe(`12000|${(12_000 * 11_999) / 2}|${2n ** 60n + 11_999n}|8000|4000|${(12_000 * 11_999) / 2}`);
    expect(await sql("select text, at at time zone 'UTC' from pqt where id = 5")).toBe('t,"5\n|2001-09-09 01:46:40.005');
    expect(said.filter((t) => /loading pqt\.parquet: \d+ of 12000 rows/.test(t))).toHaveLength(3);
  });

  it('a damaged page in a Parquet file is one clear error, and the last good copy stays', async () => {
    const good = Buffer.from(
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [{ name: 'id', data: Array.from({ length: 5000 }, (_, i) => `row ${i * 7919}`), type: 'STRING' }],
        }),
      ),
    );
    const it = table('damaged', put('damaged.parquet', good));
    await ready(it);
    const bad = Buffer.from(good);
    bad.fill(0xff, 4, 200);
    put('damaged.parquet', bad);
    expect(await reach(it)).toMatchObject({
      ok: false,
      fault: { code: 'bad-file', message: expect.stringMatching(/^damaged: damaged\.parquet is damaged/) },
    });
    expect(await sql('select count(*) from damaged')).toBe('5000');
  });

  describe('as a whole database', () => {
    const whole = (name: string, database: string, from: DatasetSource): Resource => dataset(name, from, { database });
    const databases = () => sql("select string_agg(datname, ',' order by datname) from pg_database where datname like 'd\\_%'");

    it('SQL is loaded beside it and swapped in; one that fails leaves the last good one', async () => {
      const it = whole('sql', 'd_sql', put('d.sql', 'create table t (v int);\ncopy t from stdin;\n1\n2\n\\.\n'));
      await ready(it);
      expect(await sql('select sum(v) from t', 'd_sql')).toBe('3');
      put('d.sql', 'create table t (v int);\ninsert into t values (9);\nselect nonsense;\n');
      expect(await reach(it)).toMatchObject({
        ok: false,
        fault: { code: 'bad-file', message: 'sql: line 3: column "nonsense" does not exist.' },
      });
      expect(await sql('select sum(v) from t', 'd_sql')).toBe('3');
      expect(await databases()).toBe('d_sql');
      put('d.sql', 'create table t (v int);\ninsert into t values (9);\n');
      await ready(it);
      expect([await sql('select v from t', 'd_sql'), await sql('select sum(v) from t', 'd_sql__prewarm_previous')]).toEqual(['9', '3']);
    });

    it('an archive of pg_dump, and plain SQL of it, give what was dumped', async () => {
      await sql('create database dump_source');
      await sql(
        "create table o (id int primary key, note text); insert into o select i, E'\\\\x' || i || E'\\n' from generate_series(1, 1000) i",
        'dump_source',
      );
      const dump = async (format: string): Promise<Buffer> =>
        Buffer.from((await inside(['sh', '-c', `pg_dump -U postgres -F${format} dump_source | base64 -w0`])).stdout, 'base64');
      const digest = (database: string) => sql('select md5(string_agg(o::text, chr(10) order by id)) from o', database);
      for (const [format, name] of [
        ['c', 'a.bin'],
        ['t', 'a.tar'],
        ['p', 'a.sql'],
      ] as const) {
        await ready(whole(`dump${format}`, `d_dump_${format}`, put(name, await dump(format))));
        expect(await digest(`d_dump_${format}`)).toBe(await digest('dump_source'));
      }
    });

    it('SQL that would reach beyond its database is stopped before it does', async () => {
      const { stdout } = await inside(['pg_dump', '-U', 'postgres', '--create', '--clean', 'shop']);
      expect(await reach(whole('beyond', 'd_beyond', put('beyond.sql', stdout)))).toMatchObject({
        ok: false,
        fault: {
          code: 'bad-file',
          message: expect.stringMatching(/^beyond: beyond\.sql reaches beyond its database \(line \d+: DROP DATABASE\)/i),
        },
      });
      expect(await sql("select count(*) > 0 from pg_database where datname = 'shop'")).toBe('t');
    });

    it('a database with tables of the developer’s is refused, an empty one replaced', async () => {
      await sql('create database d_mine');
      await sql('create table keep (v int)', 'd_mine');
      await sql('create database d_empty');
      const from = put('e.sql', 'create table t (v int);');
      expect(await reach(whole('m', 'd_mine', from))).toMatchObject({
        ok: false,
        fault: { code: 'in-use', retry: 'never', message: expect.stringContaining('tables of yours') },
      });
      expect(await sql('select count(*) from keep', 'd_mine')).toBe('0');
      await ready(whole('e', 'd_empty', from));
      expect(await sql('select count(*) from t', 'd_empty')).toBe('0');
    });

    it('one that is in use is not torn away: what was loaded waits, and goes in without being loaded again', async () => {
      const it = whole('busy', 'd_busy', put('busy.sql', 'create table t as select 1 v;'));
      await ready(it);
      put('busy.sql', 'create table t as select 2 v;');
      const client = inside(['psql', '-XqAt', '-U', 'postgres', '-d', 'd_busy', '-c', 'select pg_sleep(100)']);
      const connected = "from pg_stat_activity where datname = 'd_busy'";
      while ((await sql(`select count(*) ${connected}`)) === '0') await sleep(50);
      expect(await reach(it)).toMatchObject({ ok: false, fault: { code: 'in-use', retry: 'later' } });
      expect(await sql('select v from t', 'd_busy')).toBe('1');
      const oid = await sql("select oid from pg_database where datname = 'd_busy__prewarm_loading'");
      await sql(`select pg_terminate_backend(pid) ${connected}`);
      await client;
      await ready(it);
      expect(await sql('select v from t', 'd_busy')).toBe('2');
      expect(await sql("select oid from pg_database where datname = 'd_busy'")).toBe(oid);
    });

    it('cancelled in the middle it leaves the last good one, and can be taken up again', async () => {
      const it = whole('cancel', 'd_cancel', put('cancel.sql', 'create table t as select 1 v;'));
      await ready(it);
      put('cancel.sql', `create table t as select 2 v;\nselect pg_sleep(20);\n${'insert into t values (3);\n'.repeat(10)}`);
      const cancelled = reach(it);
      setTimeout(() => controller.abort(), 1500);
      expect(await cancelled).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
      expect(await sql('select v from t', 'd_cancel')).toBe('1');
      controller = new AbortController();
      put('cancel.sql', 'create table t as select 4 v;');
      await ready(it);
      expect(await sql('select v from t', 'd_cancel')).toBe('4');
    });
  });

  it('what changes between reading and loading is never loaded', async () => {
    const it = table('race', put('race.csv', 'v\n1\n'));
    let meddle = true;
    const by = make({
      execute: (...args) => {
        // The first question to the database comes after the digest was taken.
        if (meddle) put('race.csv', 'v\n2\n3\n');
        meddle = false;
        return execute(...args);
      },
    });
    await ready(it, by);
    const digest = createHash('sha256').update('v\n2\n3\n').digest('hex');
    expect(await sql("select obj_description('race'::regclass)")).toBe(`prewarm dataset race sha256:${digest} made`);
    expect(await sql('select count(*) from race')).toBe('2');
  });

  it('a database that does not answer makes it fetched, with the reason', async () => {
    const it = table('down', put('down.csv', 'v\n1\n'));
    await ready(it);
    const by = make({ execute: async () => failed('not-ready', 'later', 'compose:shop/db is not running.') });
    expect((await by.observe([it], context()))[0]).toMatchObject({ rung: 'fetched', detail: 'compose:shop/db is not running.' });
    expect(await reach(it, by)).toMatchObject({ ok: false, fault: { code: 'not-ready', retry: 'later' } });
  });
});

/** The whole way: declared beside a compose file, found by the scan, loaded through the engine that serves the database. */
describe.skipIf(engineProblem !== undefined)('a declared dataset', () => {
  it('is found by the scan and loaded into the compose service that it names', async () => {
    const folder = mkdtempSync(join(root, 'ws-'));
    mkdirSync(join(folder, '.prewarm'));
    const compose =
      'name: prewarm-dataset-test\nservices:\n  db:\n    image: postgres:15\n    network_mode: none\n    environment: { POSTGRES_PASSWORD: only-for-this-test, POSTGRES_USER: me, POSTGRES_DB: shop }\n' +
      '    healthcheck: { test: [CMD, pg_isready, -h, 127.0.0.1, -U, me], interval: 1s }\n';
    const declared = { version: 1, datasets: [{ name: 'orders', from: 'orders.csv', into: { database: 'db', table: 'orders' } }] };
    writeFileSync(join(folder, 'compose.yaml'), compose);
    writeFileSync(join(folder, '.prewarm', 'datasets.json'), JSON.stringify(declared));
    writeFileSync(
      join(folder, 'orders.csv'),
      `id,note\n${Array.from({ length: 200_000 }, (_, i) => `${i},${'x'.repeat(100)}`).join('\n')}\n`,
    );
    const { files } = await readWorkspace(folder, new AbortController().signal);
    const { resources, problems } = scan({ name: 'ws', folder }, files);
    expect(problems).toEqual([]);
    const [db, orders] = ['compose:prewarm-dataset-test/db', 'dataset:ws/orders'].map((id) => resources.find((r) => r.id === id)) as [
      Resource,
      Resource,
    ];
    expect(JSON.stringify(orders)).not.toContain('only-for-this-test');

    const providers = createProviders({
      cache: join(root, 'cache-all'),
      bundles: root,
      embedded: 'off',
      localBinaries: 'off',
      snapshotBytes: 0,
    });
    const providerOf = (r: Resource) => providers.find((p) => p.supports(r)) as Provider;
    const said: string[] = [];
    const context: Context = {
      workspace: `datasets-all-${process.pid}`,
      storage: join(folder, 'storage'),
      leases: join(root, 'leases'),
      instance: 'window-1-all',
      onBehalfOf: 'person',
      now: Date.now,
      leaseMs: 60_000,
      signal: new AbortController().signal,
      progress: (text) => void said.push(text),
    };
    const reach = (r: Resource, rung: 'ready' | 'absent') => providerOf(r).reach(r, rung, context);
    try {
      expect(await reach(orders, 'ready')).toMatchObject({ ok: false, fault: { code: 'not-ready', retry: 'later' } });
      expect(await reach(db, 'ready')).toMatchObject({ ok: true, value: { rung: 'ready' } });
      expect(await reach(orders, 'ready')).toMatchObject({ ok: true, value: { rung: 'ready', owner: 'prewarm' } });
      expect(said.filter((t) => /^loading orders\.csv: \d+ MB of 21 MB$/.test(t)).length).toBeGreaterThan(5);
      const counted = await providerOf(db).execute?.(
        db,
        ['psql', '-XqAt', '-U', 'me', '-d', 'shop', '-c', 'select count(*) from orders'],
        '',
        context,
      );
      expect(counted).toMatchObject({ ok: true, value: { stdout: '200000\n' } });
    } finally {
      // With its anonymous volume, which the provider would leave.
      for (const { Id } of await docker.listContainers({
        all: true,
        filters: { label: ['com.docker.compose.project=prewarm-dataset-test'] },
      }))
        await docker.getContainer(Id).remove({ force: true, v: true });
      await Promise.all(providers.map((p) => p.close()));
    }
  });
});
