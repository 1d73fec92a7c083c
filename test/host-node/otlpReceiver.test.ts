import { once } from 'node:events';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as BinaryExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { afterEach, describe, expect, it } from 'vitest';
import { type OtlpLimits, type OtlpReceiver, openOtlpReceiver } from '../../src/host/node/otlpReceiver.ts';
import type { MetricPoint } from '../../src/sense/feeds/otlp/metricPoint.ts';
import type { Call } from '../../src/sense/importers/otlpSpan.ts';
import { binaryMetricsRequest, AT as METRICS_AT, metricsRequest } from '../sense/feeds/metrics.ts';
import { AT, binaryRequest, jsonRequest, type Written } from '../sense/importers/spans.ts';

const NOW = AT + 1000;
const GET: Written = {
  kind: 'server',
  attributes: { 'http.request.method': 'GET', 'http.route': '/orders/:id', 'http.response.status_code': 200 },
};
const JSON_TYPE = { 'Content-Type': 'application/json' };
const BINARY_TYPE = { 'Content-Type': 'application/x-protobuf' };

const opened: OtlpReceiver[] = [];
afterEach(async () => {
  for (const receiver of opened.splice(0)) await receiver.close();
});

async function open(limits: Partial<OtlpLimits> = {}) {
  const clock = { now: NOW };
  const calls: Call[] = [];
  const logged: string[] = [];
  const result = await openOtlpReceiver({
    now: () => clock.now,
    record: (call) => calls.push(call),
    log: (line) => logged.push(line),
    limits,
  });
  if (!result.ok) throw new Error(result.fault.message);
  opened.push(result.value);
  return { clock, calls, logged, ...result.value, names: () => calls.map((c) => c.name) };
}

interface Reply {
  readonly status: number | undefined;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** `fetch` would not let `Host` and `Origin` be chosen. */
function post(endpoint: string, path: string, headers: OutgoingHttpHeaders, body: string | Uint8Array, method = 'POST'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${endpoint}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

const traces = (endpoint: string, headers: OutgoingHttpHeaders, body: string | Uint8Array): Promise<Reply> =>
  post(endpoint, '/v1/traces', headers, body);
const json = (...spans: readonly Written[]): string => JSON.stringify(jsonRequest(...spans));

describe('the receiver of spans, with the real exporters', () => {
  type ReadableSpan = Parameters<JsonExporter['export']>[0][number];
  const context = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', traceFlags: 1 };
  const span = (attributes: ReadableSpan['attributes'], kind: number): ReadableSpan =>
    ({
      name: 'hunter2',
      kind,
      spanContext: () => context,
      startTime: [AT / 1000, 0],
      endTime: [AT / 1000, 20_500_000],
      duration: [0, 20_500_000],
      status: { code: 0 },
      attributes,
      links: [],
      events: [],
      ended: true,
      resource: { attributes: { 'service.name': 'shop' }, merge: () => undefined, getRawAttributes: () => [] },
      instrumentationScope: { name: 'test' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }) as unknown as ReadableSpan;
  /** The numbers of `SpanKind` in the API, which begins with 0 for internal. */
  const spans = [
    span({ 'http.request.method': 'GET', 'http.route': '/orders/:id', 'http.response.status_code': 503 }, 1),
    span({ 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': "select 'hunter2'", 'server.address': 'localhost' }, 2),
    span({ step: 'hunter2' }, 0),
  ];

  it.each([
    ['protobuf', BinaryExporter, 'none'],
    ['protobuf and gzip', BinaryExporter, 'gzip'],
    ['JSON', JsonExporter, 'none'],
    ['JSON and gzip', JsonExporter, 'gzip'],
  ] as const)('%s', async (_, Exporter, compression) => {
    const { endpoint, calls } = await open();
    const exporter = new Exporter({ url: `${endpoint}/v1/traces`, compression: compression as never });
    const result = await new Promise<{ code: number; error?: Error }>((resolve) => exporter.export(spans, resolve));
    await exporter.shutdown();
    expect(result).toEqual({ code: 0 });
    expect(calls).toEqual([
      { type: 'call', at: AT + 20, source: 'api', name: 'GET /orders/{id}', kind: 'request.ended', durationMs: 20.5, ok: false },
      {
        type: 'call',
        at: AT + 20,
        source: 'database',
        name: 'postgresql/shop',
        kind: 'query.ended',
        durationMs: 20.5,
        ok: true,
        peer: { address: 'localhost', port: 5432 },
      },
    ]);
    expect(JSON.stringify(calls)).not.toContain('hunter2');
  });

  it('by the endpoint of the environment alone', async () => {
    const { endpoint, names } = await open();
    const before = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
    try {
      const exporter = new BinaryExporter();
      await new Promise((resolve) => exporter.export(spans, resolve));
      await exporter.shutdown();
    } finally {
      if (before === undefined) delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      else process.env.OTEL_EXPORTER_OTLP_ENDPOINT = before;
    }
    expect(names()).toEqual(['GET /orders/{id}', 'postgresql/shop']);
  });
});

describe('the receiver of spans', () => {
  it('answers in the encoding that it was asked in, and says nothing where nothing was rejected', async () => {
    const { endpoint, names } = await open();
    const asJson = await traces(endpoint, { 'Content-Type': 'application/json; charset=utf-8' }, json(GET));
    expect([asJson.status, asJson.headers['content-type'], asJson.body.toString()]).toEqual([200, 'application/json', '{}']);
    const asBinary = await traces(endpoint, BINARY_TYPE, binaryRequest(GET));
    expect([asBinary.status, asBinary.headers['content-type'], asBinary.body.length]).toEqual([200, 'application/x-protobuf', 0]);
    expect(names()).toEqual(['GET /orders/{id}', 'GET /orders/{id}']);
  });

  it.each(['/v1/metrics', '/v1/logs'])('takes %s and throws them away', async (path) => {
    const { endpoint, calls } = await open();
    const reply = await post(endpoint, path, BINARY_TYPE, new Uint8Array(100_000));
    expect([reply.status, reply.body.length, calls.length]).toEqual([200, 0, 0]);
    expect((await post(endpoint, path, JSON_TYPE, '{}')).body.toString()).toBe('{}');
  });

  it.each<[string, number, OutgoingHttpHeaders, string?, string?]>([
    ['a page of the web', 403, { ...JSON_TYPE, Origin: 'https://example.org' }],
    ['a page of nowhere', 403, { ...JSON_TYPE, Origin: 'null' }],
    ['a page of this machine', 403, { ...JSON_TYPE, Origin: 'http://localhost:3000' }],
    ['the preflight of a page', 403, { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' }, 'OPTIONS'],
    ['a name that was bound again', 403, { ...JSON_TYPE, Host: 'rebound.example.org' }],
    ['one with our port', 403, { ...JSON_TYPE, Host: 'rebound.example.org:4318' }],
    ['a host without the port', 403, { ...JSON_TYPE, Host: '127.0.0.1' }],
    ['another method', 405, JSON_TYPE, 'GET'],
    ['another path', 404, JSON_TYPE, 'POST', '/v1/nothing'],
    ['another type', 415, { 'Content-Type': 'text/plain' }],
    ['no type', 415, {}],
    ['another encoding', 415, { ...JSON_TYPE, 'Content-Encoding': 'br' }],
    ['gzip that is none', 400, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }],
  ])('refuses %s with %i', async (_, status, headers, method = 'POST', path = '/v1/traces') => {
    const { endpoint, calls } = await open();
    const reply = await post(endpoint, path, headers, method === 'GET' || method === 'OPTIONS' ? '' : json(GET), method);
    expect(reply.status).toBe(status);
    expect((JSON.parse(reply.body.toString()) as { message: string }).message).toMatch(/^[A-Z].*\.$/);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('its own other name is no foreign host', async () => {
    const { endpoint, calls } = await open();
    expect((await traces(endpoint, { ...JSON_TYPE, Host: endpoint.replace('http://127.0.0.1', 'LOCALHOST') }, json(GET))).status).toBe(200);
    expect(calls).toHaveLength(1);
  });

  it('says what is malformed without repeating it, in JSON and in protobuf', async () => {
    const { endpoint } = await open();
    const asJson = await traces(endpoint, JSON_TYPE, '{"hunter2');
    expect([asJson.status, asJson.body.toString()]).toEqual([400, '{"message":"This is no request of OTLP: the body is not JSON."}']);
    const asBinary = await traces(endpoint, BINARY_TYPE, 'hunter2');
    expect([asBinary.status, asBinary.headers['content-type']]).toEqual([400, 'application/x-protobuf']);
    const status = new BinaryReader(asBinary.body);
    expect([status.tag(), status.string()]).toEqual([
      [2, 2],
      'This is no request of OTLP: the request is not an ExportTraceServiceRequest in protobuf, or it is cut off.',
    ]);
  });

  it('tells what it did not take', async () => {
    const { endpoint, clock, calls } = await open({ spansPerRequest: 3 });
    clock.now = NOW + 10 * 60_000;
    const spans = [GET, { ...GET, endMs: 0 }, { ...GET, endMs: clock.now, startMs: clock.now }, GET, GET];
    const message =
      'Spans not taken: beyond the 3 that a request may hold: 2; ended more than 10 minutes ago: 1; unreadable, since a span has no valid endTimeUnixNano: 1.';
    const asJson = await traces(endpoint, JSON_TYPE, json(...spans));
    expect(JSON.parse(asJson.body.toString())).toEqual({ partialSuccess: { rejectedSpans: '4', errorMessage: message } });
    const asBinary = new BinaryReader((await traces(endpoint, BINARY_TYPE, binaryRequest(...spans))).body);
    expect([asBinary.tag(), asBinary.uint32() > 0, asBinary.tag(), Number(asBinary.int64()), asBinary.tag(), asBinary.string()]).toEqual([
      [1, 2],
      true,
      [1, 0],
      4,
      [2, 2],
      message,
    ]);
    expect(calls).toHaveLength(2);
  });

  it('a clock that goes ahead does not write into the future', async () => {
    const { endpoint, calls } = await open();
    await traces(endpoint, JSON_TYPE, json({ ...GET, endMs: NOW + 1e9 }));
    expect(calls.map((c) => c.at)).toEqual([NOW]);
  });

  it('does not hear of the calls to itself', async () => {
    const { endpoint, calls } = await open();
    const self: Written = { kind: 'client', attributes: { 'http.request.method': 'POST', 'url.full': `${endpoint}/v1/traces` } };
    await traces(endpoint, JSON_TYPE, json(self, GET));
    expect(calls.map((c) => c.name)).toEqual(['GET /orders/{id}']);
  });
});

describe('the bounds of the receiver', () => {
  it('a body that says it is too large is not read', async () => {
    const { endpoint } = await open({ bodyBytes: 1000 });
    expect((await traces(endpoint, JSON_TYPE, 'x'.repeat(1001))).status).toBe(413);
  });

  it('neither is one that does not say so', async () => {
    const { endpoint } = await open({ bodyBytes: 1000 });
    const reply = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(`${endpoint}/v1/traces`, {
        method: 'POST',
        headers: { ...BINARY_TYPE, 'Transfer-Encoding': 'chunked' },
        agent: false,
      });
      request.on('response', (response) => {
        clearInterval(timer);
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      const timer = setInterval(() => request.write(new Uint8Array(400)), 5);
    });
    expect(reply).toBe(413);
  });

  it('a gzip bomb is stopped at the limit', async () => {
    const { endpoint, calls } = await open();
    const bomb = gzipSync(Buffer.alloc(512 * 2 ** 20, 0x20));
    expect(bomb.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage();
    const reply = await traces(endpoint, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, bomb);
    expect(reply.status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(64 * 2 ** 20);
    expect(calls).toEqual([]);
  });

  it('too much is told when to come again, and is heard then', async () => {
    const { endpoint, clock, names } = await open({ costPerSecond: 10, burstCost: 20 });
    const many = json(...Array.from({ length: 39 }, () => GET));
    expect((await traces(endpoint, JSON_TYPE, many)).status).toBe(200);
    const reply = await traces(endpoint, JSON_TYPE, json(GET));
    expect([reply.status, reply.headers['retry-after']]).toEqual([429, '3']);
    expect(names()).toHaveLength(39);
    clock.now += 3000;
    expect((await traces(endpoint, JSON_TYPE, json(GET))).status).toBe(200);
  });

  it('requests without spans cost as well', async () => {
    const { endpoint } = await open({ costPerSecond: 1, burstCost: 3 });
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await post(endpoint, '/v1/metrics', JSON_TYPE, '{}')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('a head or a body that does not end is cut off', async () => {
    const { endpoint } = await open({ headersMs: 200, requestMs: 400 });
    const port = Number(new URL(endpoint).port);
    const begun = performance.now();
    const replies = await Promise.all(
      [
        'POST /v1/traces HTTP/1.1\r\nX: ',
        `POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
      ].map(async (text) => {
        const socket = connect(port, '127.0.0.1');
        socket.write(text);
        let said = '';
        socket.on('data', (chunk) => (said += chunk));
        await once(socket, 'close');
        return said.split('\r\n')[0];
      }),
    );
    expect(replies).toEqual(['HTTP/1.1 408 Request Timeout', 'HTTP/1.1 408 Request Timeout']);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('more connections than it takes are closed', async () => {
    const { endpoint } = await open({ connections: 2 });
    const port = Number(new URL(endpoint).port);
    const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    const third = connect(port, '127.0.0.1');
    third.on('error', () => {});
    third.resume();
    await once(third, 'close');
    for (const socket of held) expect(socket.destroyed).toBe(false);
    for (const socket of held) socket.destroy();
  });

  it('a sender that goes away is no fault, and others are heard', async () => {
    const { endpoint, logged, calls } = await open();
    const port = Number(new URL(endpoint).port);
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(`POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{`);
      if (i % 2) socket.resetAndDestroy();
      else socket.destroy();
      await once(socket, 'close');
    }
    expect((await traces(endpoint, JSON_TYPE, json(GET))).status).toBe(200);
    expect([logged, calls.length]).toEqual([[], 1]);
  });

  it('is gone when it is closed, with every connection', async () => {
    const { endpoint, close } = await open();
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.resume();
    await Promise.all([once(socket, 'close'), close()]);
    await expect(traces(endpoint, JSON_TYPE, json(GET))).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is on loopback only', async () => {
    const { endpoint } = await open();
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(endpoint).port);
    // All of 127/8 is this machine; only 127.0.0.1 is listened on.
    const elsewhere = connect(port, process.platform === 'linux' ? '127.0.0.2' : '::1');
    const [error] = (await once(elsewhere, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

describe('the receiver of metrics', () => {
  const gauge = { name: 'queue.size', type: 'gauge', points: [{ at: METRICS_AT, value: 7 }] } as const;

  async function listening(most = 10) {
    const points: MetricPoint[] = [];
    const result = await openOtlpReceiver({
      now: () => METRICS_AT + 1000,
      record: () => {},
      measure: (point) => points.length < most && points.push(point) > 0,
      log: () => {},
    });
    if (!result.ok) throw new Error(result.fault.message);
    opened.push(result.value);
    return {
      points,
      send: (headers: OutgoingHttpHeaders, body: string | Uint8Array) => post(result.value.endpoint, '/v1/metrics', headers, body),
    };
  }

  it('hears JSON, plain and packed', async () => {
    const { points, send } = await listening();
    const body = JSON.stringify(metricsRequest(gauge));
    expect(await send(JSON_TYPE, body)).toMatchObject({ status: 200, body: Buffer.from('{}') });
    expect((await send({ ...JSON_TYPE, 'Content-Encoding': 'gzip' }, gzipSync(body))).status).toBe(200);
    expect(points.map((p) => [p.service, p.metric, p.reading])).toEqual(Array(2).fill(['shop', 'queue.size', { type: 'gauge', value: 7 }]));
  });

  it('says what was not taken: too old, too many, unreadable', async () => {
    const { send } = await listening(1);
    const old = { ...gauge, points: [{ at: METRICS_AT - 3_600_000, value: 1 }] };
    const nameless = { ...gauge, name: '' };
    const reply = await send(JSON_TYPE, JSON.stringify(metricsRequest(gauge, gauge, old, nameless)));
    const { partialSuccess } = JSON.parse(reply.body.toString()) as {
      partialSuccess: { rejectedDataPoints: string; errorMessage: string };
    };
    expect(partialSuccess.rejectedDataPoints).toBe('3');
    expect(partialSuccess.errorMessage).toMatch(
      /older than 10 minutes: 1; of more metrics than are kept: 1; unreadable, since a metric has no name/,
    );
  });

  it('hears protobuf as the exporters of most languages send it', async () => {
    const { points, send } = await listening();
    const body = binaryMetricsRequest(gauge);
    expect(await send(BINARY_TYPE, body)).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect((await send({ ...BINARY_TYPE, 'Content-Encoding': 'gzip' }, gzipSync(body))).status).toBe(200);
    expect(points.map((p) => [p.service, p.metric, p.reading])).toEqual(Array(2).fill(['shop', 'queue.size', { type: 'gauge', value: 7 }]));
  });

  it('refuses what is neither', async () => {
    const { points, send } = await listening();
    expect((await send(JSON_TYPE, '{"resourceMetrics":')).status).toBe(400);
    expect((await send(BINARY_TYPE, Buffer.from([10, 200, 3]))).status).toBe(400);
    expect(points).toEqual([]);
  });
});
