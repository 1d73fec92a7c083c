import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { FeedAnswer, FeedWindow } from '../../../src/app/feeds/feed.ts';
import { type FeedSettings, readFeedSettings } from '../../../src/app/feeds/feedSettings.ts';
import { failed, ok, type Result } from '../../../src/domain/index.ts';
import { createAskFeed } from '../../../src/host/node/feeds/askFeed.ts';
import { LIMITS, type RequestLimits } from '../../../src/host/node/feeds/request.ts';
import { createTokens } from '../../../src/host/node/feeds/tokens.ts';
import type { FeedWorld } from '../../../src/host/node/feeds/world.ts';
import { closeServers, type Heard, json, type Reply, serve } from './server.ts';

const NOW = Date.UTC(2026, 2, 29, 12);
const HOUR = 3_600_000;
const SECRET = 'hunter2-and-a-half';
const folder = mkdtempSync(join(tmpdir(), 'prewarm-feeds-'));
const outside = mkdtempSync(join(tmpdir(), 'prewarm-elsewhere-'));
afterEach(closeServers);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(outside, { recursive: true, force: true });
});

function only(raw: object): FeedSettings {
  const { feeds, problems } = readFeedSettings([{ name: 'shop', ...raw }]);
  expect(problems).toEqual([]);
  return feeds[0] as FeedSettings;
}

interface Asking {
  readonly secret?: string;
  readonly limits?: Partial<RequestLimits>;
  readonly window?: FeedWindow;
  readonly signal?: AbortSignal;
  readonly stats?: readonly unknown[];
}

function asker({ secret = SECRET, limits, stats = [] }: Asking = {}) {
  const left = [...stats];
  const now = (): number => NOW;
  const world: FeedWorld = {
    fetch: (url, init) => fetch(url, init),
    now,
    folder,
    timeZone: 'Europe/Berlin',
    secret: async (): Promise<Result<string>> => (secret === '' ? failed('not-found', 'never', 'shop: it has no secret.') : ok(secret)),
    tokens: createTokens({ fetch: (url, init) => fetch(url, init), now }),
    dockerStats: async () => ok(left.shift()),
    limits: { ...LIMITS, ...limits },
  };
  return createAskFeed(world);
}

async function ask(raw: object, options: Asking = {}): Promise<FeedAnswer> {
  const window = options.window ?? { since: NOW - 24 * HOUR, until: NOW };
  const answer = await asker(options)(only(raw), window, options.signal ?? new AbortController().signal);
  expect(JSON.stringify(answer), 'a secret in an answer').not.toContain(SECRET);
  return answer;
}

function told(answer: FeedAnswer) {
  if (!answer.ok) throw new Error(answer.fault.message);
  return answer.value;
}
const values = (answer: FeedAnswer): Record<string, readonly number[]> =>
  Object.fromEntries(told(answer).series.map((s) => [s.id, [...s.values]]));

describe('Prometheus', () => {
  const feed = (url: string, more: object = {}) => ({
    type: 'prometheus',
    url,
    query: 'rate(x[1m])',
    quantity: 'rate',
    stepMinutes: 1,
    ...more,
  });

  it('is asked for the range, with its secret', async () => {
    const { url, heard } = await serve(({ url }, response) => {
      const end = Number(url.searchParams.get('end'));
      json(response, 200, {
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [
            {
              metric: { job: 'a' },
              values: [
                [end - 60, '2'],
                [end, '3'],
              ],
            },
          ],
        },
      });
    });
    expect(values(await ask(feed(`${url}/prom/`, { secret: 'bearer' })))).toEqual({ 'prometheus:shop/{job="a"}': [2, 3] });
    expect(heard[0]?.url.pathname).toBe('/prom/api/v1/query_range');
    expect(heard[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    await ask(feed(url, { secret: 'basic' }));
    expect(heard[1]?.headers.authorization).toBe(`Basic ${Buffer.from(SECRET).toString('base64')}`);
    await ask(feed(url));
    expect(heard[2]?.headers).not.toHaveProperty('authorization');
  });

  it('says why a query is refused', async () => {
    const { url } = await serve((_, response) =>
      json(response, 400, { status: 'error', errorType: 'bad_data', error: 'unknown function' }),
    );
    expect(await ask(feed(url))).toMatchObject({
      ok: false,
      fault: { retry: 'never', message: expect.stringContaining('unknown function') },
    });
  });
});

describe('what any source may do', () => {
  const feed = (url: string) => ({
    type: 'json',
    url: `${url}/series?token=${SECRET}`,
    time: 't',
    value: 'v',
    quantity: 'volume',
    stepMinutes: 60,
  });
  const refusals: readonly (readonly [string, Reply, object])[] = [
    [
      'asks for patience, in seconds',
      (_, r) => json(r, 429, {}, { 'Retry-After': '120' }),
      { fault: { retry: 'later' }, retryAfterMs: 120_000 },
    ],
    [
      'asks for patience, until a time',
      (_, r) => json(r, 503, {}, { 'Retry-After': new Date(NOW + HOUR).toUTCString() }),
      { fault: { retry: 'later' }, retryAfterMs: HOUR },
    ],
    [
      'refuses the secret',
      (_, r) => json(r, 401, {}),
      { fault: { retry: 'never', message: expect.stringContaining('Set the feed’s secret anew') } },
    ],
    ['is not there', (_, r) => json(r, 404, 'no'), { fault: { retry: 'never', message: expect.stringContaining('HTTP 404. Mend “url”') } }],
    [
      'sends elsewhere',
      (_, r) => json(r, 302, '', { Location: 'http://127.0.0.1:1/' }),
      { fault: { retry: 'never', message: expect.stringContaining('has moved') } },
    ],
    [
      'breaks off',
      (_, r) => void r.writeHead(200, { 'Content-Length': '100' }).write('[{"t":', () => r.destroy()),
      { fault: { retry: 'later', message: expect.stringContaining('broke off') } },
    ],
    [
      'ends too early, in good order',
      (_, r) => json(r, 200, '[{"t": 17'),
      { fault: { retry: 'later', message: expect.stringContaining('no JSON, or it is cut off') } },
    ],
    ['gives garbage', (_, r) => json(r, 200, Buffer.from([0xff, 0, 1]).toString('latin1')), { fault: { retry: 'later' } }],
    [
      'never ends',
      (_, r) => void r.writeHead(200).write('['),
      { fault: { code: 'timed-out', retry: 'later', message: expect.stringContaining('did not answer in 0.3 s') } },
    ],
    ['never answers', () => {}, { fault: { code: 'timed-out', retry: 'later' } }],
    [
      'gives too much',
      (_, r) => json(r, 200, `[${' '.repeat(5000)}]`),
      { fault: { retry: 'never', message: expect.stringContaining('gives more than') } },
    ],
  ];
  it.each(refusals)('%s', async (what, reply, expected) => {
    const { url } = await serve(reply);
    const answer = await ask(feed(url), { limits: { wholeMs: what.startsWith('never') ? 300 : LIMITS.wholeMs, bytes: 4096 } });
    expect(answer).toMatchObject({ ok: false, ...expected });
    expect(answer.ok || answer.fault.message.startsWith('shop: ')).toBe(true);
  });

  it('is gone', async () => {
    const { url } = await serve(() => {});
    await closeServers();
    expect(await ask(feed(url))).toMatchObject({ ok: false, fault: { retry: 'later', message: expect.stringContaining('ECONNREFUSED') } });
  });

  it('is broken off by who asked', async () => {
    const { url } = await serve(() => {});
    expect(await ask(feed(url), { signal: AbortSignal.timeout(50) })).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
  });

  it('has no secret where it needs one: nothing is asked', async () => {
    const { url, heard } = await serve((_, r) => json(r, 200, []));
    expect(await ask({ ...feed(url), secret: 'bearer' }, { secret: '' })).toMatchObject({ ok: false, fault: { code: 'not-found' } });
    expect(heard).toEqual([]);
  });
});

describe('files of the workspace', () => {
  const table = { type: 'csv', time: 'when', value: 'n', quantity: 'volume' };

  it('are read, plain and packed', async () => {
    writeFileSync(join(folder, 'a.csv'), 'when,n\n2026-03-29T00:00,1\n2026-03-29T01:00,2\n2026-03-29T03:00,3\n');
    // By the wall clock of this machine, on the day that has no 02:00.
    expect(values(await ask({ ...table, file: 'a.csv' }))).toEqual({ 'table:shop/n': [1, 2, 3] });
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync('when,n\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,5\n'));
    expect(values(await ask({ ...table, file: 'a.csv.gz', scale: 2 }))).toEqual({ 'table:shop/n': [2, 10] });
  });

  it('outside of it are not, whichever way is named', async () => {
    writeFileSync(join(outside, 'b.csv'), 'when,n\n');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    symlinkSync(join(outside, 'b.csv'), join(folder, 'sub', 'link.csv'));
    for (const file of [join(outside, 'b.csv'), `../${outside.split('/').at(-1)}/b.csv`, 'sub/link.csv'])
      expect(await ask({ ...table, file })).toMatchObject({
        ok: false,
        fault: { message: expect.stringContaining('is not inside the workspace') },
      });
    expect(await ask({ ...table, file: 'none.csv' })).toMatchObject({ ok: false, fault: { code: 'not-found', retry: 'later' } });
  });

  it('of a log that is too long the end is read, of a table nothing', async () => {
    const line = (minute: number): string => `a - - [29/Mar/2026:11:${String(minute).padStart(2, '0')}:00 +0000] "GET /x HTTP/1.1" 200 5\n`;
    writeFileSync(join(folder, 'long.log'), Array.from({ length: 60 }, (_, i) => line(i)).join(''));
    // Ten lines, and a piece of an eleventh.
    const limits = { bytes: line(0).length * 10 + 7 };
    expect(values(await ask({ type: 'access-log', file: 'long.log' }, { limits }))).toMatchObject({ 'accessLog:shop/volume': [5, 5] });
    expect(await ask({ ...table, file: 'long.log' }, { limits })).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('Name a smaller one') },
    });
    expect(await ask({ ...table, file: 'sub' })).toMatchObject({ ok: false, fault: { message: expect.stringContaining('is no file') } });
  });

  it('tell of demand in an access log', async () => {
    writeFileSync(
      join(folder, 'access.log'),
      '10.0.0.1 - - [29/Mar/2026:11:00:00 +0000] "GET /search?q=1 HTTP/1.1" 200 5\n10.0.0.2 - - [29/Mar/2026:11:01:00 +0000] "GET /x HTTP/1.1" 404 5\n',
    );
    const all = values(await ask({ type: 'access-log', file: 'access.log' }));
    expect(all).toMatchObject({ 'accessLog:shop/volume': [2], 'accessLog:shop/concurrent_users': [2], 'accessLog:shop/error_rate': [0.5] });
    expect(JSON.stringify(all)).not.toContain('10.0.0');
  });
});

describe('a calendar over HTTP', () => {
  it('repeats across the change of clocks, in its own zone', async () => {
    const lines = [
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'UID:1',
      'SUMMARY:Sale',
      'DTSTART;TZID=Europe/Berlin:20260328T200000',
      'DURATION:PT4H',
      'RRULE:FREQ=DAILY;COUNT=3',
      'END:VEVENT',
      'END:VCALENDAR',
    ];
    const { url } = await serve((_, r) => void r.writeHead(200, { 'Content-Type': 'text/calendar' }).end(lines.join('\r\n')));
    const answer = await ask(
      { type: 'calendar', url: `${url}/plans.ics`, factors: { Sale: 3 } },
      { window: { since: 0, until: NOW + 1000 * HOUR } },
    );
    expect(told(answer).events).toEqual(
      [Date.UTC(2026, 2, 28, 19), Date.UTC(2026, 2, 29, 18), Date.UTC(2026, 2, 30, 18)].map((from) => ({
        name: 'Sale',
        from,
        until: from + 4 * HOUR,
        source: 'shop',
        factor: 3,
      })),
    );
  });
});

describe('Docker', () => {
  it('tells what is counted from the second sample on', async () => {
    const sample = (second: number, received: number) => ({
      read: `2026-03-29T12:00:0${second}Z`,
      cpu_stats: { cpu_usage: { total_usage: 2e9 }, system_cpu_usage: 4e9, online_cpus: 2 },
      precpu_stats: { cpu_usage: { total_usage: 1e9 }, system_cpu_usage: 2e9 },
      memory_stats: { usage: 100 },
      networks: { eth0: { rx_bytes: received, tx_bytes: 0 } },
    });
    const asks = asker({ stats: [sample(0, 0), sample(2, 500)] });
    const feed = only({ type: 'docker', container: 'db' });
    const window = { since: 0, until: NOW };
    const signal = new AbortController().signal;
    expect(values(await asks(feed, window, signal))).toEqual({ 'docker:shop/cpu': [1], 'docker:shop/memory': [100] });
    expect(values(await asks(feed, window, signal))).toEqual({
      'docker:shop/cpu': [1],
      'docker:shop/memory': [100],
      'docker:shop/network': [2000],
    });
  });
});

describe('Google Analytics', () => {
  const feed = (url: string, more: object = {}) => ({ type: 'google-analytics', url, property: '42', metrics: ['eventCount'], ...more });
  const hourText = (i: number): string => new Date(Date.UTC(2024, 0, 1) + i * HOUR).toISOString().replace(/[-T]/g, '').slice(0, 10);
  const page = ({ body }: Heard, rowCount: number) => {
    const { offset, limit } = JSON.parse(body) as { offset: string; limit: string };
    const rows = Array.from({ length: Math.min(Number(limit), rowCount - Number(offset)) }, (_, i) => ({
      dimensionValues: [{ value: hourText(Number(offset) + i) }],
      metricValues: [{ value: '1' }],
    }));
    return {
      dimensionHeaders: [{ name: 'dateHour' }],
      metricHeaders: [{ name: 'eventCount', type: 'TYPE_INTEGER' }],
      rows,
      rowCount,
      metadata: { timeZone: 'Etc/UTC' },
    };
  };

  it('is read page by page', async () => {
    const { url, heard } = await serve((one, r) => json(r, 200, page(one, 20_100)));
    const all = values(await ask(feed(url)));
    expect(heard.map((h) => (JSON.parse(h.body) as { offset: string }).offset)).toEqual(['0', '10000', '20000']);
    expect(heard[0]).toMatchObject({ method: 'POST', headers: { authorization: `Bearer ${SECRET}` } });
    expect(heard[0]?.url.pathname).toBe('/v1beta/properties/42:runReport');
    expect(all['ga4:shop/eventCount']?.every((v) => v === 1)).toBe(true);
    expect(all['ga4:shop/eventCount']?.length).toBe(20_100);
  });

  it('leaves the source in peace where the quota is used up', async () => {
    const { url, heard } = await serve((_, r) =>
      json(
        r,
        429,
        { error: { code: 429, message: 'Exhausted property tokens for a project per hour.', status: 'RESOURCE_EXHAUSTED' } },
        { 'Retry-After': '600' },
      ),
    );
    expect(await ask(feed(url))).toMatchObject({
      ok: false,
      retryAfterMs: 600_000,
      fault: { retry: 'later', message: expect.stringContaining('RESOURCE_EXHAUSTED') },
    });
    expect(heard.length).toBe(1);
  });

  it('signs for a service account, and makes a new token where the old has expired', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    let tokens = 0;
    const { url, heard } = await serve((one, r) => {
      if (one.url.pathname === '/token') return json(r, 200, { access_token: `t${++tokens}`, expires_in: 3600, token_type: 'Bearer' });
      if (one.headers.authorization === 'Bearer t1')
        return json(r, 401, { error: { code: 401, message: 'expired', status: 'UNAUTHENTICATED' } });
      return json(r, 200, page(one, 2));
    });
    const key = {
      type: 'service_account',
      client_email: 'a@b.iam.test',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `${url}/token`,
    };
    expect(values(await ask(feed(url), { secret: JSON.stringify(key) }))).toEqual({ 'ga4:shop/eventCount': [1, 1] });
    const [head = '', claims = '', signature = ''] = (new URLSearchParams(heard[0]?.body).get('assertion') ?? '').split('.');
    expect(verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'a@b.iam.test',
      aud: `${url}/token`,
      iat: NOW / 1000,
      exp: NOW / 1000 + 3600,
    });
    expect(tokens).toBe(2);
  });

  it('a token that is refused twice is a fault that a person must mend', async () => {
    const { url, heard } = await serve((_, r) => json(r, 401, { error: { code: 401, message: 'bad', status: 'UNAUTHENTICATED' } }));
    expect(await ask(feed(url))).toMatchObject({
      ok: false,
      fault: { retry: 'never', message: expect.stringContaining('Set the feed’s secret anew') },
    });
    expect(heard.length).toBe(1);
  });
});

describe('Adobe Analytics', () => {
  const feed = (url: string) => ({
    type: 'adobe-analytics',
    url,
    company: 'acme0',
    suite: 'rs',
    clientId: 'key',
    metrics: ['metrics/occurrences'],
    timeZone: 'UTC',
  });
  const page = ({ body }: Heard, totalPages: number) => {
    const { settings } = JSON.parse(body) as { settings: { page: number } };
    const row = { itemId: `1260228${String(settings.page).padStart(2, '0')}`, value: 'x', data: [settings.page + 1] };
    return {
      totalPages,
      firstPage: settings.page === 0,
      lastPage: settings.page === totalPages - 1,
      number: settings.page,
      columns: { columnIds: ['0'] },
      rows: [row],
    };
  };

  it('is read page by page, with client credentials and their token', async () => {
    const { url, heard } = await serve((one, r) =>
      one.url.pathname === '/ims' ? json(r, 200, { access_token: 'tok', expires_in: 86_399 }) : json(r, 200, page(one, 3)),
    );
    const secret = JSON.stringify({ client_id: 'key', client_secret: SECRET, token_uri: `${url}/ims` });
    expect(values(await ask(feed(url), { secret }))).toEqual({ 'adobe:shop/occurrences': [1, 2, 3] });
    expect(heard.map((h) => h.url.pathname)).toEqual(['/ims', ...Array(3).fill('/api/acme0/reports')]);
    expect(Object.fromEntries(new URLSearchParams(heard[0]?.body))).toMatchObject({
      grant_type: 'client_credentials',
      client_secret: SECRET,
    });
    expect(heard[1]?.headers).toMatchObject({ authorization: 'Bearer tok', 'x-api-key': 'key', 'x-proxy-global-company-id': 'acme0' });
  });

  it('comes again when it is told to', async () => {
    const { url } = await serve((_, r) => json(r, 429, { error_code: '429050', message: 'Too many requests' }, { 'retry-after': '6' }));
    expect(await ask(feed(url))).toMatchObject({ ok: false, retryAfterMs: 6000, fault: { retry: 'later' } });
  });

  it('says which credentials are refused', async () => {
    const { url } = await serve((_, r) => json(r, 400, { error: 'invalid_client' }));
    const secret = JSON.stringify({ client_id: 'key', client_secret: SECRET, token_uri: `${url}/ims` });
    expect(await ask(feed(url), { secret })).toMatchObject({
      ok: false,
      fault: { retry: 'never', message: expect.stringMatching(/does not take its credentials \(HTTP 400\)/) },
    });
  });
});

describe('an address that is secret itself', () => {
  it('is filled in, and never told', async () => {
    const { url, heard } = await serve((_, r) => json(r, 404, 'none'));
    const answer = await ask({ type: 'calendar', url: `${url}/ical/{secret}/basic.ics` });
    expect(heard[0]?.url.pathname).toBe(`/ical/${SECRET}/basic.ics`);
    expect(answer).toMatchObject({ ok: false, fault: { message: expect.stringContaining('HTTP 404') } });
  });
});
