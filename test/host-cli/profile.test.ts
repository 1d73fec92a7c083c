import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileCommand } from '../../src/host/cli/profileCommand.ts';
import { createTerminal } from '../../src/host/cli/terminal.ts';
import { fromTraffic, type TrafficEntry } from '../../src/sense/pdl/traffic.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-profile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly requests: number;
  readonly others: number;
  readonly formats: readonly string[];
  readonly rejectedCount: number;
  readonly rejected: readonly string[];
  readonly traffic: TrafficEntry;
  readonly profiles: readonly TrafficEntry[];
}

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const run = (positionals: readonly string[], options: Record<string, string> = {}, signal = new AbortController().signal) =>
  profileCommand({ positionals, options, terminal: createTerminal('quiet'), signal });
async function told(...files: readonly string[]): Promise<Told & { readonly lines: string }> {
  const done = await run(files);
  if (!done.ok) throw new Error(done.fault.message);
  return { ...(done.value.json as Told), lines: done.value.lines.join('\n') };
}
async function fault(files: readonly string[], options: Record<string, string> = {}): Promise<string> {
  const done = await run(files, options);
  if (done.ok) throw new Error('it was read');
  return `${done.fault.code}: ${done.fault.message}`;
}

const line = (second: number, path = '/', status = 200, bytes = 100): string =>
  `10.0.0.${second % 5} - - [14/Nov/2023:${new Date(second * 1000).toISOString().slice(11, 19)} +0000] "GET ${path} HTTP/1.1" ${status} ${bytes} "-" "x"`;
const LOG = Array.from({ length: 200 }, (_, i) =>
  line(i * 60, i % 2 ? '/' : `/downloads/${'ab'[i % 4 === 0 ? 0 : 1]}.zip`, 200, i % 2 ? 100 : 1e7),
);

const JSON_LINE = JSON.stringify({
  time: '2023-11-14T22:13:20Z',
  remote_addr: '10.0.0.1',
  request: 'GET /a HTTP/1.1',
  status: 500,
  request_time: 0.25,
});
const SPANS = JSON.stringify({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              kind: 2,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: '1700000000040000000',
              attributes: [
                { key: 'http.request.method', value: { stringValue: 'GET' } },
                { key: 'url.path', value: { stringValue: '/orders/17' } },
                { key: 'http.response.status_code', value: { intValue: 200 } },
              ],
            },
          ],
        },
      ],
    },
  ],
});
const TRACE = `${JSON.stringify({ at: 1_700_000_000_000, actor: 'a', resource: 'compose:shop/db', source: 'database', kind: 'connection.closed', bytes: 10, durationMs: 5 })}\n`;

describe('prewarm profile', () => {
  it('tells the format by how a file begins, zipped or not', async () => {
    expect((await told(file('access.log', LOG.join('\n')))).formats).toEqual(['access-log']);
    expect((await told(file('access.log.gz', gzipSync(LOG.join('\n'))))).formats).toEqual(['access-log']);
    expect((await told(file('a.tsv', 'host\ttime\tmethod\turl\tresponse\tbytes\nh\t1700000000\tGET\t/\t200\t5\n'))).formats).toEqual([
      'access-log',
    ]);
    expect((await told(file('a.jsonl', `${JSON_LINE}\n`))).formats).toEqual(['nginx-json']);
    expect((await told(file('spans.json', SPANS))).formats).toEqual(['otlp']);
    expect((await told(file('trace.jsonl', TRACE))).formats).toEqual(['trace']);
    expect((await told(file('trace.csv', 'at,actor,resource\n1700000000000,a,api:GET /\n'))).formats).toEqual(['trace']);
  });
  it('gives rates, sizes, errors and latency as each source tells of them, in JSON that the document reads', async () => {
    const log = await told(file('access.log', LOG.join('\n')));
    expect(log.requests).toBe(200);
    for (const entry of [log.traffic, ...log.profiles]) expect(fromTraffic(JSON.parse(JSON.stringify(entry)))).toHaveProperty('profile');
    expect(new Set(log.profiles.map((p) => p.interaction_type))).toEqual(new Set(['content_view', 'download']));
    expect(log.profiles.reduce((sum, p) => sum + p.requests, 0)).toBe(200);
    expect(log.traffic.latency_ms).toBeUndefined();
    expect(log.lines).toMatch(/200 requests, .*windows of 5 min[\s\S]*downloads/);
    const spans = await told(file('spans.json', SPANS));
    expect(spans.traffic).toMatchObject({ latency_ms: [{ value: 40, probability: 1 }], error_rate: 0 });
    const connections = await told(file('trace.jsonl', TRACE));
    expect(connections.traffic).toMatchObject({ interaction_type: 'query', request_size_bytes: [{ value: 10, probability: 1 }] });
    expect(connections.traffic.latency_ms).toBeUndefined();
    expect((await told(file('a.jsonl', `${JSON_LINE}\n`))).traffic).toMatchObject({
      latency_ms: [{ value: 250 }],
      error_rate: 1,
    });
  });
  it('takes several files as one, of several formats', async () => {
    const both = await told(file('access.log', LOG.join('\n')), file('a.jsonl', `${JSON_LINE}\n`));
    expect(both.requests).toBe(201);
    expect(both.formats).toEqual(['access-log', 'nginx-json']);
  });
  it('leaves out who it was, and what the gate takes', async () => {
    const { lines, ...json } = await told(file('secret.log', `${line(1, '/reset?token=hunter2hunter2')}\n`));
    expect(JSON.stringify(json) + lines).not.toMatch(/hunter2|10\.0\.0\./);
  });
});

describe('bad input to prewarm profile', () => {
  it.each<[string, string | Uint8Array, Record<string, string>, RegExp]>([
    ['an empty file', '', {}, /^bad-file: .*bad has nothing in it\. Name a log/],
    ['an empty file of a named format', '', { format: 'access-log' }, /^bad-file: .*has nothing in it/],
    [
      'a text of no such format',
      'Dear diary,\ntoday I did nothing.\n',
      {},
      /^bad-file: .*no requests in any format that is known \(trace, otlp, access-log/,
    ],
    ['bytes', new Uint8Array([0, 255, 1, 254, 0, 0]), {}, /^bad-file: /],
    [
      'another format than was named',
      `${JSON_LINE}\n`,
      { format: 'access-log' },
      /^bad-file: Nothing in .* fits the format access-log; first, .*bad:1: not a line of the Common/,
    ],
    [
      'a format that is not known',
      'x',
      { format: 'apache' },
      /^wrong-usage: “apache” is no known format; known are trace, otlp, access-log/,
    ],
    [
      'a history of commands',
      'npm test\n',
      { format: 'bash' },
      /^bad-file: There is no request in .*: the one activity in it tells of something else/,
    ],
    [
      'a trace of commands',
      `${JSON.stringify({ at: 1, actor: 'a', resource: 'command:ls', source: 'terminal' })}\n`,
      {},
      /^bad-file: There is no request/,
    ],
    ['a file that is cut off', gzipSync(LOG.join('\n')).subarray(0, 60), { format: 'access-log' }, /^bad-file: .*Z_BUF_ERROR/],
  ])('%s is one clear message', async (_, content, options, message) => {
    expect(await fault([file('bad', content)], options)).toMatch(message);
  });
  it('a file that is not there, a folder, and standard input without a format are named', async () => {
    expect(await fault([join(folder, 'none')])).toMatch(/^not-found: .*none cannot be read \(ENOENT\)/);
    expect(await fault([folder])).toMatch(/^not-found: .*EISDIR/);
    expect(await fault(['-'])).toMatch(/^wrong-usage: Name the format of what comes on standard input/);
  });
  it('one line is a profile of no confidence', async () => {
    const one = await told(file('one.log', line(1)));
    expect(one.profiles).toHaveLength(1);
    expect(one.traffic).toMatchObject({ requests: 1, confidence: 0, peak_times: [] });
  });
  it('lines of the same second are one window', async () => {
    const same = await told(file('same.log', Array.from({ length: 30 }, (_, i) => line(7, `/page${'abc'[i % 3]}`)).join('\n')));
    expect(same.traffic).toMatchObject({ requests: 30, window_seconds: 1, requests_per_second: [{ value: 30, probability: 1 }] });
  });
  it('garbage in the middle is counted, named and left out', async () => {
    const lines = [...LOG.slice(0, 100), 'Segmentation fault', '\u0000\u0001', ...LOG.slice(100)];
    const { lines: text, ...json } = await told(file('torn.log', lines.join('\n')));
    expect(json.requests).toBe(200);
    expect(json.rejectedCount).toBe(2);
    expect(json.rejected[0]).toMatch(/torn\.log:101: not a line of the Common/);
    expect(text).toContain('2 lines do not fit their format');
  });
  it('anything at all is a report or a fault, never a throw', async () => {
    const part = fc.oneof(
      fc.constantFrom(...LOG.slice(0, 5), JSON_LINE, SPANS, TRACE.trim(), 'at,actor,resource', '{', '[', '"resourceSpans":'),
      fc.string({ maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 8 }),
        fc.constantFrom('', 'trace', 'otlp', 'access-log', 'nginx-json', 'har'),
        async (parts, format) => {
          const done = await run([file('anything', parts.join('\n'))], format === '' ? {} : { format });
          if (done.ok) expect((done.value.json as Told).requests).toBeGreaterThan(0);
          else expect(done.fault.message.length).toBeGreaterThan(20);
        },
      ),
      { numRuns: 150 },
    );
  });
});
