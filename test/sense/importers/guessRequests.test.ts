import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessRequests, HEAD_BYTES } from '../../../src/sense/importers/guessRequests.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LINE = '10.0.0.1 - - [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/1.1" 200 1 "-" "x"';
const HAR_ENTRY = {
  startedDateTime: '2023-11-14T22:13:20.000Z',
  time: 3,
  request: { method: 'GET', url: 'https://shop.test/a' },
  response: { status: 200 },
};
const har = (entries: number): string => JSON.stringify({ log: { version: '1.2', entries: new Array(entries).fill(HAR_ENTRY) } }, null, 1);

describe('the format of a file of requests', () => {
  it.each([
    ['a common log', `${LINE}\n${LINE}\n`, 'access-log'],
    ['a log with garbage before it', `starting …\n${LINE}\n`, 'access-log'],
    ['a log of which the last line is cut', `${LINE}\n${LINE.slice(0, 40)}`, 'access-log'],
    ['a table with tabs', 'host\ttime\tmethod\turl\tresponse\nh\t1700000000\tGET\t/\t200\n', 'access-log'],
    ['JSON Lines', '{"time":"2023-11-14T22:13:20Z","request":"GET / HTTP/1.1","status":200}\n', 'nginx-json'],
    ['a browser’s archive', har(2), 'har'],
    ['a browser’s archive that is longer than a beginning', har(2000).slice(0, HEAD_BYTES), 'har'],
    [
      'CloudTrail',
      JSON.stringify({
        Records: [{ eventTime: '2023-11-14T22:13:20Z', eventSource: 's3.amazonaws.com', eventName: 'GetObject', readOnly: true }],
      }),
      'cloudtrail',
    ],
    ['spans', '{"resourceSpans":[]}', 'otlp'],
    ['a trace', '{"at":1,"actor":"a","resource":"api:GET /"}\n', 'trace'],
    ['a trace behind a line that is none', 'x\n{"at":1,"actor":"a","resource":"api:GET /"}\n', 'trace'],
    ['a trace as CSV, with the mark of its encoding', '\uFEFFat,actor,resource\n1,a,api:GET /\n', 'trace'],
    ['a trace as CSV with other columns first', '"ok","at","actor","resource"\n', 'trace'],
  ])('of %s is told', async (_, text, format) => expect(await guessRequests(bytes(text))).toBe(format));

  it.each([
    ['nothing', ''],
    ['a letter', 'Dear all,\n\nthe server is down.\n'],
    ['a manifest', '{"name":"x","version":"1.0.0"}'],
    ['a table of something else', 'name,price\nbread,3\n'],
    ['a shell’s history', 'git status\nnpm test\n'],
  ])('of %s is not', async (_, text) => expect(await guessRequests(bytes(text))).toBeUndefined());

  it('of any bytes is one or none, never a throw', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (any) => void (await guessRequests(any))));
  });
});
