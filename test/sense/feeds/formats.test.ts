import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result, Series } from '../../../src/domain/index.ts';
import { readAccessLog } from '../../../src/sense/feeds/accessLog.ts';
import { adobeAnalyticsBody, adobeAnalyticsSeries, readAdobeAnalyticsPage } from '../../../src/sense/feeds/adobeAnalytics.ts';
import { type DockerSample, dockerSeries, readDockerStats } from '../../../src/sense/feeds/dockerStats.ts';
import { coarsened, joined, MOST_STEPS, seriesOf } from '../../../src/sense/feeds/evenSteps.ts';
import { googleAnalyticsBody, googleAnalyticsSeries, readGoogleAnalyticsPage } from '../../../src/sense/feeds/googleAnalytics.ts';
import { interactionTypeOf } from '../../../src/sense/feeds/interactionType.ts';
import { createLogHistogram } from '../../../src/sense/feeds/logHistogram.ts';
import { prometheusPath, readPrometheus } from '../../../src/sense/feeds/prometheus.ts';
import { readCsv, readJsonRows, type TableOptions } from '../../../src/sense/feeds/table.ts';
import { UTC, zoneOf } from '../../../src/sense/feeds/wallTime.ts';
import { accessLog } from '../../../src/sense/importers/accessLog.ts';

const AT = Date.UTC(2026, 2, 2);
const MINUTE = 60_000;
const HOUR = 3_600_000;

function valueIn<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}
const faultIn = <T>(result: Result<T>): string => (result.ok ? 'no fault' : `${result.fault.retry}: ${result.fault.message}`);
const plain = (all: readonly Series[]): Record<string, readonly number[]> => Object.fromEntries(all.map((s) => [s.id, [...s.values]]));

describe('even steps', () => {
  const steps = { id: 's', quantity: 'volume', stepMs: 1000 } as const;

  it('keeps every measurement in its step, and leaves what was not measured open', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 60_000 }), value: fc.integer({ min: 1, max: 9 }) }), { minLength: 1 }),
        (points) => {
          const { startAt, values } = seriesOf(points, { ...steps, combine: 'sum' });
          values.forEach((value, i) => {
            const own = points.filter((p) => Math.floor(p.at / 1000) === startAt / 1000 + i);
            expect(value).toBe(own.length === 0 ? Number.NaN : own.reduce((sum, p) => sum + p.value, 0));
          });
          expect(values.reduce((sum, v) => sum + (v || 0), 0)).toBe(points.reduce((sum, p) => sum + p.value, 0));
        },
      ),
    );
  });

  it.each([
    ['sum', 6],
    ['mean', 2],
    ['last', 3],
  ] as const)('%s of several in one step', (combine, value) => {
    const points = [1, 2, 3].map((v) => ({ at: v, value: v }));
    expect([...seriesOf(points, { ...steps, combine }).values]).toEqual([value]);
  });

  it('keeps the newest of more steps than a series may have', () => {
    const { startAt, values } = seriesOf(
      [
        { at: 0, value: 1 },
        { at: (MOST_STEPS + 4) * 1000, value: 2 },
      ],
      { ...steps, combine: 'sum' },
    );
    expect([values.length, startAt, values.at(-1)]).toEqual([MOST_STEPS, 5000, 2]);
  });

  it('in longer steps adds up what is counted, means the rest, and leaves out what is not whole', () => {
    const gap = Number.NaN;
    const series = { ...steps, startAt: 3000, values: Float64Array.of(9, 1, 2, 3, 4, 5, gap, 7, 9, gap, gap, gap, 8, 8) };
    const volumes = coarsened(series, 4000);
    // Three of four are known in the second step: their mean, four times. Of the third one, of the last none that is whole.
    expect([volumes?.startAt, ...(volumes?.values ?? [])]).toEqual([4000, 10, 28, gap]);
    expect([...(coarsened({ ...series, quantity: 'cpu' }, 4000)?.values ?? [])]).toEqual([2.5, 7, gap]);
    expect(coarsened(series, 500)).toBeUndefined();
  });

  it('joins what was known with a newer answer, which counts where it says something', () => {
    const before = { ...steps, startAt: 1000, values: Float64Array.of(1, 2, 3) };
    const after = { ...steps, startAt: 2000, values: Float64Array.of(20, Number.NaN, 4, 5) };
    const both = joined(before, after);
    expect([both.startAt, ...both.values]).toEqual([1000, 1, 20, 3, 4, 5]);
    expect(joined({ ...before, stepMs: 500 }, after)).toBe(after);
  });
});

describe('Prometheus', () => {
  const query = { feed: 'shop', query: 'sum(rate(x[1m]))', quantity: 'rate', scale: 1, stepMs: MINUTE } as const;
  const answer = (result: unknown): unknown => ({ status: 'success', data: { resultType: 'matrix', result } });

  it('asks for multiples of the step, and for no more than one answer holds', () => {
    const parameters = new URLSearchParams(prometheusPath(query, AT + 1, AT + 10 * MINUTE + 7).split('?')[1]);
    expect(Object.fromEntries(parameters)).toEqual({
      query: query.query,
      start: String((AT + MINUTE) / 1000),
      end: String((AT + 10 * MINUTE) / 1000),
      step: '60',
    });
    const long = new URLSearchParams(prometheusPath(query, 0, AT).split('?')[1]);
    expect((Number(long.get('end')) - Number(long.get('start'))) / 60 + 1).toBe(11_000);
  });

  it('takes NaN, infinities and what is missing for gaps; a value is of the step that ends there', () => {
    const at = (i: number): number => AT / 1000 + 60 * i;
    const values = [
      [at(1), '1.5'],
      [at(2), 'NaN'],
      [at(3), '+Inf'],
      [at(6), '4'],
      [at(7), '-Inf'],
      [at(8), '1e3'],
    ];
    const [series] = valueIn(readPrometheus(answer([{ metric: { __name__: 'x', b: '2', a: 'q"' }, values }]), query));
    expect(series).toMatchObject({ id: 'prometheus:shop/x{a="q\\"",b="2"}', startAt: AT, stepMs: MINUTE, quantity: 'rate' });
    expect([...(series?.values ?? [])]).toEqual([1.5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 4, Number.NaN, 1000]);
  });

  it('scales, and leaves out what has no values (native histograms)', () => {
    const both = answer([
      { metric: {}, values: [[AT / 1000, '0.25']] },
      { metric: {}, histograms: [[AT / 1000, { count: '1' }]] },
    ]);
    expect(plain(valueIn(readPrometheus(both, { ...query, scale: 1000 })))).toEqual({ 'prometheus:shop/value': [250] });
  });

  it.each([
    [
      { status: 'error', errorType: 'bad_data', error: 'parse error at char 3' },
      /^never: shop: .*bad_data: parse error at char 3.*Mend “query”/,
    ],
    [{ status: 'error', errorType: 'timeout', error: 'query timed out' }, /^later: shop: .*timeout/],
    [{ status: 'success', data: { resultType: 'vector', result: [] } }, /^later: shop: .*“data.resultType” should be “matrix”/],
    [answer([{ metric: {}, values: [[1, 2]] }]), /“data.result\[0\].values\[0\]\[1\]” should be a text/],
    [answer(Array(101).fill({ metric: {}, values: [] })), /^never: .*101 series/],
    ['<html>', /should be an object/],
  ])('%j is a fault that says so', (raw, said) => expect(faultIn(readPrometheus(raw, query))).toMatch(said));
});

describe('Docker', () => {
  const raw = (over: object = {}): unknown => ({
    read: '2026-03-02T00:00:10.5Z',
    cpu_stats: { cpu_usage: { total_usage: 3e9 }, system_cpu_usage: 20e9, online_cpus: 4 },
    precpu_stats: { cpu_usage: { total_usage: 2e9 }, system_cpu_usage: 12e9 },
    memory_stats: { usage: 500, stats: { inactive_file: 100 } },
    networks: { eth0: { rx_bytes: 1000, tx_bytes: 500 }, eth1: { rx_bytes: 1, tx_bytes: 2 } },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 8, minor: 0, op: 'read', value: 4096 },
        { op: 'write', value: 1024 },
      ],
      io_serviced_recursive: null,
    },
    ...over,
  });

  it('reads one sample, and what is counted from two', () => {
    const sample = valueIn(readDockerStats('db', raw()));
    expect(sample).toMatchObject({ cpuCores: 0.5, memoryBytes: 400, networkBytes: 1503, diskOperations: undefined, diskBytes: 5120 });
    const before: DockerSample = { ...sample, at: sample.at - 2000, networkBytes: 1403, diskBytes: 5020 };
    expect(plain(dockerSeries('db', sample, before, MINUTE))).toEqual({
      'docker:db/cpu': [0.5],
      'docker:db/memory': [400],
      'docker:db/network': [400],
      'docker:db/disk_bytes': [50],
    });
    expect(plain(dockerSeries('db', sample, undefined, MINUTE))).toEqual({ 'docker:db/cpu': [0.5], 'docker:db/memory': [400] });
  });

  it('says nothing of a counter that fell, of operations only where they are counted, and of no processor time without a sample before', () => {
    const first = valueIn(
      readDockerStats(
        'db',
        raw({
          precpu_stats: {},
          blkio_stats: {
            io_serviced_recursive: [
              { op: 'Read', value: 7 },
              { op: 'Write', value: 3 },
              { op: 'Total', value: 10 },
            ],
          },
        }),
      ),
    );
    expect(first).toMatchObject({ cpuCores: undefined, diskOperations: 10 });
    const ids = dockerSeries('db', first, { ...first, at: first.at - 1000, networkBytes: 9999, diskOperations: 5 }, MINUTE).map(
      (s) => s.id,
    );
    expect(ids).toEqual(['docker:db/memory', 'docker:db/disk_io']);
  });

  it('a container that does not run is a fault', () => {
    expect(faultIn(readDockerStats('db', raw({ read: '0001-01-01T00:00:00Z' })))).toMatch(/^later: db: the container does not run/);
    expect(faultIn(readDockerStats('db', { message: 'No such container' }))).toMatch(/no statistics of Docker: “read”/);
  });
});

describe('access logs', () => {
  const line = (second: number, client: string, call: string, status = 200): string =>
    `${client} - - [02/Mar/2026:00:00:${String(second).padStart(2, '0')} +0000] "${call} HTTP/1.1" ${status} 12\n`;
  async function* bytes(text: string) {
    yield new TextEncoder().encode(text);
  }
  const entries = (text: string) => accessLog.read({ bytes: () => bytes(text), rereadable: true, rows: () => (async function* () {})() });
  const options = { feed: 'web', stepMs: 10_000, since: AT - HOUR, until: AT + HOUR };

  it('counts by type, errors and clients', async () => {
    const text = [
      line(1, 'a', 'GET /search?q=1'),
      line(2, 'b', 'POST /login', 401),
      line(3, 'a', 'GET /index.html'),
      line(31, 'c', 'GET /api/v1/x', 500),
    ].join('');
    expect(plain(valueIn(await readAccessLog(entries(text), options)))).toEqual({
      'accessLog:web/volume': [3, 0, 0, 1],
      'accessLog:web/volume/api_call': [0, 0, 0, 1],
      'accessLog:web/volume/content_view': [1, 0, 0, 0],
      'accessLog:web/volume/login': [1, 0, 0, 0],
      'accessLog:web/volume/search': [1, 0, 0, 0],
      'accessLog:web/concurrent_users': [2, 0, 0, 1],
      'accessLog:web/error_rate': [1 / 3, Number.NaN, Number.NaN, 1],
    });
  });

  it('tells response times where the log has them, and passes over what is out of time', async () => {
    const head = 'time_iso8601\tremote_addr\trequest_method\turi\tstatus\trequest_time\n';
    const rows = [0.1, 0.2, 0.3].map((s, i) => `2026-03-02T00:00:0${i}Z\tx\tGET\t/api\t200\t${s}\n`).join('');
    const all = valueIn(await readAccessLog(entries(`${head}${rows}2020-01-01T00:00:00Z\tx\tGET\t/api\t200\t9\n`), options));
    const of = (id: string): number => all.find((s) => s.id === `accessLog:web/${id}`)?.values[0] ?? Number.NaN;
    expect(of('volume')).toBe(3);
    expect(of('response_time/mean')).toBeCloseTo(200);
    expect(of('response_time/p95') / 300).toBeCloseTo(1, 1);
  });

  it('what is no log is a fault', async () =>
    expect(faultIn(await readAccessLog(entries('a\nb\n'), options))).toMatch(/none of its 2 lines fits/));

  it.each([
    ['GET /', 'content_view'],
    ['GET /products?q=tea', 'search'],
    ['POST /graphql', 'query'],
    ['POST /api/orders', 'transaction'],
    ['GET /api/orders', 'api_call'],
    ['PUT /files/3', 'upload'],
    ['GET /x/report.pdf', 'download'],
    ['POST /oauth/token', 'login'],
    ['POST /chat/messages', 'message'],
    ['DELETE /carts/1', 'api_call'],
  ])('%s is %s', (call, type) => expect(interactionTypeOf(call)).toBe(type));

  it('a quantile is told within two per cent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = createLogHistogram();
          for (const value of values) histogram.add(value);
          const exact = [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1] as number;
          expect(Math.abs(histogram.quantile(q) / exact - 1)).toBeLessThan(0.02);
        },
      ),
    );
  });
});

describe('tables', () => {
  const options: TableOptions = {
    feed: 'sales',
    time: 'when',
    value: 'n',
    by: undefined,
    quantity: 'volume',
    scale: 1,
    stepMs: undefined,
    combine: 'sum',
    zone: UTC,
  };

  it('reads CSV, and tells the step', () => {
    const text = '\uFEFFwhen,n\n2026-03-02T00:00:00Z,1\n2026-03-02T01:00:00Z,"2"\n\n2026-03-02T03:00:00Z,4\n2026-03-02T04:00:00Z,x\n';
    const [series] = valueIn(readCsv(text, options));
    expect(series).toMatchObject({ id: 'table:sales/n', startAt: AT, stepMs: HOUR });
    expect([...(series?.values ?? [])]).toEqual([1, 2, Number.NaN, 4]);
  });

  it('reads rows of JSON, one series for each text of a column, and columns inside others', () => {
    const rows = [
      { when: AT / 1000, m: { n: 1 }, kind: 'a' },
      { when: AT, m: { n: '2' }, kind: 'b' },
      { when: AT + MINUTE, m: { n: 3 }, kind: 'a' },
    ];
    const read = readJsonRows({ data: { items: rows } }, 'data.items', { ...options, value: 'm.n', by: 'kind', stepMs: MINUTE, scale: 10 });
    expect(plain(valueIn(read))).toEqual({ 'table:sales/a': [10, 30], 'table:sales/b': [20] });
  });

  it('takes days and times without a zone for those of its own', () => {
    const zone = zoneOf('Europe/Berlin') ?? UTC;
    const [series] = valueIn(readCsv('when,n\n2026-03-28,1\n2026-03-29,2\n2026-03-30,3\n', { ...options, zone, stepMs: HOUR }));
    // The day on which the clocks go forward has 23 hours.
    expect([...(series?.values ?? [])].flatMap((v, i) => (Number.isNaN(v) ? [] : [i]))).toEqual([0, 24, 47]);
    expect(series?.startAt).toBe(Date.UTC(2026, 2, 27, 23));
  });

  it.each([
    ['a,b\n1,2\n', /no column “when”. There are a, b/],
    ['when,n\n"2026', /no table of comma-separated values/],
    ['when,n\nyesterday,3\n', /no row has a time/],
    ['when,n\n2026-03-02T00:00:00Z,1\n', /Set “step”/],
  ])('%j is a fault that says so', (text, said) => expect(faultIn(readCsv(text, options))).toMatch(said));
  it('says where no list is', () => expect(faultIn(readJsonRows({ data: 3 }, 'data.items', options))).toMatch(/no list at “data.items”/));
});

describe('Google Analytics', () => {
  const report = { feed: 'site', property: '123', metrics: ['eventCount', 'activeUsers'], byEvent: true };
  const row = (hour: string, event: string, ...values: readonly string[]) => ({
    dimensionValues: [{ value: hour }, { value: event }],
    metricValues: values.map((value) => ({ value })),
  });
  const page = {
    dimensionHeaders: [{ name: 'dateHour' }, { name: 'eventName' }],
    metricHeaders: [
      { name: 'eventCount', type: 'TYPE_INTEGER' },
      { name: 'activeUsers', type: 'TYPE_INTEGER' },
    ],
    rows: [row('2026032901', 'search', '5', '2'), row('2026032903', 'search', '7', '3'), row('(other)', 'search', '1', '1')],
    rowCount: 3,
    metadata: { timeZone: 'Europe/Berlin', currencyCode: 'EUR' },
    kind: 'analyticsData#runReport',
  };

  it('reads hours of the property’s time zone, across a change of clocks', () => {
    const read = valueIn(readGoogleAnalyticsPage('site', page));
    const all = valueIn(googleAnalyticsSeries(report, [read]));
    // From 01:00 to 03:00 was one hour.
    expect(plain(all)).toEqual({ 'ga4:site/eventCount/search': [5, 7], 'ga4:site/activeUsers/search': [2, 3] });
    expect(all[0]).toMatchObject({ startAt: Date.UTC(2026, 2, 29), quantity: 'volume', stepMs: HOUR });
    expect(all[1]?.quantity).toBe('concurrent_users');
  });

  it('asks as the API wants to be asked', () => {
    expect(googleAnalyticsBody(report, AT, AT + HOUR, 10_000)).toMatchObject({
      dateRanges: [{ startDate: '2026-03-01', endDate: '2026-03-03' }],
      dimensions: [{ name: 'dateHour' }, { name: 'eventName' }],
      offset: '10000',
      limit: '10000',
    });
  });

  it('an empty report is no series', () =>
    expect(valueIn(googleAnalyticsSeries(report, [valueIn(readGoogleAnalyticsPage('site', { kind: 'x' }))]))).toEqual([]));

  it.each([
    [
      { code: 429, message: 'Exhausted concurrent requests quota.', status: 'RESOURCE_EXHAUSTED' },
      /^later: site: the quota .*RESOURCE_EXHAUSTED/,
    ],
    [{ code: 401, message: 'Request had invalid authentication credentials.', status: 'UNAUTHENTICATED' }, /^never: .*credentials/],
    [{ code: 403, message: 'User does not have sufficient permissions', status: 'PERMISSION_DENIED' }, /^never: .*viewer/],
    [{ code: 400, message: 'Field foo is not a valid metric.', status: 'INVALID_ARGUMENT' }, /^never: .*foo/],
    [{ code: 503, message: 'The service is currently unavailable.', status: 'UNAVAILABLE' }, /^later: /],
  ])('%j', (error, said) => expect(faultIn(readGoogleAnalyticsPage('site', { error }))).toMatch(said));
});

describe('Adobe Analytics', () => {
  const report = {
    feed: 'site',
    company: 'acme',
    suite: 'rs1',
    metrics: ['metrics/occurrences', 'metrics/visitors'],
    timeZone: 'America/New_York',
  };
  const page = {
    totalPages: 1,
    firstPage: true,
    lastPage: true,
    number: 0,
    columns: { dimension: { id: 'variables/daterangehour', type: 'time' }, columnIds: ['0', '1'] },
    // The month counts from 0: 8 March 2026, on which 02:00 is not there.
    rows: [
      { itemId: '126020801', value: '01:00 2026-03-08', data: [10, 4] },
      { itemId: '126020803', value: '03:00 2026-03-08', data: [20, 'NaN'] },
    ],
  };

  it('reads hours of the report suite’s time zone', () => {
    const all = valueIn(adobeAnalyticsSeries(report, [valueIn(readAdobeAnalyticsPage('site', page))]));
    expect(plain(all)).toEqual({ 'adobe:site/occurrences': [10, 20], 'adobe:site/visitors': [4] });
    expect(all[0]?.startAt).toBe(Date.UTC(2026, 2, 8, 6));
  });

  it('asks by the wall clock of the report suite', () => {
    expect(adobeAnalyticsBody(report, AT, AT + HOUR, 2)).toMatchObject({
      rsid: 'rs1',
      globalFilters: [{ type: 'dateRange', dateRange: '2026-03-01T19:00:00.000/2026-03-01T20:00:00.000' }],
      settings: { page: 2, limit: 400 },
    });
  });

  it.each([
    [{ errorCode: 'invalid_data', errorDescription: 'No such rsid', errorId: '1' }, /^never: site: .*invalid_data: No such rsid/],
    [
      { ...page, columns: { columnIds: ['0'], columnErrors: [{ columnId: '0', errorCode: 'unauthorized_metric' }] } },
      /^never: .*column 0 \(unauthorized_metric/,
    ],
    [{ ...page, rows: [{ itemId: 1 }] }, /^later: .*“rows\[0\].itemId”/],
  ])('%j is a fault that says so', (raw, said) => expect(faultIn(readAdobeAnalyticsPage('site', raw))).toMatch(said));
});

describe('wall time', () => {
  it('goes there and back at every moment but those that clocks have twice', () => {
    for (const name of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns']) {
      const zone = zoneOf(name) ?? UTC;
      fc.assert(
        fc.property(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2040, 0) }), (at) => {
          const wall = zone.wallOf(at);
          const back = zone.unixOf(wall);
          expect(zone.wallOf(back)).toBe(wall);
          expect(back).toBeLessThanOrEqual(at);
          expect(at - back).toBeLessThanOrEqual(HOUR);
        }),
      );
    }
  });
  it('a name that is none is none', () => expect(zoneOf('Middle/Earth')).toBeUndefined());
});

describe('what comes from outside never makes a parser throw', () => {
  const json = fc.jsonValue({ maxDepth: 6 });
  const table: TableOptions = {
    feed: 'f',
    time: 'a',
    value: 'b',
    by: 'c',
    quantity: 'volume',
    scale: 1,
    stepMs: undefined,
    combine: 'sum',
    zone: UTC,
  };
  const readers: Readonly<Record<string, (raw: unknown) => unknown>> = {
    prometheus: (raw) => readPrometheus(raw, { feed: 'f', query: 'q', quantity: 'rate', scale: 1, stepMs: 1000 }),
    docker: (raw) => readDockerStats('f', raw),
    google: (raw) => readGoogleAnalyticsPage('f', raw),
    adobe: (raw) => readAdobeAnalyticsPage('f', raw),
    rows: (raw) => readJsonRows(raw, 'rows', table),
  };
  /** Values in place of parts of good answers reach further in. */
  const damaged = (good: unknown) =>
    fc.tuple(fc.nat(), json).map(([place, value]) => {
      let left = place % 40;
      return JSON.parse(JSON.stringify(good), (_key, own: unknown) => (left-- === 0 ? value : own)) as unknown;
    });
  const GOOD = {
    prometheus: {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { a: 'b' },
            values: [
              [1, '2'],
              [3, 'NaN'],
            ],
          },
        ],
      },
    },
    docker: {
      read: '2026-03-02T00:00:10Z',
      cpu_stats: { cpu_usage: { total_usage: 1 } },
      memory_stats: {},
      networks: { e: { rx_bytes: 1, tx_bytes: 1 } },
    },
    google: {
      dimensionHeaders: [{ name: 'dateHour' }],
      metricHeaders: [{ name: 'm' }],
      rows: [{ dimensionValues: [{ value: '2026010100' }], metricValues: [{ value: '1' }] }],
    },
    adobe: { totalPages: 1, columns: { columnIds: ['0'] }, rows: [{ itemId: '126010101', data: [1] }] },
    rows: {
      rows: [
        { a: '2026-01-01', b: 1, c: 'x' },
        { a: '2026-01-02', b: '2', c: 'y' },
      ],
    },
  };
  it.each(Object.keys(readers))('%s', (name) => {
    const read = readers[name] as (raw: unknown) => unknown;
    fc.assert(fc.property(fc.oneof(json, damaged(GOOD[name as keyof typeof GOOD])), (raw) => void read(raw)));
  });
  it('CSV', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readCsv(text, table)));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc,"\n\r1'), maxLength: 60 }), (text) => void readCsv(`a,b,c\n${text}`, table)),
    );
  });
});
