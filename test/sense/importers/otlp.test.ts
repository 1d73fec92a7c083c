import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseActivity } from '../../../src/domain/index.ts';
import { type ImportedSpans, importOtlp } from '../../../src/sense/importers/otlp.ts';
import { readBinaryRequest } from '../../../src/sense/importers/otlpBinary.ts';
import { readJsonRequest } from '../../../src/sense/importers/otlpJson.ts';
import { AT, binaryRequest, jsonRequest, type Written } from './spans.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const jsonOf = (...spans: readonly Written[]): Uint8Array => bytesOf(JSON.stringify(jsonRequest(...spans)));
const run = (bytes: Uint8Array): ImportedSpans => importOtlp(bytes, { actor: 'me' });

type Attributes = NonNullable<Written['attributes']>;

const ENCODINGS: readonly (readonly [string, (...spans: readonly Written[]) => Uint8Array])[] = [
  ['JSON', jsonOf],
  ['protobuf', binaryRequest],
];

/** Name, span, and what becomes of it; `undefined`: no activity. */
const TABLE: readonly (readonly [string, Written, readonly [string, string] | undefined])[] = [
  [
    'an HTTP server span',
    { kind: 'server', attributes: { 'http.request.method': 'GET', 'http.route': '/orders/:id', 'url.path': '/orders/17' } },
    ['api:GET /orders/{id}', 'request.ended'],
  ],
  [
    'one by the old names',
    { kind: 'server', attributes: { 'http.method': 'post', 'http.target': '/orders/17/items?token=hunter2' } },
    ['api:POST /orders/{id}/items', 'request.ended'],
  ],
  [
    'a route of Flask',
    { kind: 'server', attributes: { 'http.method': 'GET', 'http.route': '/u/<int:pk>/x' } },
    ['api:GET /u/{id}/x', 'request.ended'],
  ],
  [
    'a route of Django',
    { kind: 'server', attributes: { 'http.method': 'GET', 'http.route': '^orders/(?P<pk>[^/.]+)/$' } },
    ['api:GET /orders/{id}', 'request.ended'],
  ],
  [
    'a route of Next.js',
    { kind: 'server', attributes: { 'http.method': 'GET', 'http.route': '/shop/[slug]' } },
    ['api:GET /shop/{id}', 'request.ended'],
  ],
  [
    'a version in a path is a word',
    { kind: 'server', attributes: { 'http.request.method': 'GET', 'url.path': '/api/v1/orders/9b2e/.well-known' } },
    ['api:GET /api/v1/orders/{id}/.well-known', 'request.ended'],
  ],
  [
    'an e-mail address and a key in a path',
    { kind: 'server', attributes: { 'http.request.method': 'GET', 'url.path': '/users/jane@example.org/keys/dQw4w9WgXcQ' } },
    ['api:GET /users/{id}/keys/{id}', 'request.ended'],
  ],
  [
    'a very long path',
    { kind: 'server', attributes: { 'http.request.method': 'GET', 'url.path': '/a/b/c/d/e/f/g/h/i/j' } },
    ['api:GET /a/b/c/d/e/f/g/h/…', 'request.ended'],
  ],
  [
    'a method that is none',
    { kind: 'server', attributes: { 'http.request.method': 'HUNTER2', 'url.path': '/' } },
    ['api:OTHER /', 'request.ended'],
  ],
  [
    'an HTTP client span',
    {
      kind: 'client',
      attributes: {
        'http.request.method': 'GET',
        'url.full': 'https://me:hunter2@api.example.org/v2/things/42?key=hunter2',
        'server.address': 'api.example.org',
        'server.port': 443,
      },
    },
    ['api:GET api.example.org/v2/things/{id}', 'request.ended'],
  ],
  [
    'one without an address of its own',
    { kind: 'client', attributes: { 'http.method': 'GET', 'http.url': 'http://me:hun@ter2@api.example.org:8080/x#hunter2' } },
    ['api:GET api.example.org:8080/x', 'request.ended'],
  ],
  [
    'a call to this machine has the name of its other side',
    {
      kind: 'client',
      attributes: {
        'http.request.method': 'GET',
        'url.full': 'http://localhost:3000/orders/17',
        'server.address': 'localhost',
        'server.port': 3000,
      },
    },
    ['api:GET /orders/{id}', 'request.ended'],
  ],
  [
    'a template of a client',
    {
      kind: 'client',
      attributes: { 'http.request.method': 'GET', 'url.template': '/things/{thing}', 'server.address': 'api.example.org' },
    },
    ['api:GET api.example.org/things/{id}', 'request.ended'],
  ],
  [
    'a PostgreSQL query',
    {
      kind: 'client',
      name: 'SELECT hunter2',
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'shop|public',
        'db.operation.name': 'SELECT',
        'db.query.text': "SELECT 'hunter2'",
      },
    },
    ['database:postgresql/shop', 'select.ended'],
  ],
  [
    'one by the old names',
    {
      kind: 'client',
      attributes: { 'db.system': 'postgresql', 'db.name': 'shop', 'db.statement': "SELECT 'hunter2'", 'db.user': 'hunter2' },
    },
    ['database:postgresql/shop', 'query.ended'],
  ],
  [
    'an operation that is a query',
    { kind: 'client', attributes: { 'db.system': 'mysql', 'db.operation': "SELECT 'hunter2'" } },
    ['database:mysql', 'query.ended'],
  ],
  [
    'Redis',
    { kind: 'client', attributes: { 'db.system': 'redis', 'db.redis.database_index': 3, 'db.operation': 'HGETALL' } },
    ['database:redis/3', 'hgetall.ended'],
  ],
  [
    'SQLite, inside the program',
    { kind: 'internal', attributes: { 'db.system': 'sqlite', 'db.name': '/home/jane/secret/shop.db' } },
    ['database:sqlite/shop.db', 'query.ended'],
  ],
  [
    'SQL Server',
    { kind: 'client', attributes: { 'db.system': 'mssql', 'db.namespace': 'main|shop' } },
    ['database:microsoft.sql_server/shop', 'query.ended'],
  ],
  [
    'a database that is reached by HTTP',
    {
      kind: 'client',
      attributes: { 'db.system.name': 'elasticsearch', 'http.request.method': 'POST', 'url.full': 'http://localhost:9200/orders/_search' },
    },
    ['database:elasticsearch', 'query.ended'],
  ],
  [
    'a remote procedure',
    {
      kind: 'client',
      attributes: { 'rpc.system': 'grpc', 'rpc.service': 'shop.Orders', 'rpc.method': 'Place', 'rpc.grpc.status_code': 0 },
    },
    ['api:grpc shop.Orders/Place', 'request.ended'],
  ],
  [
    'one by the new names',
    { kind: 'server', attributes: { 'rpc.system.name': 'grpc', 'rpc.method': 'shop.Orders/Place' } },
    ['api:grpc shop.Orders/Place', 'request.ended'],
  ],
  [
    'a message sent',
    {
      kind: 'producer',
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders.created', 'messaging.operation.type': 'send' },
    },
    ['api:kafka orders.created', 'message.sent'],
  ],
  [
    'a message received, by the old names',
    {
      kind: 'consumer',
      attributes: { 'messaging.system': 'rabbitmq', 'messaging.destination': 'orders', 'messaging.operation': 'process' },
    },
    ['api:rabbitmq orders', 'message.received'],
  ],
  [
    'a queue of chance',
    {
      kind: 'consumer',
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.destination.name': 'amq.gen-JzTY20BRgKO',
        'messaging.destination.temporary': true,
      },
    },
    ['api:rabbitmq {id}', 'message.received'],
  ],
  [
    'a message that is settled',
    { kind: 'client', attributes: { 'messaging.system': 'servicebus', 'messaging.operation.type': 'settle' } },
    undefined,
  ],
  ['work inside the program', { kind: 'internal', attributes: { 'http.request.method': 'GET' } }, undefined],
  ['a span that says nothing', { kind: 'server', attributes: {} }, undefined],
  ['a database that serves', { kind: 'server', attributes: { 'db.system': 'postgresql' } }, undefined],
];

describe.each(ENCODINGS)('spans in %s', (_, encode) => {
  it.each(TABLE)('%s', (_name, span, expected) => {
    const { activities, read, kept, ignored, rejected } = run(encode(span));
    expect(activities.map((a) => [a.resource, a.kind])).toEqual(expected ? [expected] : []);
    expect({ read, kept, ignored, rejected }).toEqual({ read: 1, kept: expected ? 1 : 0, ignored: expected ? 0 : 1, rejected: [] });
    for (const activity of activities) {
      expect(parseActivity(activity)).toEqual({ activity });
      expect(activity).toMatchObject({ at: AT + 20, actor: 'me', durationMs: 20, source: expected?.[0].split(':')[0] });
    }
    expect(JSON.stringify(activities)).not.toMatch(/hun|ter2|jane/i);
  });

  const http = (more: Attributes): Attributes => ({ 'http.request.method': 'GET', 'url.path': '/', ...more });
  it.each<[string, Written, boolean]>([
    ['no status at all', { attributes: http({}) }, true],
    ['a status of the protocol', { attributes: http({ 'http.response.status_code': 200 }) }, true],
    ['not found', { attributes: http({ 'http.response.status_code': 404 }) }, false],
    ['an old status', { attributes: http({ 'http.status_code': 503 }) }, false],
    ['an error', { status: 'error', attributes: http({ 'http.response.status_code': 200 }) }, false],
    ['said to be right', { status: 'ok', attributes: http({ 'http.response.status_code': 404 }) }, true],
    ['a failed procedure', { attributes: { 'rpc.system': 'grpc', 'rpc.method': 'x', 'rpc.grpc.status_code': 14 } }, false],
    ['one by name', { attributes: { 'rpc.system.name': 'grpc', 'rpc.method': 'x/y', 'rpc.response.status_code': 'OK' } }, true],
  ])('%s is %s', (_name, span, ok) => expect(run(encode({ kind: 'server', ...span })).activities.map((a) => a.ok)).toEqual([ok]));

  it('keeps fractions of a millisecond, and the order of time', () => {
    const spans = [3, 1, 2].map(
      (n): Written => ({ kind: 'server', endMs: AT + n, startMs: AT + n - 0.25, attributes: http({ 'url.path': `/${'abc'[n - 1]}` }) }),
    );
    const { activities } = run(encode(...spans));
    expect(activities.map((a) => a.resource)).toEqual(['api:GET /a', 'api:GET /b', 'api:GET /c']);
    for (const { durationMs } of activities) expect(durationMs).toBeCloseTo(0.25, 2);
  });

  it('counts what has no time, and goes on', () => {
    const { read, kept, rejected } = run(
      encode({ kind: 'server', endMs: 0, attributes: http({}) }, { kind: 'server', attributes: http({}) }),
    );
    expect({ read, kept }).toEqual({ read: 2, kept: 1 });
    expect(rejected).toEqual([{ line: 1, problem: 'a span has no valid endTimeUnixNano' }]);
  });

  it('passes the gate and says what it took', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const { activities, redacted, dropped } = run(encode({ kind: 'client', attributes: { 'db.system': 'postgresql', 'db.name': token } }));
    expect(activities[0]?.resource).toBe('database:postgresql/‹token›');
    expect({ redacted, dropped }).toEqual({ redacted: 1, dropped: [{ kind: 'token', count: 1 }] });
  });
});

describe('files of traces', () => {
  const get = (path: string): Written => ({ kind: 'server', attributes: { 'http.request.method': 'GET', 'url.path': path } });

  it('one request over several lines', () => {
    expect(run(bytesOf(JSON.stringify(jsonRequest(get('/a'), get('/b')), undefined, 2)))).toMatchObject({ read: 2, kept: 2, rejected: [] });
  });

  it('JSON Lines, as the Collector writes them, with what is of no use named by its line', () => {
    const lines = [jsonRequest(get('/a')), { resourceMetrics: [] }, jsonRequest(get('/b')), { resourceLogs: [] }, { x: 1 }, 'hunter2', 7];
    const text = `\n${lines.map((l) => (l === 'hunter2' ? '{hunter2' : JSON.stringify(l))).join('\n')}\n`;
    const { activities, ...counts } = run(bytesOf(text));
    expect(activities.map((a) => a.resource)).toEqual(['api:GET /a', 'api:GET /b']);
    expect(counts).toMatchObject({ read: 7, kept: 2, ignored: 0 });
    expect(counts.rejected).toEqual([
      { line: 3, problem: 'resourceMetrics hold no spans' },
      { line: 5, problem: 'resourceLogs hold no spans' },
      { line: 6, problem: 'no resourceSpans in it' },
      { line: 7, problem: 'not JSON' },
      { line: 8, problem: 'no resourceSpans in it' },
    ]);
  });

  it('protobuf with its length before each request, as the Collector writes it', () => {
    const framed = (request: Uint8Array): readonly number[] => [0, 0, request.length >> 8, request.length & 255, ...request];
    const one = framed(binaryRequest(get('/a'), get('/b')));
    const two = framed(binaryRequest(get('/c')));
    expect(run(Uint8Array.from([...one, ...framed(Uint8Array.of(1)), ...two]))).toMatchObject({
      read: 4,
      kept: 3,
      rejected: [{ line: 2, problem: 'the request is not an ExportTraceServiceRequest in protobuf, or it is cut off' }],
    });
    for (const missing of [1, two.length - 2])
      expect(run(Uint8Array.from([...one, ...two].slice(0, -missing)))).toMatchObject({
        kept: 2,
        rejected: [{ line: 2, problem: 'the request is cut off' }],
      });
  });

  it('a byte order mark and Windows line ends', () => {
    expect(run(bytesOf(`\uFEFF${JSON.stringify(jsonRequest(get('/a')))}\r\n${JSON.stringify(jsonRequest(get('/b')))}\r\n`)).kept).toBe(2);
  });

  it.each([
    ['a text', bytesOf('hello hunter2'), 'neither JSON nor protobuf of an ExportTraceServiceRequest (OTLP)'],
    ['a JSON that goes on', bytesOf('{\n"hunter2'), 'neither one JSON request nor JSON Lines'],
    [
      'a protobuf that is cut off',
      binaryRequest(get('/a')).slice(0, -3),
      'neither JSON nor protobuf of an ExportTraceServiceRequest (OTLP)',
    ],
  ])('says what is wrong with %s, once, without repeating it', (_name, bytes, problem) => {
    expect(run(bytes)).toMatchObject({ read: 1, kept: 0, rejected: [{ line: 1, problem }] });
  });

  it('reads names of enumerations and 64-bit integers as numbers', () => {
    const request = {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: AT * 1e6,
                  endTimeUnixNano: (AT + 20) * 1e6,
                  status: { code: 'STATUS_CODE_ERROR' },
                  attributes: [
                    { key: 'http.request.method', value: { stringValue: 'GET' } },
                    { key: 'http.response.status_code', value: { intValue: 200 } },
                  ],
                  flags: 1,
                },
              ],
            },
          ],
        },
      ],
      unknown: [{}],
    };
    expect(run(bytesOf(JSON.stringify(request))).activities).toMatchObject([
      { resource: 'api:GET /', at: AT + 20, durationMs: 20, ok: false },
    ]);
  });

  it('reads no more spans than it may, and counts the rest', () => {
    const spans = Array.from({ length: 5 }, () => get('/a'));
    for (const request of [readJsonRequest(jsonRequest(...spans), 3), readBinaryRequest(binaryRequest(...spans), 3)])
      expect(request).toMatchObject({ surplus: 2, rejected: [], spans: [{}, {}, {}] });
  });

  it('skips fields of a later version, and fields of another wire type', () => {
    const later = Uint8Array.of(0x78, 0x01, 0x0d, 1, 2, 3, 4);
    expect(run(Uint8Array.of(...binaryRequest(get('/a')), ...later))).toMatchObject({ read: 1, kept: 1 });
  });
});

// ---------------------------------------------------------------------------------------------------- fuzz

const CANARY = 'hunter2-canary-7f3a';
const canaries = fc.constantFrom(
  CANARY,
  `password=${CANARY}`,
  `/reset/${CANARY}`,
  `https://me:${CANARY}@example.org/?token=${CANARY}`,
  `x|${CANARY}|y`,
);
const SECRET_KEYS = [
  'db.query.text',
  'db.statement',
  'db.user',
  'db.connection_string',
  'url.query',
  'http.request.header.authorization',
  'enduser.id',
  'url.full',
  'http.url',
  'http.target',
  'url.path',
  'http.request.method',
  'db.system',
  'rpc.system',
  'messaging.system',
  'db.operation.name',
];
const secretive: fc.Arbitrary<Written> = fc.record({
  name: canaries,
  kind: fc.constantFrom('server', 'client', 'producer', 'consumer', 'internal', 'unspecified'),
  attributes: fc
    .tuple(
      fc.constantFrom<Record<string, string>>(
        { 'http.request.method': 'GET' },
        { 'db.system.name': 'postgresql', 'db.namespace': 'shop' },
        { 'rpc.system': 'grpc', 'rpc.method': 'Place' },
        { 'messaging.system': 'kafka', 'messaging.operation.type': 'send' },
      ),
      fc.dictionary(fc.constantFrom(...SECRET_KEYS), canaries),
    )
    .map(([known, secrets]) => ({ ...known, ...secrets })),
});
const anything: fc.Arbitrary<Written> = fc.record({
  name: fc.string(),
  kind: fc.constantFrom('server', 'client', 'producer', 'consumer', 'internal', 'unspecified'),
  status: fc.constantFrom('unset', 'ok', 'error'),
  startMs: fc.integer({ min: 0, max: 2 ** 43 }),
  endMs: fc.integer({ min: 0, max: 2 ** 43 }),
  attributes: fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'http.route',
        'url.full',
        'server.address',
        'server.port',
        'db.system',
        'db.namespace',
        'http.method',
        'rpc.method',
        ...SECRET_KEYS,
      ),
      fc.string(),
    ),
    fc.oneof(fc.webUrl(), fc.string({ unit: 'grapheme' }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
  ),
});

function holds({ read, kept, ignored, written, activities, rejected }: ImportedSpans): void {
  expect(read).toBe(kept + ignored + rejected.length);
  expect(written).toBe(activities.length);
  for (const activity of activities) expect(parseActivity(activity)).toEqual({ activity });
}

describe('spans of every kind (fuzz)', () => {
  it('no secret gets through, in either encoding', () => {
    fc.assert(
      fc.property(fc.array(secretive, { maxLength: 5 }), (spans) => {
        for (const [, encode] of ENCODINGS) {
          const result = run(encode(...spans));
          holds(result);
          expect(result.rejected).toEqual([]);
          expect(JSON.stringify(result)).not.toMatch(/hunter|canary|7f3a/);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it('both encodings say the same', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (spans) => {
        const [json, binary] = ENCODINGS.map(([, encode]) => run(encode(...spans)));
        holds(json as ImportedSpans);
        expect(binary).toEqual(json);
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it('bytes of chance, and requests with bytes changed, never throw', () => {
    const changed = fc
      .tuple(
        fc.array(anything, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(),
      )
      .map(([spans, isJson, changes, cut]) => {
        const bytes = Uint8Array.from(isJson ? jsonOf(...spans) : binaryRequest(...spans));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes.slice(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
      });
    const zeroes = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 10), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), changed, zeroes), (bytes) => holds(run(bytes))),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('any JSON never throws', () => {
    const shaped = fc
      .jsonValue()
      .map((x) => ({ resourceSpans: [{ scopeSpans: [{ spans: [x, { attributes: x, status: x, kind: x }] }, x] }, x] }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped), (value) => holds(run(bytesOf(JSON.stringify(value))))),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('groups and lists within each other, as deep as they may be', () => {
    const groups = new Uint8Array(200_000).fill(0x0b);
    expect(run(groups).rejected).toHaveLength(1);
    expect(run(bytesOf(`{"resourceSpans":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).read).toBe(0);
  });
});
