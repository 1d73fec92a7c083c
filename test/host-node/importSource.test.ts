import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import sqlite from 'node-sqlite3-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openImportSource } from '../../src/host/node/importSource.ts';
import { createPseudonyms } from '../../src/host/node/pseudonyms.ts';
import { createTraceWriter } from '../../src/host/node/traceFile.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-source-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = 1_800_000_000_000;
async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('the source of an import', () => {
  it('reads a file as often as asked, gzipped or not, and knows when it was written', async () => {
    const text = 'npm test\n'.repeat(100_000);
    for (const [name, bytes] of [
      ['plain', Buffer.from(text)],
      ['gzip', gzipSync(text)],
    ] as const) {
      writeFileSync(join(folder, name), bytes);
      utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000);
      const source = await openImportSource(join(folder, name), NOW);
      expect(source).toMatchObject({ rereadable: true, endAt: 1_700_000_000_000 });
      expect(await textOf(source.bytes())).toBe(text);
      expect(await textOf(source.bytes())).toBe(text);
    }
  });

  it('says by the system’s code what is wrong with a file', async () => {
    await expect(openImportSource(join(folder, 'none'), NOW)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(textOf((await openImportSource(folder, NOW)).bytes())).rejects.toMatchObject({ code: 'EISDIR' });
    writeFileSync(join(folder, 'cut.gz'), gzipSync('npm test\n'.repeat(1000)).subarray(0, 30));
    await expect(textOf((await openImportSource(join(folder, 'cut.gz'), NOW)).bytes())).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
    writeFileSync(join(folder, 'empty'), '');
    expect(await textOf((await openImportSource(join(folder, 'empty'), NOW)).bytes())).toBe('');
  });

  it('queries a database lazily, leaves it as it is and leaves no copy behind', async () => {
    const path = join(folder, 'history.db');
    const database = new sqlite.Database(path);
    database.exec('CREATE TABLE history (timestamp INTEGER, command TEXT)');
    database.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO history SELECT i * 1700000000000000, 'x' FROM n",
    );
    database.close();
    const before = readFileSync(path);
    const copies = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('prewarm-import-'));
    const known = copies();
    const source = await openImportSource(path, NOW);
    let rows = 0;
    for await (const batch of source.rows('SELECT * FROM history ORDER BY timestamp')) {
      if (rows === 0) expect(batch[0]).toEqual({ timestamp: 1_700_000_000_000_000, command: 'x' });
      expect(batch.length).toBeLessThanOrEqual(1000);
      rows += batch.length;
    }
    expect(rows).toBe(5000);
    for await (const _ of source.rows('SELECT * FROM history')) break;
    await expect(textOfRows(source.rows('SELECT * FROM nothing'))).rejects.toMatchObject({ name: 'SQLite3Error' });
    expect(readFileSync(path)).toEqual(before);
    expect(copies()).toEqual(known);
    expect(readdirSync(folder)).toEqual(['history.db']);
  });

  it('sees what stands in the write-ahead log only', async () => {
    const path = join(folder, 'wal.db');
    const database = new sqlite.Database(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE history (command TEXT)');
    database.exec("INSERT INTO history VALUES ('psql')");
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    expect(await textOfRows((await openImportSource(path, NOW)).rows('SELECT * FROM history'))).toEqual([{ command: 'psql' }]);
    database.close();
  });
});

async function textOfRows(batches: AsyncIterable<readonly unknown[]>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

describe('pseudonyms', () => {
  it('are the same for the same client of the same user, and no others', () => {
    const one = createPseudonyms(folder);
    expect(one('192.0.2.1')).toMatch(/^client-[0-9a-f]{12}$/);
    expect(createPseudonyms(folder)('192.0.2.1')).toBe(one('192.0.2.1'));
    expect(one('192.0.2.2')).not.toBe(one('192.0.2.1'));
    expect(createPseudonyms(join(folder, 'other'))('192.0.2.1')).not.toBe(one('192.0.2.1'));
    if (process.platform !== 'win32') expect(statSync(join(folder, 'pseudonym.key')).mode & 0o077).toBe(0);
  });
});

describe('the trace writer', () => {
  const activity = { at: 1, actor: 'me', resource: 'command:ls' };
  it('puts the trace in its place when it is whole, gzipped where the name says so', async () => {
    for (const name of ['sub/t.jsonl', 'sub/t.jsonl.gz']) {
      const path = join(folder, name);
      const writer = await createTraceWriter(path);
      for (let i = 0; i < 1000; i++) await writer.write(Array.from({ length: 100 }, () => activity));
      await writer.done();
      await writer.discard();
      const bytes = readFileSync(path);
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      expect(text).toBe(`${JSON.stringify(activity)}\n`.repeat(100_000));
    }
  });

  it('leaves what was there when it is not', async () => {
    writeFileSync(join(folder, 't.jsonl'), 'before');
    const writer = await createTraceWriter(join(folder, 't.jsonl'));
    await writer.write([activity]);
    await writer.discard();
    expect(readFileSync(join(folder, 't.jsonl'), 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['t.jsonl']);
  });

  it('says why it cannot', async () => {
    const writer = await createTraceWriter(join(folder, 'x'));
    await writer.done();
    await expect(createTraceWriter(join(folder, 'x', 'y.jsonl'))).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
  });
});
