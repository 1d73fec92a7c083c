import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../src/sense/scan/interpolate.ts';
import { scan, type WorkspaceFile } from '../../src/sense/scan/scan.ts';

const at = { name: 'shop', folder: '/work/shop' };
const file = (path: string, text = ''): WorkspaceFile => ({ path, text });
const compose = (text: string, path = 'compose.yaml') => scan(at, [file(path, text)]);

describe('scan', () => {
  it.each([
    'compose.yaml',
    'compose.yml',
    'docker-compose.yml',
    'docker-compose.yaml',
    'compose.dev.yaml',
    'docker-compose.prod.yml',
    'deploy/local/compose.yaml',
  ])('finds %s', (path) => {
    expect(compose('name: n\nservices: {db: {image: "postgres:16"}}', path).resources[0]).toMatchObject({
      id: 'compose:n/db',
      declaredIn: path,
      kind: 'database',
      provider: 'compose',
    });
  });

  it.each([
    ['"5432"', [{ container: 5432 }]],
    ['"5432:5432"', [{ container: 5432, host: 5432 }]],
    ['"127.0.0.1:15432:5432"', [{ container: 5432, host: 15432 }]],
    ['"[::1]:15432:5432"', [{ container: 5432, host: 15432 }]],
    [
      '"3000-3001:4000-4001"',
      [
        { container: 4000, host: 3000 },
        { container: 4001, host: 3001 },
      ],
    ],
    ['"53:53/udp"', [{ container: 53, host: 53, protocol: 'udp' }]],
    ['"${PORT:-8080}:80"', [{ container: 80, host: 8080 }]],
    ['{ target: 80, published: "8080" }', [{ container: 80, host: 8080 }]],
    ['8080', [{ container: 8080 }]],
    ['"nonsense"', []],
  ])('port %s', (port, expected) => {
    expect(compose(`services: {web: {image: x, ports: [${port}]}}`).resources[0]?.ports).toMatchObject(expected);
  });

  it('reads dependencies in both forms, profiles, health checks and memory', () => {
    const { resources } = compose(`
services:
  a: { image: x, depends_on: [b] }
  b: { image: x, depends_on: { c: { condition: service_healthy } }, profiles: [debug] }
  c: { image: redis, healthcheck: { test: ["CMD", "redis-cli", "ping"] }, mem_limit: 64m }`);
    expect(resources.map((r) => r.dependsOn)).toEqual([['compose:shop/b'], ['compose:shop/c'], []]);
    expect(resources[1]?.spec).toMatchObject({ profiles: ['debug'] });
    expect(resources[2]).toMatchObject({ kind: 'cache', probe: { type: 'health' }, memoryBytes: 64 * 2 ** 20 });
  });

  it('follows anchors and merge keys, and merges the override file', () => {
    const base =
      'x-db: &db { image: "postgres:16", environment: { POSTGRES_USER: me } }\nservices: { db: { <<: *db, ports: ["5432:5432"] } }';
    const { resources } = scan(at, [
      file('compose.yaml', base),
      file('compose.override.yaml', 'services: { db: { ports: ["6000:6000"] } }'),
    ]);
    expect(resources).toHaveLength(1);
    expect(resources[0]?.spec).toMatchObject({ image: 'postgres:16', environment: { POSTGRES_USER: 'me' } });
    expect(resources[0]?.ports.map((p) => p.container)).toEqual([5432, 6000]);
  });

  it.each([
    ['postgres:15', 'x', 'database'],
    ['registry.example/team/postgis:1', 'x', 'database'],
    ['mariadb', 'x', 'database'],
    ['mongo:7', 'x', 'database'],
    ['redis:7-alpine', 'x', 'cache'],
    ['valkey/valkey', 'x', 'cache'],
    ['rabbitmq:3-management', 'x', 'queue'],
    ['confluentinc/cp-kafka', 'x', 'queue'],
    ['docker.elastic.co/elasticsearch/elasticsearch:8', 'x', 'search'],
    ['minio/minio', 'x', 'object-store'],
    ['nginx', 'x', 'proxy'],
    ['traefik:v3', 'x', 'proxy'],
    ['prom/prometheus', 'x', 'observability'],
    ['grafana/grafana', 'x', 'observability'],
    ['dpage/pgadmin4', 'x', 'admin'],
    ['adminer', 'x', 'admin'],
    ['node:20', 'migrate', 'job'],
    ['node:20', 'api', 'service'],
    [undefined, 'db', 'database'],
    [undefined, 'web', 'service'],
  ])('image %s of service %s is a %s', (image, name, kind) => {
    expect(compose(`services: { ${name}: { ${image ? `image: "${image}"` : 'build: .'} } }`).resources[0]?.kind).toBe(kind);
  });

  it('finds dev containers in their three places, with comments', () => {
    const text = '{ // one\n "name": "Web", "forwardPorts": [3000, "db:5432"], }';
    const { resources } = scan(
      at,
      [
        '.devcontainer.json',
        '.devcontainer/devcontainer.json',
        '.devcontainer/two/devcontainer.json',
        'sub/.devcontainer/devcontainer.json',
      ].map((p) => file(p, text)),
    );
    expect(resources.map((r) => r.id)).toEqual(['devcontainer:shop/Web', 'devcontainer:shop/two/Web', 'devcontainer:shop/sub/Web']);
    expect(resources[0]?.ports.map((p) => p.container)).toEqual([3000, 5432]);
  });

  it('keeps projects of one name in two folders apart', () => {
    const text = 'services: {db: {image: postgres}, api: {image: x, depends_on: [db]}}';
    const { resources } = scan(at, [
      file('a/app/compose.yaml', text),
      file('b/app/compose.yaml', text),
      file('b/app/compose.dev.yaml', text),
    ]);
    expect(resources.map((r) => [r.id, ...r.dependsOn])).toEqual([
      ['compose:app/db'],
      ['compose:app/api', 'compose:app/db'],
      ['compose:b/app/db'],
      ['compose:b/app/api', 'compose:b/app/db'],
    ]);
  });

  it.each([
    ['a broken compose file', file('compose.yaml', 'services:\n  db:\n   image: "x\n'), /^compose\.yaml:\d+: it is not valid YAML/],
    ['a list', file('compose.yaml', '- a'), /^compose\.yaml:1: it is a list, not a compose file/],
    ['no services', file('compose.yaml', 'hello: 1'), /^compose\.yaml:1: it has no “services:” map/],
    ['a broken dev container', file('.devcontainer.json', '{ "name": }'), /^\.devcontainer\.json:1: it is not valid JSON with comments/],
  ])('%s gives one message, and the rest is found', (_, broken, message) => {
    const { resources, problems } = scan(at, [broken, file('sub/compose.yaml', 'services: {db: {image: postgres}}')]);
    expect(problems.map((p) => p.message)).toEqual([expect.stringMatching(message)]);
    expect(resources.map((r) => r.id)).toEqual(['compose:sub/db']);
  });

  it('tells which commands use the database', () => {
    const files = [
      file('compose.yaml', 'name: shop\nservices: {db: {image: "postgres:15"}}'),
      file('api/db.mjs', "import pg from 'pg';"),
      file('api/report.mjs', "import { pool } from './db.mjs';"),
      file('web/serve.mjs', 'x'),
      file('test/a.test.mjs', "import { pool } from '../api/db.mjs';"),
      file(
        'package.json',
        '{"scripts": {"test": "node --test test/", "report": "node api/report.mjs", "web": "node web/serve.mjs", "lint": "node --check api/report.mjs", "all": "npm test"}}',
      ),
      file('Makefile', 'psql:\n\tpsql "$$URL"\nweb:\n\tnode web/serve.mjs\n'),
    ];
    const uses = scan(at, files).commands.map((u) => [u.match.program, u.match.sub].filter(Boolean).join(' '));
    expect(uses).toEqual(expect.arrayContaining(['psql', 'node api/report.mjs', 'npm test', 'npm run report', 'npm run all', 'make psql']));
    expect(uses).not.toContain('npm run web');
    expect(uses).not.toContain('npm run lint');
    expect(uses).not.toContain('make web');
  });

  it('gives the variables by which clients find it, and only names from .env', () => {
    const { environment, environmentNames } = scan(at, [
      file('compose.yaml', 'services: {db: {image: postgres, environment: {POSTGRES_PASSWORD: "${PW}"}}}'),
      file('.env', 'PW=secret\nOTHER=1'),
    ]);
    expect(environment['compose:shop/db']).toMatchObject({
      DATABASE_URL: 'postgres://postgres:secret@${host}:${port}/postgres',
      PGPORT: '${port}',
    });
    expect(environmentNames).toEqual(['PW', 'OTHER']);
  });

  it('never throws (fuzz)', () => {
    const path = fc.constantFrom('compose.yaml', '.devcontainer.json', 'package.json', 'Makefile', '.env', 'a.sql', 'x.py');
    fc.assert(
      fc.property(fc.array(fc.record({ path, text: fc.string({ unit: 'binary', maxLength: 200 }) })), (files) => void scan(at, files)),
      { seed: 2, numRuns: 1000 },
    );
    const yaml = fc.json().map((json) => `services: ${json}`);
    fc.assert(
      fc.property(yaml, (text) => void compose(text)),
      { seed: 2, numRuns: 1000 },
    );
  });
});

describe('interpolate', () => {
  it.each([
    ['$A', '1'],
    ['${A}', '1'],
    ['${A:-x}', '1'],
    ['${B:-x}', 'x'],
    ['${E:-x}', 'x'],
    ['${E-x}', ''],
    ['${B-x}', 'x'],
    ['${A:+y}', 'y'],
    ['${B:+y}', ''],
    ['${B:-${A}}', '1'],
    ['$$A', '$A'],
    ['a$', 'a$'],
    ['${', ''],
    ['${B:?no}', ''],
  ])('%s', (text, expected) => expect(interpolate(text, { A: '1', E: '' })).toBe(expected));
});
