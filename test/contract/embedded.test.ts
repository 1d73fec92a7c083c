import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { listDetached } from '../../src/provision/detached.ts';
import { createEmbeddedProvider } from '../../src/provision/providers/embedded.ts';
import { contract } from './contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-embedded-'));
const seed = join(folder, 'seed.sql');
writeFileSync(seed, 'create table t (a int); insert into t select generate_series(1, 100);');
const bad = join(folder, 'bad.sql');
writeFileSync(bad, 'create tabel t (a int);');

const resource = (name: string, seedFiles = [seed]): Resource => ({
  id: `compose:test/${name}`,
  name,
  kind: 'database',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  dependsOn: [],
  memoryBytes: 0,
  ports: [{ container: 5432, host: 5432, protocol: 'tcp' }],
  probe: { type: 'health', timeoutMs: 60_000 },
  spec: {
    type: 'compose',
    file: '/x/compose.yaml',
    project: 'test',
    service: name,
    image: 'postgres:15',
    environment: { POSTGRES_USER: 'shop', POSTGRES_DB: 'shop' },
    seedFiles,
    profiles: [],
  },
});
const make = () =>
  createEmbeddedProvider({
    cache: process.env.PREWARM_EMBEDDED_CACHE ?? join(tmpdir(), 'prewarm-embedded-cache'),
    program: join(import.meta.dirname, '..', '..', 'dist', 'embedded.js'),
  });

contract({
  name: 'embedded',
  make,
  resource: (name) => resource(name),
  changed: (r) => ({
    ...r,
    spec: { ...(r.spec as Extract<Resource['spec'], { type: 'compose' }>), environment: { POSTGRES_USER: 'other', POSTGRES_DB: 'shop' } },
  }),
  broken: [
    {
      what: 'a seed file that fails',
      resource: () => resource('bad', [bad]),
      message: /compose:test\/bad .*bad\.sql failed.*syntax error/s,
    },
    {
      what: 'a seed file that is not there',
      resource: () => resource('lost', [join(folder, 'lost.sql')]),
      message: /compose:test\/lost.*lost\.sql.*ENOENT.*compose\.yaml/,
    },
  ],
  count: async (r, context) => (await listDetached(context)).filter(({ it }) => it.labels['dev.prewarm.resource'] === r.id).length,
  cleanUp: async () => {},
});

it('serves any user and several clients at once, and keeps its data', async () => {
  const provider = make();
  const context = {
    workspace: 'w',
    storage: join(folder, 's'),
    leases: join(folder, 'l'),
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    instance: 'test',
    onBehalfOf: 'prediction' as const,
    progress: () => {},
  };
  const db = resource('several');
  const ask = async (sql: string): Promise<unknown[]> => {
    const seen = await provider.reach(db, 'ready', context);
    if (!seen.ok) throw new Error(seen.fault.message);
    const client = new pg.Client({
      host: '127.0.0.1',
      port: seen.value.backends[0]?.port ?? 0,
      user: 'anyone',
      database: 'shop',
      password: 'x',
    });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('select count(*)::int as n from t')));
  expect(answers).toEqual(Array(8).fill([{ n: 100 }]));
  await ask('insert into t values (0)');
  await provider.reach(db, 'created', context);
  expect(await ask('select count(*)::int as n from t')).toEqual([{ n: 101 }]);
  await provider.reach(db, 'absent', context);
});
