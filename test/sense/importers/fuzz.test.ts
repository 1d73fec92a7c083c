import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseActivity } from '../../../src/domain/index.ts';
import { IMPORTERS } from '../../../src/sense/importers/registry.ts';
import { type RunOptions, run } from './run.ts';

/** One secret of each kind that the gate knows wherever it stands. */
const CANARIES = [
  'AKIAIOSFODNN7CANARYA',
  `AIza${'aB3_'.repeat(9).slice(0, 35)}`,
  `ghp_${'c4N2'.repeat(9)}`,
  'glpat-canary1234567890ABCD',
  'xoxb-123456789012-canarycanary',
  `npm_${'c4N2'.repeat(9)}`,
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.abc-DEF_123canary',
  'canary.jane@example.com',
  '123e4567-e89b-42d3-a456-426614174000',
];
const AT = 1_700_000_000;
const ISO = '2023-11-14T22:13:20Z';
const url = 'https://me:CANARY@shop.test/CANARY?token=CANARY';

/** A valid file of each format, with `CANARY` wherever a secret could stand. */
const VALID: Readonly<Record<string, string>> = {
  bash: `#${AT}\ncurl -H "X: CANARY" ${url}\npsql CANARY\nexport A=CANARY\n`,
  zsh: `: ${AT}:3;curl CANARY ${url}\n: ${AT}:3;CANARY\n`,
  fish: `- cmd: curl CANARY ${url}\n  when: ${AT}\n  paths:\n    - CANARY\n`,
  powershell: `$env:A = "CANARY"\ncurl ${url}\nCANARY\n`,
  atuin: '',
  'git-reflog': `${'0'.repeat(40)} ${'a'.repeat(40)} J <CANARY> ${AT} +0000\tcommit: CANARY\n${'0'.repeat(40)} ${'a'.repeat(40)} J <j@x> ${AT} +0000\tcheckout: moving from CANARY to CANARY\n`,
  activitywatch: JSON.stringify({
    buckets: {
      CANARY: {
        id: 'CANARY',
        events: [
          { timestamp: ISO, duration: 1, data: { app: 'CANARY', title: 'CANARY' } },
          { timestamp: ISO, duration: 1, data: { url, title: 'CANARY' } },
          { timestamp: ISO, duration: 1, data: { file: '/a/CANARY/b/CANARY.ts', project: 'CANARY' } },
          { timestamp: ISO, duration: 1, data: { status: 'afk' } },
        ],
      },
    },
  }),
  wakatime: JSON.stringify({
    user: { email: 'CANARY' },
    days: [
      {
        heartbeats: [
          { time: AT, entity: '/a/CANARY/b/c.ts', project: 'a', type: 'file' },
          { time: AT, entity: 'CANARY', type: 'app', project: 'CANARY' },
        ],
      },
    ],
  }),
  'access-log': `CANARY - CANARY [14/Nov/2023:22:13:20 +0000] "GET /a/CANARY?token=CANARY HTTP/1.1" 200 1 "${url}" "CANARY"\n`,
  'nginx-json': `${JSON.stringify({ time: ISO, remote_addr: 'CANARY', request: 'GET /a/CANARY?b=CANARY HTTP/1.1', status: 200, agent: 'CANARY' })}\n`,
  har: JSON.stringify({
    log: {
      entries: [
        {
          startedDateTime: ISO,
          time: 1,
          request: { method: 'GET', url, headers: ['CANARY'] },
          response: { status: 200, content: { text: 'CANARY' } },
        },
      ],
    },
  }),
  cloudtrail: JSON.stringify({
    Records: [
      { eventTime: ISO, eventSource: 's3.amazonaws.com', eventName: 'GetObject', userIdentity: { userName: 'CANARY' } },
      { eventTime: ISO, eventSource: 'CANARY', eventName: 'CANARY' },
    ],
  }),
  'kubernetes-audit': JSON.stringify({
    kind: 'EventList',
    items: [
      {
        stage: 'ResponseComplete',
        verb: 'CANARY',
        requestReceivedTimestamp: ISO,
        stageTimestamp: ISO,
        user: { username: 'CANARY' },
        objectRef: { resource: 'CANARY', name: 'CANARY', subresource: 'CANARY' },
      },
      { stage: 'ResponseComplete', verb: 'get', requestReceivedTimestamp: ISO, requestURI: '/CANARY?CANARY' },
    ],
  }),
};
const FORMATS = Object.keys(IMPORTERS).filter((format) => format in VALID);

/** What must hold whatever is read. */
async function holds(format: string, content: string | Uint8Array, canary: string, options: RunOptions = {}): Promise<void> {
  const { activities, tally } = await run(format, content, { pseudonym: (client) => `client-${client.length}`, ...options });
  expect(tally.read).toBe(tally.kept + tally.emptied + tally.rejected);
  expect(tally.written).toBe(activities.length);
  expect(tally.redacted).toBeLessThanOrEqual(tally.read);
  expect(tally.rejects.length).toBeLessThanOrEqual(Math.min(100, tally.rejected));
  for (const activity of activities) expect(parseActivity(activity)).toEqual({ activity });
  const said = JSON.stringify([activities, tally, [...tally.dropped], [...tally.asides]]).toLowerCase();
  expect(said).not.toContain(canary.toLowerCase());
}

const canary = fc.constantFrom(...CANARIES);
const piece = fc.oneof(
  fc.constantFrom(
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '\n',
    '\r\n',
    '\t',
    ' ',
    '`',
    '0',
    '-1',
    '1e999',
    'null',
    '[[',
    "'",
    '\u0000',
    '‹',
    '%',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
/** Cuts out a stretch, puts something in its place. */
const edits = fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 0, max: 12 }), put: piece }), {
  maxLength: 6,
});

function edited(text: string, all: readonly { at: number; length: number; put: string }[]): string {
  return all.reduce((left, { at, length, put }) => {
    const from = Math.floor(at * left.length);
    return left.slice(0, from) + put + left.slice(from + length);
  }, text);
}

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

describe('every importer', () => {
  it('is here', () => {
    // A format of another making brings its own test of this kind.
    expect(Object.keys(IMPORTERS).filter((format) => !format.startsWith('otlp'))).toEqual(FORMATS);
  });

  it.each(FORMATS)('%s keeps something of a valid file and no secret', async (format) => {
    for (const secret of CANARIES) await holds(format, (VALID[format] as string).replaceAll('CANARY', secret), secret);
    if (format !== 'atuin') expect((await run(format, VALID[format] as string)).tally.kept).toBeGreaterThan(0);
  });

  it.each(FORMATS)('%s stands any bytes', async (format) => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map((s) => new TextEncoder().encode(s)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 40 }), (content, chunk) => holds(format, content, '\u0000never', { chunk })),
      { seed: 23, numRuns: 300 },
    );
  });

  it.each(FORMATS)('%s stands any JSON', async (format) => {
    const json = fc.json({ maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(json, { maxLength: 4 }), fc.constantFrom('\n', ''), (values, between) =>
        holds(format, values.join(between), '\u0000never', { chunk: 17 }),
      ),
      { seed: 29, numRuns: 300 },
    );
  });

  it.each(FORMATS)('%s lets no secret through when its file is damaged', async (format) => {
    await fc.assert(
      fc.asyncProperty(canary, edits, fc.integer({ min: 1, max: 64 }), (secret, all, chunk) => {
        // The secret comes last, so that the damage is around it.
        const damaged = edited(VALID[format] as string, all).replaceAll('CANARY', secret);
        return holds(format, damaged, secret, { chunk });
      }),
      { seed: 31, numRuns: 400 },
    );
  });

  it('atuin stands any rows', async () => {
    const value = fc.oneof(fc.bigInt(), fc.anything(), canary, fc.constant(BigInt(AT) * 10n ** 9n));
    const row = fc.record(
      { timestamp: value, duration: value, exit: value, command: value, deleted_at: fc.option(value) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
        for (const secret of CANARIES) await holds('atuin', '', secret, { rows });
      }),
      { seed: 37, numRuns: 300 },
    );
  });

  it.each(FORMATS.filter((format) => format !== 'atuin'))('%s gives the same whatever the pieces are in which it comes', async (format) => {
    const text = (VALID[format] as string).replaceAll('CANARY', 'größe');
    const whole = await run(format, text);
    for (const chunk of [1, 3, 64]) expect(await run(format, text, { chunk })).toEqual(whole);
  });
});
