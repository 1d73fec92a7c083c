import { describe, expect, it, vi } from 'vitest';
import { run } from './run.ts';

const AT = 1_700_000_000_000;
const pseudonym = (client: string): string => `client-${client.length}`;
const events = (all: readonly unknown[]): string => all.map((e) => JSON.stringify(e)).join('\n');

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

describe('the importer of access logs', () => {
  const combined = (request: string, rest = '200 512 "https://example.com/a?token=hunter2" "Mozilla/5.0 (\\"x\\") y"'): string =>
    `192.0.2.17 - - [14/Nov/2023:23:13:20 +0100] "${request}" ${rest}`;

  it('tells who asked for what, how much it was and how it ended', async () => {
    const { activities } = await run('access-log', combined('GET /orders/17?page=2 HTTP/1.1'), { pseudonym });
    expect(activities).toEqual([
      { at: AT, actor: 'client-10', resource: 'api:GET /orders/{id}', source: 'api', kind: 'request.served', bytes: 512, ok: true },
    ]);
  });

  it.each([
    ['Common Log Format', '192.0.2.17 - frank [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/1.0" 404 -', { bytes: 0, ok: false }],
    ['a user with blanks', '192.0.2.17 - Jane Doe [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/1.0" 200 1', { bytes: 1, ok: true }],
    [
      'a virtual host before',
      'shop.test:443 192.0.2.17 - - [14/Nov/2023:17:13:20 -0500] "GET /a HTTP/1.0" 200 1 "-" "-"',
      { bytes: 1, ok: true },
    ],
    [
      'a time of answer behind',
      '2001:db8::1 - - [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/2.0" 200 1 "-" "-" 0.004',
      { bytes: 1, ok: true },
    ],
    ['a proxy', '192.0.2.17 - - [14/Nov/2023:22:13:20 +0000] "GET http://shop.test/a HTTP/1.1" 200 1', { bytes: 1, ok: true }],
  ])('reads %s', async (_, line, expected) => {
    const { activities, tally } = await run('access-log', line);
    expect(tally.rejects).toEqual([]);
    expect(activities).toEqual([{ at: AT, actor: 'me', resource: 'api:GET /a', source: 'api', kind: 'request.served', ...expected }]);
  });

  it.each(['-', '\\x16\\x03\\x01\\x02', '', '* *', 'OPTIONS * HTTP/1.1'])(
    'sets “%s” aside, which is no request for anything',
    async (request) => {
      const { tally } = await run('access-log', combined(request, '400 0 "-" "-"'));
      expect(tally).toMatchObject({ read: 1, emptied: 1, rejected: 0 });
      expect([...tally.asides.keys()]).toEqual(['no HTTP request']);
    },
  );

  it('names what is no line of it', async () => {
    const { tally } = await run(
      'access-log',
      ['nonsense', combined('GET / HTTP/1.1'), combined('GET /').replace('Nov', 'Xyz')].join('\r\n'),
    );
    expect(tally).toMatchObject({ read: 3, kept: 1, rejected: 2 });
    expect(tally.rejects.map((r) => r.line)).toEqual([1, 3]);
  });

  it('reads columns with tabs and a header', async () => {
    const text = 'host\ttime\tmethod\turl\tresponse\tbytes\nexample.com\t1700000000\tGET\t/a/17\t304\t0\na\tb\tc\td\te\tf\tg';
    const { activities, tally } = await run('access-log', text, { pseudonym });
    expect(activities).toEqual([
      { at: AT, actor: 'client-11', resource: 'api:GET /a/{id}', source: 'api', kind: 'request.served', bytes: 0, ok: true },
    ]);
    expect(tally.rejects).toEqual([{ line: 3, problem: '7 columns where the header has 6' }]);
  });

  it('stands up to lines that are made to be slow', async () => {
    const began = performance.now();
    for (const part of ['a [', '"\\', '" ', 'a b ', '[[', '\\"']) await run('access-log', `a - - ${part.repeat(200_000)}\n`);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe('the importer of access logs in JSON', () => {
  it.each([
    [{ time: '14/Nov/2023:22:13:20 +0000', remote_ip: '192.0.2.1', request: 'GET /a HTTP/1.1', response: 200, bytes: 12 }],
    [
      {
        time_iso8601: '2023-11-14T23:13:20+01:00',
        remote_addr: '192.0.2.1',
        request_method: 'GET',
        request_uri: '/a?x=1',
        status: '200',
        body_bytes_sent: '12',
      },
    ],
    [{ msec: '1700000000.000', remote_addr: '192.0.2.1', request: 'GET /a HTTP/1.1', status: 200, body_bytes_sent: 12 }],
    [{ time_local: '14/Nov/2023:22:13:20 +0000', remote_addr: '192.0.2.1', method: 'GET', uri: '/a', status: 200, bytes_sent: 12 }],
    [{ '@timestamp': '2023-11-14T22:13:20Z', client: '192.0.2.1', verb: 'get', path: '/a', status: 200, size: 12 }],
  ])('%j', async (line) => {
    const { activities, tally } = await run('nginx-json', JSON.stringify(line), { pseudonym });
    expect(tally.rejects).toEqual([]);
    expect(activities).toEqual([
      { at: AT, actor: 'client-9', resource: 'api:GET /a', source: 'api', kind: 'request.served', bytes: 12, ok: true },
    ]);
  });

  it('keeps how long it took, of seconds as nginx counts', async () => {
    const line = { msec: 1_700_000_000.25, request: 'GET /a HTTP/1.1', status: 500, request_time: '0.125' };
    expect((await run('nginx-json', JSON.stringify(line))).activities[0]).toMatchObject({ at: AT + 250, durationMs: 125, ok: false });
  });

  it('goes on behind a broken line, the first too', async () => {
    const good = JSON.stringify({ time: AT, request: 'GET /a', status: 200 });
    for (const text of [`{"time": 17\n${good}\n[]\n{}\n${good}`, `[${good},{},3,\n${good}]`]) {
      const { tally } = await run('nginx-json', text, { chunk: 5 });
      expect(tally).toMatchObject({ kept: 2, emptied: 0 });
      expect(tally.read).toBe(tally.kept + tally.rejected);
      expect(tally.rejected).toBeGreaterThan(0);
    }
  });
});

describe('the importer of HTTP archives', () => {
  const entry = (url: string, more: object = {}) => ({
    startedDateTime: '2023-11-14T22:13:20.000Z',
    time: 41.5,
    request: { method: 'GET', url, headers: [{ name: 'Cookie', value: 'hunter2' }] },
    response: { status: 200, bodySize: 300, content: { text: 'hunter2' } },
    ...more,
  });

  it.each(['compact', 'laid out'] as const)('reads a %s document', async (form) => {
    const document = {
      log: {
        version: '1.2',
        creator: { name: 'x' },
        pages: [{ id: 'hunter2' }],
        entries: [entry('https://me:hunter2@Shop.test/orders/17?token=hunter2#hunter2')],
      },
    };
    const { activities } = await run('har', JSON.stringify(document, null, form === 'compact' ? 0 : 2), { chunk: 7 });
    expect(activities).toEqual([
      {
        at: AT,
        actor: 'me',
        resource: 'api:GET shop.test/orders/{id}',
        source: 'api',
        kind: 'request.sent',
        durationMs: 41.5,
        bytes: 300,
        ok: true,
      },
    ]);
  });

  it('knows a request without an answer, and says what is wrong with others', async () => {
    const entries = [
      entry('http://localhost:3000/', { response: { status: 0, bodySize: -1 }, time: -1 }),
      {},
      { startedDateTime: '2023-11-14T22:13:20Z' },
      7,
    ];
    const { activities, tally } = await run('har', JSON.stringify({ log: { entries } }));
    expect(activities).toEqual([
      { at: AT, actor: 'me', resource: 'api:GET localhost:3000/', source: 'api', kind: 'request.sent', ok: false },
    ]);
    expect(tally.rejects.map((r) => r.problem)).toEqual([
      'no startedDateTime in it',
      'no request in it',
      'a record that is not a JSON object',
    ]);
  });

  it.each([
    ['{"log":{"entries":[', 'not JSON from here on'],
    ['{"log":{}}', 'no record in it'],
    ['<html>', 'not a JSON object'],
    ['', 'no record in it'],
  ])('says what is wrong with %j', async (text, problem) => {
    const { tally } = await run('har', text);
    expect(tally.rejects.map((r) => r.problem)).toEqual(text === '' ? [] : [problem]);
  });

  it('reads several documents one behind the other', async () => {
    const text = JSON.stringify({ log: { entries: [entry('http://x/a')] } });
    expect((await run('har', `${text}\n${text}`)).tally).toMatchObject({ read: 2, kept: 2 });
  });

  it('does not run out of stack on deep nesting', async () => {
    const deep = `{"log":{"entries":[{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}}`;
    expect((await run('har', deep)).tally).toMatchObject({ read: 1, rejected: 1 });
  });
});

describe('the importer of CloudTrail', () => {
  const event = {
    eventTime: '2023-11-14T22:13:20Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    userIdentity: { type: 'IAMUser', userName: 'jane', arn: 'arn:aws:iam::123456789012:user/jane', accessKeyId: 'AKIAABCDEFGHIJKLMNOP' },
    requestParameters: { bucketName: 'hunter2' },
    additionalEventData: { bytesTransferredIn: 0, bytesTransferredOut: 77 },
  };
  const expected = { at: AT, actor: 'client-4', resource: 'api:s3.amazonaws.com/GetObject', source: 'api', kind: 'api.called', ok: true };

  it.each([
    ['a log file', JSON.stringify({ Records: [event] })],
    ['a log file laid out', JSON.stringify({ Records: [event] }, null, 2)],
    ['a list', JSON.stringify([event])],
    ['lines', JSON.stringify(event)],
  ])('reads %s', async (_, text) => {
    expect((await run('cloudtrail', text, { pseudonym })).activities).toEqual([{ ...expected, bytes: 77 }]);
  });

  it.each([
    ['flat', 'eventTime,eventSource,eventName,identity,errorCode\n2023-11-14T22:13:20Z,s3.amazonaws.com,GetObject,jane,'],
    [
      'of the console',
      '"Event time","User name","Event source","Event name"\r\n"2023-11-14T22:13:20Z","jane","s3.amazonaws.com","GetObject"\r\n',
    ],
    [
      'with JSON in it',
      `eventTime,eventSource,eventName,userIdentity\n2023-11-14T22:13:20Z,s3.amazonaws.com,GetObject,"{""userName"":""jane"",\n""a"":1}"\n`,
    ],
    ['of Athena', 'useridentity.username,eventtime,eventsource,eventname\njane,2023-11-14T22:13:20Z,s3.amazonaws.com,GetObject'],
  ])('reads CSV %s', async (_, text) => {
    const { activities, tally } = await run('cloudtrail', text, { pseudonym, chunk: 11 });
    expect(tally.rejects).toEqual([]);
    expect(activities).toEqual([expected]);
  });

  it('knows a refused call, and names what does not fit', async () => {
    const refused = { ...event, errorCode: 'AccessDenied', additionalEventData: null, userIdentity: { arn: 'arn:x' } };
    const { activities, tally } = await run('cloudtrail', events([refused, { eventTime: 'x' }, { ...event, eventName: 'a b' }]), {
      pseudonym,
    });
    expect(activities).toEqual([{ ...expected, actor: 'client-5', ok: false }]);
    expect(tally.rejects).toEqual([
      { line: 2, problem: 'no eventTime in it' },
      { line: 3, problem: 'no eventSource and eventName in it' },
    ]);
    const csv = await run('cloudtrail', 'eventTime,eventSource,eventName\na,b,c,d\n"open\n2023-11-14T22:13:20Z,x,y');
    expect(csv.tally.rejects.map((r) => r.problem)).toEqual(['4 fields where the header has 3', 'quotes that do not fit']);
    expect((await run('cloudtrail', 'a,b\n1,2')).tally.rejects[0]?.problem).toBe('no column eventTime in the header');
  });
});

describe('the importer of Kubernetes audit logs', () => {
  const event = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/hunter2/pods?limit=500',
    verb: 'list',
    user: { username: 'jane@example.com' },
    objectRef: { resource: 'pods', namespace: 'hunter2', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2023-11-14T22:13:20.000000Z',
    stageTimestamp: '2023-11-14T22:13:20.250000Z',
  };
  const expected = { at: AT, actor: 'client-16', source: 'api', kind: 'api.called', durationMs: 250, ok: true };

  it.each([
    ['lines', JSON.stringify(event)],
    ['an EventList', JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [event] })],
    ['an EventList laid out', JSON.stringify({ kind: 'EventList', items: [event] }, null, 4)],
  ])('reads %s', async (_, text) => {
    expect((await run('kubernetes-audit', text, { pseudonym })).activities).toEqual([{ ...expected, resource: 'api:k8s/list pods' }]);
  });

  it.each([
    [
      { objectRef: { resource: 'deployments', apiGroup: 'apps', subresource: 'scale', name: 'hunter2' }, verb: 'patch' },
      'patch deployments.apps/scale',
    ],
    [{ objectRef: { resource: 'pods', subresource: 'log' }, verb: 'get' }, 'get pods/log'],
    [{ objectRef: undefined, verb: 'get', requestURI: '/healthz?verbose=hunter2' }, 'GET /healthz'],
  ])('names %j', async (more, name) => {
    const { activities } = await run('kubernetes-audit', JSON.stringify({ ...event, ...more }), { pseudonym });
    expect(activities).toEqual([{ ...expected, resource: `api:k8s/${name}` }]);
  });

  it('counts a request once', async () => {
    const { tally } = await run(
      'kubernetes-audit',
      events([{ ...event, stage: 'RequestReceived' }, { ...event, stage: 'ResponseStarted' }, event, {}]),
    );
    expect(tally).toMatchObject({ read: 4, kept: 1, emptied: 2, rejected: 1 });
  });
});

describe('the importer of ActivityWatch', () => {
  const at = { timestamp: '2023-11-14T22:13:20.000000+00:00', duration: 61.5 };
  const bucket = (id: string, type: string, all: readonly object[]) => ({
    [id]: { id, type, client: 'x', events: all.map((data) => ({ ...at, data })) },
  });
  const common = { at: AT, actor: 'me', durationMs: 61_500 };

  it('reads what each watcher saw, without titles, addresses and names of files', async () => {
    const buckets = {
      ...bucket('aw-watcher-window_host', 'currentwindow', [{ app: 'Code', title: 'hunter2' }]),
      ...bucket('aw-watcher-afk_host', 'afkstatus', [{ status: 'afk' }]),
      ...bucket('aw-watcher-web-chrome', 'web.tab.current', [
        { url: 'https://me:hunter2@docs.example.com/hunter2?q=1', title: 'hunter2', incognito: false },
        { url: 'https://hunter2.example.com/', incognito: true },
        { url: 'about:newtab' },
      ]),
      ...bucket('aw-watcher-vscode_host', 'app.editor.activity', [
        { file: '/home/jane/shop/src/api/v1/hunter2.ts', project: '/home/jane/shop', language: 'ts' },
      ]),
    };
    const { activities, tally } = await run('activitywatch', JSON.stringify({ buckets }), { chunk: 100 });
    expect(activities).toEqual([
      { ...common, resource: 'app:Code', source: 'import', kind: 'app.used' },
      { ...common, resource: 'web:docs.example.com', source: 'import', kind: 'page.visited' },
      { ...common, resource: 'editor:src/api/ts', workspace: 'shop', source: 'editor', kind: 'file.edited' },
    ]);
    expect(tally).toMatchObject({ read: 6, kept: 3, emptied: 3, rejected: 0 });
    expect([...tally.asides.keys()]).toEqual(['presence at the keyboard', 'private browsing', 'pages of the browser itself']);
  });

  it('reads one bucket, and names what it does not know', async () => {
    const { tally } = await run(
      'activitywatch',
      JSON.stringify({ id: 'x', events: [{ ...at, data: { app: 'Code' } }, { ...at, data: {} }, {}] }),
    );
    expect(tally.rejects.map((r) => r.problem)).toEqual(['no event of a known watcher', 'no timestamp in it']);
    expect(tally.kept).toBe(1);
  });
});

describe('the importer of WakaTime', () => {
  const beat = {
    time: AT / 1000,
    entity: '/home/jane/work/shop/src/db/hunter2.sql',
    type: 'file',
    project: 'shop',
    project_root_count: 4,
    is_write: true,
  };
  const expected = { at: AT, actor: 'me', resource: 'editor:src/db/sql', workspace: 'shop', source: 'editor', kind: 'file.saved' };

  it.each([
    ['a dump', JSON.stringify({ user: { email: 'jane@example.com' }, days: [{ date: '2023-11-14', heartbeats: [beat] }] }, null, 1)],
    ['the answer of the API', JSON.stringify({ data: [beat], timezone: 'UTC' })],
  ])('reads %s', async (_, text) => {
    expect((await run('wakatime', text)).activities).toEqual([expected]);
  });

  it.each([
    [{ project_root_count: undefined }, expected.resource],
    [{ entity: 'C:\\Users\\jane\\shop\\src\\x.ts', project_root_count: undefined }, 'editor:src/ts'],
    [{ entity: '/etc/hosts', project: null, project_root_count: null }, 'editor:file'],
    [{ type: 'app', entity: 'Figma' }, 'app:Figma'],
    [{ type: 'domain', entity: 'Docs.example.com' }, 'web:docs.example.com'],
  ])('%j', async (more, resource) => {
    expect((await run('wakatime', JSON.stringify({ days: [{ heartbeats: [{ ...beat, ...more }] }] }))).activities[0]?.resource).toBe(
      resource,
    );
  });

  it('says that a dump of totals holds nothing for it', async () => {
    expect((await run('wakatime', '{"user":{},"days":[{"date":"2023-11-14","projects":[]}]}')).tally.rejects).toEqual([
      { line: 1, problem: 'no record in it' },
    ]);
  });
});
