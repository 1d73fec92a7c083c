import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../../resources/schemas/datasets.schema.json' with { type: 'json' };
import { scan } from '../../../src/sense/scan/scan.ts';

const COMPOSE =
  'name: shop\nservices:\n  db: { image: "postgres:15", environment: { POSTGRES_USER: me, POSTGRES_DB: shop } }\n  cache: { image: "redis:7" }\n';
const scanned = (text: string) =>
  scan({ name: 'ws', folder: '/home/me/ws' }, [
    { path: 'compose.yaml', text: COMPOSE },
    { path: '.prewarm/datasets.json', text },
  ]);
const scannedOne = (entry: object) => scanned(JSON.stringify({ version: 1, datasets: [{ name: 'orders', from: 'a.csv', ...entry }] }));
const specs = (entry: object) => scannedOne(entry).resources.flatMap((r) => (r.spec.type === 'dataset' ? [r.spec] : []));
const DIGEST = 'ab'.repeat(32);

describe('declared datasets', () => {
  it('are resources that depend on their database', () => {
    const found = scannedOne({ into: { database: 'db', table: 'orders' }, sha256: DIGEST.toUpperCase(), format: 'csv' });
    expect(found.problems).toEqual([]);
    expect(found.resources.find((r) => r.provider === 'dataset')).toMatchObject({
      id: 'dataset:ws/orders',
      kind: 'dataset',
      declaredIn: '.prewarm/datasets.json',
      dependsOn: ['compose:shop/db'],
      spec: {
        type: 'dataset',
        from: { type: 'path', path: '/home/me/ws/a.csv' },
        sha256: DIGEST,
        format: 'csv',
        into: { server: { id: 'compose:shop/db' }, database: 'shop', user: 'me', table: 'orders' },
      },
    });
  });

  it('that fill a volume come before what mounts it, by any of its names', () => {
    const compose = `name: shop
services:
  api: { image: "redis:7", volumes: ["models:/models:ro", "own:/x"] }
  job: { image: "redis:7", volumes: [{ type: volume, source: models, target: /m }] }
  web: { image: "redis:7", volumes: ["own:/x"] }
volumes: { models: { external: true, name: "the-\${WHAT:-models}" }, own: {} }
`;
    const datasets = [
      { name: 'models', from: 'models', into: { volume: 'the-models', unpack: true } },
      { name: 'own', from: 'x', into: { volume: 'own' } },
    ];
    const { resources, problems } = scan({ name: 'ws', folder: '/w' }, [
      { path: 'compose.yaml', text: compose },
      { path: '.prewarm/datasets.json', text: JSON.stringify({ version: 1, datasets }) },
    ]);
    expect(problems).toEqual([]);
    const needs = Object.fromEntries(resources.map((r) => [r.name, r.dependsOn]));
    expect(needs).toMatchObject({ api: ['dataset:ws/models'], job: ['dataset:ws/models'], web: [], models: [] });
    expect(resources.find((r) => r.name === 'models')?.spec).toEqual({
      type: 'dataset',
      from: { type: 'path', path: '/w/models', deep: true },
      into: { volume: 'the-models', unpack: true },
    });
  });

  it.each([
    ['data/a.sql', { type: 'path', path: '/home/me/ws/data/a.sql' }],
    ['./data/../x.dump', { type: 'path', path: '/home/me/ws/x.dump' }],
    ['/srv/data', { type: 'path', path: '/srv/data' }],
    ['C:\\data\\a.csv', { type: 'path', path: 'C:/data/a.csv' }],
    ['https://h/a.csv?v=2', { type: 'http', url: 'https://h/a.csv?v=2' }],
    ['https://h/a.csv?sig=${SIG}', { type: 'http', url: 'https://h/a.csv?sig=${SIG}' }],
    ['s3://bucket/a/b.csv', { type: 's3', bucket: 'bucket', key: 'a/b.csv' }],
    ['oci://127.0.0.1:5000/data/shop:v1', { type: 'oci', registry: '127.0.0.1:5000', repository: 'data/shop', reference: 'v1' }],
    [`oci://r.io/x@sha256:${DIGEST}`, { type: 'oci', registry: 'r.io', repository: 'x', reference: `sha256:${DIGEST}` }],
    ['oci://r.io/x', { type: 'oci', registry: 'r.io', repository: 'x', reference: 'latest' }],
  ])('come from %s', (from, source) => expect(specs({ from })[0]?.from).toEqual(source));

  it.each([
    [{ from: '../secret.csv' }, /leaves the workspace/],
    [{ from: '~/a.csv' }, /begins with ~/],
    [{ from: 'ftp://h/a' }, /scheme “ftp:”/],
    [{ from: 'https://me:hunter2@h/a' }, /user or password/],
    [{ from: 'https://h/a?X-Amz-Signature=hunter2' }, /secret in its query/],
    [{ from: 's3://b/k?x' }, /s3:\/\/bucket\/key/],
    [{ from: 's3://bucket/k', endpoint: 'http://u:hunter2@h' }, /“endpoint” holds a user/],
    [{ from: 'oci://r.io' }, /oci:\/\/registry/],
    [{ format: 'xlsx' }, /“format” is none of sql, csv/],
    [{ sha256: 'abc' }, /64 hexadecimal/],
    [{ name: '../x' }, /“name” must be/],
    [{ from: undefined }, /“from” is missing/],
    [{ into: { database: 'nope' } }, /no such service/],
    [{ into: { database: 'cache' } }, /not PostgreSQL/],
    [{ into: {} }, /must name a “database”.* or a “volume”/],
    [{ into: { volume: '../v' } }, /“volume” must be/],
    [{ into: { volume: 'prewarm-x' } }, /“volume” must be/],
    [{ into: { volume: 'v', database: 'db' } }, /Declare two datasets/],
    [{ into: { volume: 'v', unpack: 'yes' } }, /“unpack” must be true/],
    [{ into: { volume: 'v' }, format: 'csv' }, /“format” is csv/],
    [{ into: { database: 'db' }, format: 'files' }, /only a “volume”/],
    [{ into: { database: 'db', unpack: true } }, /“unpack” goes with/],
    [{ into: { database: 'db', table: 'a"; drop' } }, /“table” must be/],
  ])('with %j are skipped with one problem', (entry, message) => {
    const { problems, resources } = scannedOne(entry);
    expect(resources.filter((r) => r.kind === 'dataset')).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.message).not.toContain('hunter2');
  });

  it('two of one name, or into one table, or beside a whole database, are one too many', () => {
    const both = (a: object, b: object) =>
      scanned(
        JSON.stringify({
          version: 1,
          datasets: [
            { name: 'a', from: 'a', ...a },
            { name: 'b', from: 'b', ...b },
          ],
        }),
      ).problems.map((p) => p.message);
    expect(both({}, {})).toEqual([]);
    expect(both({}, { name: 'a' })[0]).toMatch(/another dataset has this name/);
    const table = (t: string) => ({ into: { database: 'db', table: t } });
    expect(both(table('x'), table('y'))).toEqual([]);
    expect(both(table('x'), table('x'))[0]).toMatch(/“a” is loaded into the same table/);
    expect(both({ into: { database: 'db' } }, table('x'))[0]).toMatch(/“a” is loaded into the same database/);
  });

  it.each([
    ['{', /datasets\.json:1: it is not valid JSON/],
    ['[]', /no list “datasets”/],
    ['{"version":2,"datasets":[]}', /“version” is 2/],
    ['['.repeat(500), /deep|levels/],
  ])('of a file %j there are none', (text, message) => expect(scanned(text).problems[0]?.message).toMatch(message));

  it('is total: any text and any JSON gives resources or problems, and never throws (property)', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('https://[', 's3://', 'oci://a/b:', '\u0000', 'a/../../b', 'http://h:99999/'));
    const entry = fc.dictionary(fc.constantFrom('name', 'from', 'format', 'sha256', 'into', 'endpoint', 'x'), odd);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(entry).map((datasets) => JSON.stringify({ version: 1, datasets })),
        ),
        (text) => {
          for (const r of scanned(text).resources) expect(r.id).not.toMatch(/\s|@/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the schema takes what the scan takes, and refuses what it cannot say', () => {
    const valid = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const file = (entry: object) => ({ version: 1, datasets: [{ name: 'a', from: 'x', ...entry }] });
    expect(valid(file({ format: 'csv', sha256: DIGEST, into: { database: 'db', table: 'public.orders' } }))).toBe(true);
    expect(valid(file({ format: 'files', into: { volume: 'models', unpack: true } }))).toBe(true);
    for (const into of [
      { volume: 'v', database: 'd' },
      { volume: 'v', table: 't' },
      { database: 'd', unpack: true },
      { volume: 'prewarm-v' },
    ])
      expect(valid(file({ into }))).toBe(false);
    for (const entry of [{ format: 'xlsx' }, { sha256: 'z' }, { into: {} }, { name: '' }, { unknown: 1 }])
      expect(valid(file(entry))).toBe(false);
  });
});
