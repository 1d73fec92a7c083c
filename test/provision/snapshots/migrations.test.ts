import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { migrationsOf } from '../../../src/provision/providers/compose/migrations.ts';
import { migrationFiles } from '../../../src/provision/snapshots/migrationFiles.ts';
import { confined } from '../../../src/provision/snapshots/migrations.ts';

const db = { image: 'postgres:15' };
const migrate = { image: 'shop', command: ['npm', 'run', 'migrate'], depends_on: { db: { condition: 'service_healthy' } } };

describe('which services migrate a database', () => {
  it.each([
    ['one that runs once and says so in its command', { setup: migrate }, ['setup']],
    [
      'by name or image',
      { migrations: { ...migrate, command: 'x' }, f: { ...migrate, image: 'flyway/flyway:10', command: 'x' } },
      ['migrations', 'f'],
    ],
    [
      'in the order in which they depend on one another',
      { seed: { ...migrate, depends_on: ['db', 'migrate'] }, migrate },
      ['migrate', 'seed'],
    ],
    ['none that only looks like it', { web: { ...migrate, command: 'npm start' } }, []],
    [
      'none that goes on, is reached, or is asked for by profile alone',
      { a: { ...migrate, restart: 'always' }, b: { ...migrate, ports: ['1'] }, c: { ...migrate, profiles: ['x'] } },
      [],
    ],
    [
      'none that needs more than this database, or not even that',
      { a: { ...migrate, depends_on: ['db', 'redis'] }, b: { ...migrate, depends_on: [] }, redis: {} },
      [],
    ],
    [
      'none that reaches the machine',
      {
        a: { ...migrate, network_mode: 'host' },
        b: { ...migrate, privileged: true },
        c: { ...migrate, volumes: ['/var/run/docker.sock:/var/run/docker.sock'] },
      },
      [],
    ],
    ['none of a circle', { a: { ...migrate, depends_on: ['db', 'b'] }, b: { ...migrate, depends_on: ['db', 'a'] } }, []],
  ])('%s', (_, services, expected) => expect(migrationsOf({ services: { db, ...services } }, 'db')).toEqual(expected));
});

describe('the container of a migration', () => {
  it('is alone with the database and may write nothing', () => {
    const { HostConfig, NetworkingConfig, ExposedPorts, Image } = confined(
      {
        Image: 'shop',
        Labels: {},
        ExposedPorts: { '1/tcp': {} },
        HostConfig: {
          Binds: ['/repo:/app', '/repo/sql:/sql:rw,Z', 'data:/data', 'C:\\repo:/app:rw', '/ro:/ro:ro'],
          Mounts: [{ Type: 'bind', Source: '/x', Target: '/x' }],
          NetworkMode: 'shop_default',
          ExtraHosts: ['host.docker.internal:host-gateway'],
          RestartPolicy: { Name: 'always' },
        },
        NetworkingConfig: { EndpointsConfig: { shop_default: {}, outside: {} } },
      },
      'alone',
    );
    expect(HostConfig).toMatchObject({
      Binds: ['/repo:/app:ro', '/repo/sql:/sql:ro,Z', 'data:/data:ro', 'C:\\repo:/app:ro', '/ro:/ro:ro'],
      Mounts: [{ Source: '/x', ReadOnly: true }],
      NetworkMode: 'alone',
      ExtraHosts: [],
      RestartPolicy: { Name: 'no' },
    });
    expect(NetworkingConfig).toEqual({ EndpointsConfig: { alone: {} } });
    expect([ExposedPorts, Image]).toEqual([undefined, 'shop']);
  });
});

describe('the files of migrations', () => {
  const root = mkdtempSync(join(tmpdir(), 'prewarm-repository-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const put = (path: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), path);
  };

  it('are found by the names that tools give them, and no others', async () => {
    for (const path of [
      'server/db/migrations/01.js',
      'prisma/schema.prisma',
      'data/a.sql',
      'src/main.ts',
      'node_modules/migrate/x.js',
      '.git/migrations',
    ])
      put(path);
    const paths = async (at: string) => (await migrationFiles(join(root, at), join(root, 'memory.json'))).map((f) => f.path).sort();
    expect(await paths('')).toEqual(['data/a.sql', 'prisma/schema.prisma', 'server/db/migrations/01.js']);
    expect(await paths('server/db/migrations')).toEqual(['01.js']);
    expect(await paths('data/a.sql')).toEqual(['']);
    expect(await paths('gone')).toEqual([]);
  });
});
