import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { createMemorySecrets } from '../app/memorySecrets.ts';
import { engineProblem } from './engine.ts';
import { createShop, type Shop } from './shop.ts';

type Environment = Readonly<Record<string, string>>;

describe.skipIf(engineProblem !== undefined)(`generated roles${engineProblem ? ` (skipped: ${engineProblem})` : ''}`, () => {
  let shop: Shop;
  let secrets: ReturnType<typeof createMemorySecrets>;
  beforeEach(() => {
    shop = createShop('roles');
    secrets = createMemorySecrets();
  });
  afterEach(() => shop.remove());

  const warmed = async (app: App, service: string): Promise<Environment> => {
    expect(await app.warm([shop.id(service)])).toEqual([]);
    return app.environment(shop.id(service));
  };

  it('PostgreSQL: logs in as itself, acts as the declared user, and is nowhere in the state', async () => {
    const app = await shop.open(secrets);
    const environment = await warmed(app, 'db');
    expect(environment).toMatchObject({ PGUSER: expect.stringMatching(/^prewarm_[a-z0-9_]+_test$/), PGDATABASE: 'shop' });
    const client = await connected(environment);
    const { rows } = await client
      .query('create table made (id int); select session_user, current_user, tableowner from pg_tables where tablename = $$made$$')
      .then((r) => (r as unknown as pg.QueryResult[])[1] as pg.QueryResult);
    expect(rows).toEqual([{ session_user: environment.PGUSER, current_user: 'shop owner', tableowner: 'shop owner' }]);
    await client.end();
    expect(await answer({ ...environment, PGPASSWORD: 'wrong' })).toMatch(/password authentication failed/);
    expect(JSON.stringify(app.state())).not.toContain(environment.PGPASSWORD);
    expect(app.state().resources.find((r) => r.resource.id === shop.id('db'))?.environment).toMatchObject({ PGPASSWORD: '${secret}' });
  });

  it('is mended: after the container was made anew, and after somebody changed the role', async () => {
    const app = await shop.open(secrets);
    const before = await warmed(app, 'db');
    await (await shop.container('db')).remove({ force: true, v: true });
    await app.settle();
    const again = await warmed(app, 'db');
    expect(again.PGPASSWORD).toBe(before.PGPASSWORD);
    expect(await answer(again)).toBe('shop owner');

    await asDeclared(
      shop,
      `alter role "${again.PGUSER}" password 'other' ; alter role "${again.PGUSER}" reset role; revoke "shop owner" from "${again.PGUSER}"`,
    );
    expect(await answer(again)).toMatch(/password authentication failed/);
    await app.dispose();
    const next = await shop.open(secrets);
    await next.settle();
    expect(await answer(next.environment(shop.id('db')))).toBe('shop owner');
    expect(next.credentials?.list()).toContainEqual(expect.objectContaining({ resource: shop.id('db'), standing: 'in-place' }));
  });

  it('rotated: open connections go on, the old password is refused, the new one is in the environment', async () => {
    const app = await shop.open(secrets);
    const before = await warmed(app, 'db');
    const open = await connected(before);
    expect(await app.credentials?.rotate([shop.id('db')])).toMatchObject({ changed: [{ standing: 'in-place' }], faults: [] });
    const after = app.environment(shop.id('db'));
    expect(after.PGPASSWORD).not.toBe(before.PGPASSWORD);
    expect((await open.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 1 }]);
    await open.end();
    expect(await answer(before)).toMatch(/password authentication failed/);
    expect(await answer(after)).toBe('shop owner');
  });

  it('forgotten: the role is gone, what it made stays, and programs are given the declared user', async () => {
    const app = await shop.open(secrets);
    const environment = await warmed(app, 'db');
    const client = await connected(environment);
    await client.query('set role none');
    await client.query(`create schema authorization "${environment.PGUSER}"`).catch(() => {});
    await client.query('reset role');
    await client.query('create table made (id int)');
    await client.end();
    expect(await app.credentials?.forget([shop.id('db')])).toMatchObject({ changed: [{ role: environment.PGUSER }], faults: [] });
    expect(secrets.values.has(`prewarm.${shop.workspace.id}.${shop.id('db')}`)).toBe(false);
    expect(await answer(environment)).toMatch(/password authentication failed/);
    const declared = app.environment(shop.id('db'));
    expect(declared).toMatchObject({ PGUSER: 'shop owner', PGPASSWORD: 'declared' });
    const left = await connected(declared);
    expect(
      (
        await left.query(
          'select to_regclass($$made$$)::text as made, (select count(*)::int from pg_roles where rolname like $$prewarm%$$) as roles',
        )
      ).rows,
    ).toEqual([{ made: 'made', roles: 0 }]);
    await left.end();
  });

  it('two keepers have a role each and leave each other’s alone', async () => {
    const one = await shop.open(secrets);
    const first = await warmed(one, 'db');
    const two = await shop.open(createMemorySecrets('other'));
    await two.settle();
    const second = two.environment(shop.id('db'));
    expect(second.PGUSER).not.toBe(first.PGUSER);
    expect([await answer(first), await answer(second)]).toEqual(['shop owner', 'shop owner']);
  });

  it('Redis: a user of its own, given again after the server forgot it', async () => {
    const app = await shop.open(secrets);
    const { REDIS_URL } = await warmed(app, 'cache');
    expect(await redisAnswer(REDIS_URL as string)).toBe('+OK+PONG');
    expect(await redisAnswer((REDIS_URL as string).replace(/:[^:@]+@/, ':wrong@'))).toMatch(/WRONGPASS/);
    await app.cool([shop.id('cache')]);
    expect(await redisAnswer((await warmed(app, 'cache')).REDIS_URL as string)).toBe('+OK+PONG');
    const before = app.environment(shop.id('cache')).REDIS_URL as string;
    const { changed } = (await app.credentials?.rotate([shop.id('cache')])) ?? {};
    expect(changed).toMatchObject([{ standing: 'in-place' }]);
    expect(await redisAnswer(app.environment(shop.id('cache')).REDIS_URL as string)).toBe('+OK+PONG');
    expect(await redisAnswer(before)).toMatch(/WRONGPASS/);
  });

  it('a dependant’s declaration may ask for it; after a rotation it is made anew with the new one, the database is not', async () => {
    const app = await shop.open(secrets);
    await warmed(app, 'api');
    const password = (): string => app.environment(shop.id('db')).PGPASSWORD as string;
    const user = app.environment(shop.id('db')).PGUSER;
    const seen = async (): Promise<readonly string[]> => (await (await shop.container('api')).inspect()).Config.Env;
    const database = (await shop.container('db')).id;
    expect(await seen()).toEqual(
      expect.arrayContaining([`DATABASE_PASSWORD=${password()}`, `DATABASE_URL=postgres://${user}:${password()}@db:5432/shop`]),
    );
    await app.credentials?.rotate([]);
    await app.cool([shop.id('api')]);
    await warmed(app, 'api');
    expect(await seen()).toContain(`DATABASE_PASSWORD=${password()}`);
    expect((await shop.container('db')).id).toBe(database);
  });

  it('a database that the developer started is left as it is', async () => {
    execFileSync('docker', ['compose', 'up', '-d', 'db'], { cwd: shop.folder, stdio: 'pipe' });
    const app = await shop.open(secrets);
    await warmed(app, 'db');
    expect(app.state().resources.find((r) => r.resource.id === shop.id('db'))).toMatchObject({ owner: 'developer', rung: 'ready' });
    expect(app.environment(shop.id('db'))).toMatchObject({ PGUSER: 'shop owner', PGPASSWORD: 'declared' });
    const client = await connected(app.environment(shop.id('db')));
    expect((await client.query("select 1 from pg_roles where rolname like 'prewarm%'")).rowCount).toBe(0);
    await client.end();
  });

  it('a server that would not have it: it is told, and programs are given the declared user', async () => {
    const app = await shop.open(secrets);
    await warmed(app, 'db');
    await asDeclared(shop, 'alter role "shop owner" nosuperuser');
    const { changed, faults } = (await app.credentials?.rotate([shop.id('db')])) ?? {};
    expect([changed, faults]).toEqual([
      [],
      [expect.objectContaining({ message: expect.stringMatching(/its declared user is no superuser/) })],
    ]);
    expect(app.state().faults.at(-1)?.message).toMatch(
      /db: its role prewarm_\w+ could not be made \(.*\)\. Programs are given the declared user/,
    );
    expect(app.environment(shop.id('db'))).toMatchObject({ PGUSER: 'shop owner', PGPASSWORD: 'declared' });
  });
});

async function connected(environment: Environment): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: environment.DATABASE_URL as string });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** As whom it acts, or the server's refusal. */
async function answer({ PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE }: Environment): Promise<string> {
  const client = new pg.Client({ host: PGHOST, port: Number(PGPORT), user: PGUSER, password: PGPASSWORD, database: PGDATABASE });
  try {
    await client.connect();
    return (await client.query('select current_user as name')).rows[0].name;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
}

async function asDeclared(shop: Shop, sql: string): Promise<void> {
  const { id } = await shop.container('db');
  execFileSync('docker', ['exec', id, 'psql', '-U', 'shop owner', '-d', 'shop', '-c', sql], { stdio: 'pipe' });
}

async function redisAnswer(url: string): Promise<string> {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  socket.write(`AUTH ${username} ${password}\r\nPING\r\n`);
  for (let i = 0; i < 100 && text.split('\r\n').length < 3; i++) await sleep(20);
  socket.destroy();
  return text.replaceAll('\r\n', '');
}
