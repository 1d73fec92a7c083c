import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import type { Part } from '../../../src/provision/datasets/content.ts';
import { csvShape, delimiterOf, typeOf } from '../../../src/provision/datasets/csv.ts';
import { guess } from '../../../src/provision/datasets/format.ts';
import { markOf, markText } from '../../../src/provision/datasets/mark.ts';
import { csvValue } from '../../../src/provision/datasets/parquet.ts';
import { openParquet } from '../../../src/provision/datasets/parquetClient.ts';
import { psqlFault } from '../../../src/provision/datasets/psql.ts';
import { sqlGuard } from '../../../src/provision/datasets/sqlGuard.ts';
import { bundled } from '../../harness/bundled.ts';

const program = await bundled(join(import.meta.dirname, '../../../src/provision/datasets/parquetThread.ts'));
const folder = mkdtempSync(join(tmpdir(), 'prewarm-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;
function part(name: string, content: string | Uint8Array): Part {
  writeFileSync(join(folder, name), content);
  const bytes = Buffer.byteLength(content);
  return { file: join(folder, name), name, bytes, digest: createHash('sha256').update(content).digest('hex') };
}

describe('the guard of SQL', () => {
  const through = async (sql: string, size = 7): Promise<string> => {
    const bytes = Buffer.from(sql);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    const out: Buffer[] = [];
    await pipeline(Readable.from(pieces, { objectMode: false }), sqlGuard('x.sql'), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) out.push(chunk);
    });
    return Buffer.concat(out).toString();
  };

  it.each([
    ['select 1;\n\\connect shop\n', 'line 2: \\connect shop'],
    ['\\c shop', 'line 1: \\c shop'],
    ['\\! rm -rf /\n', 'line 1: \\! rm'],
    ['DROP DATABASE shop;\n', 'line 1: DROP DATABASE'],
    ['create role me;\n', 'line 1: create role'],
    ['copy t from stdin;\n1\n\\.\n\\c shop\n', 'line 4: \\c shop'],
    [`copy public.t (${'column_name, '.repeat(100)}z) from stdin;\n1\n\\.\n\\c shop\n`, 'line 4'],
  ])('stops %j', async (sql, where) => {
    for (const size of [1, 7, 4096]) await expect(through(sql, size)).rejects.toThrow(where);
  });

  it('lets data be data, and everything else as it was, however it is cut (property)', async () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('\\N\t1', '\\connect x', 'drop database x;', 'create role y', '\\\\c', ''));
    const dump = fc
      .array(line)
      .map(
        (lines) =>
          `set x = 1;\ncopy t (a) from stdin;\n${lines.filter((l) => l.trimEnd() !== '\\.' && !/[\r\n]/.test(l)).join('\n')}\n\\.\ncreate index i;\n\\restrict abc\n`,
      );
    await fc.assert(
      fc.asyncProperty(dump, fc.integer({ min: 1, max: 50 }), async (sql, size) => {
        expect(await through(sql, size)).toBe(sql);
      }),
      { numRuns: 200 },
    );
  });
});

describe('CSV', () => {
  it.each([
    [['1', '-20', ''], 'bigint'],
    [['1', '2.5'], 'numeric'],
    [['1e5'], 'numeric'],
    [['007'], 'text'],
    [['9999999999999999999'], 'numeric'],
    [['true', 'FALSE'], 'boolean'],
    [['2024-02-03'], 'date'],
    [['2024-02-03 04:05'], 'timestamp'],
    [['2024-02-03T04:05:06.7+02:00'], 'timestamptz'],
    [['0b0e3f1a-5c3e-4d0a-9a52-0a7ad3e5c111'], 'uuid'],
    [['', ''], 'text'],
    [['1', 'x'], 'text'],
  ])('%j is %s', (values, type) => expect(typeOf(values)).toBe(type));

  it.each([
    ['a,b;c,d\n', ','],
    ['"a,b,c";d;e\n1,2', ';'],
    ['a\tb', '\t'],
    ['a|b|c', '|'],
    ['alone', ','],
  ])('the delimiter of %j is %j', (text, delimiter) => expect(delimiterOf(text)).toBe(delimiter));

  it('of any bytes gives columns or one message, and never throws (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.uint8Array()), async (content) => {
        const shape = await csvShape(part('any.csv', content), 'd', signal);
        if (shape.ok) expect(shape.value.columns.length).toBeGreaterThan(0);
        else expect(shape.fault).toMatchObject({ code: 'bad-file', retry: 'never', message: expect.stringMatching(/^d: any\.csv /) });
      }),
      { numRuns: 150 },
    );
  });
});

describe('Parquet', () => {
  const good = Buffer.from(
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'id', data: [1, 2, 3], type: 'INT32' },
          { name: 'text', data: ['a', 'b', 'c'], type: 'STRING' },
        ],
      }),
    ),
  );

  const step = { signal, progress: () => {} };
  /** What became of it: its text, or the one message. */
  async function read(content: Uint8Array, withinMs = 5000): Promise<string> {
    const file = await openParquet(part('x.parquet', content), 'd', { program, withinMs }, step);
    if (!file.ok) return file.fault.message;
    return file.value
      .lines()
      .toArray()
      .then(
        (pieces) => pieces.join(''),
        (error: Error) => error.message,
      );
  }

  it('is read by a thread of its own', async () => expect(await read(good)).toBe('"1","a"\n"2","b"\n"3","c"\n'));

  it('whose damage would keep its reader busy for ever is given up, and nothing else stands still meanwhile', async () => {
    const endless = Buffer.from(good);
    endless[10] = (endless[10] ?? 0) ^ 8;
    let beats = 0;
    const beat = setInterval(() => beats++, 20);
    expect(await read(endless, 1000)).toBe('x.parquet is damaged: it cannot be read as Parquet (its reader came to no end within 1 s).');
    clearInterval(beat);
    expect(beats).toBeGreaterThan(10);
  });

  /** No check sum guards its values: a flipped bit may well make a NULL, which is an empty field. */
  it('damaged anywhere gives rows or one clear error (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ flip;
        for (const content of [bad, good.subarray(0, at)])
          expect(await read(content, 400)).toMatch(
            /^((("([^"]|"")*")?,)*("([^"]|"")*")?\n)*$|^(d: )?x\.parquet (is damaged: it cannot be read as Parquet|has decimals|is compressed by)/,
          );
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  it.each([
    [null, 'text', ''],
    ['', 'text', '""'],
    ['a "b"', 'text', '"a ""b"""'],
    [2n ** 62n, 'bigint', '"4611686018427387904"'],
    [new Date(0), 'date', '"1970-01-01"'],
    [new Uint8Array([0, 255]), 'bytea', '"\\x00ff"'],
    [{ a: 1n }, 'jsonb', '"{""a"":""1""}"'],
  ])('%s as %s is %s', (value, type, text) => expect(csvValue(value, type)).toBe(text));
});

describe('what a file is', () => {
  it.each([
    ['x', 'PGDMP\u0001', 'pg_dump'],
    ['x.tar', 'toc.dat\0', 'pg_dump'],
    ['x.csv', 'PAR1', 'parquet'],
    ['x.csv', 'id,a', 'csv'],
    ['x.tsv.gz', 'id', 'csv'],
    ['x.sql', '', 'sql'],
    ['x.dump', '--\n-- PostgreSQL database dump', 'sql'],
    ['x.bin', 'hm', undefined],
  ])('%s with %j is %s', (name, first, format) => expect(guess(name, Buffer.from(first))).toBe(format));
});

describe('a mark', () => {
  it('is read as it was written, and nothing else is (property)', () => {
    const digest = 'ab'.repeat(32);
    for (const origin of ['made', 'filled'] as const)
      expect(markOf(markText({ dataset: 'a', digest, origin }))).toEqual({ dataset: 'a', digest, origin });
    fc.assert(fc.property(fc.string(), (text) => markOf(text) === undefined));
    expect(markOf(`my notes: prewarm dataset a sha256:${digest} made`)).toBeUndefined();
  });
});

describe('what psql says', () => {
  it.each([
    ['ERROR:  could not extend file "base/1": No space left on device', 3, 'storage-failed', 'later'],
    ['psql: error: connection to server on socket "/x" failed: FATAL:  the database system is starting up', 2, 'not-ready', 'later'],
    ['ERROR:  database "x" is being accessed by other users', 3, 'in-use', 'later'],
    ['ERROR:  canceling statement due to lock timeout', 3, 'in-use', 'later'],
    ['exec: "psql": executable file not found in $PATH', 127, 'tool-missing', 'never'],
    ['ERROR:  syntax error at or near "x"', 3, 'bad-file', 'never'],
    ['', 3, 'bad-file', 'never'],
  ])('%j (code %i) is %s, %s', (stderr, code, faultCode, retry) =>
    expect(psqlFault('d', { code, stderr, stdout: '' })).toMatchObject({ code: faultCode, retry }),
  );
});
