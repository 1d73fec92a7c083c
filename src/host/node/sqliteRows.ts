import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../sense/importers/importer.ts';

const BATCH = 1000;

/**
 * What a query gives on an SQLite database: a file, or the bytes of one. It is copied with its write-ahead log into a folder that only the user
 * can read and that is removed afterwards: SQLite in WebAssembly has no shared memory, which a database in WAL mode
 * needs unless it is opened for one process alone, and a history that a shell is writing must not be locked.
 */
export async function* sqliteRows(database: string | AsyncIterable<Uint8Array>, sql: string): AsyncIterable<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-import-'));
  try {
    const copy = join(folder, 'copy.db');
    if (typeof database === 'string') await copied(database, copy);
    else await writeFile(copy, database, { mode: 0o600 });
    yield* rowsOf(copy, sql);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copied(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await copyFile(`${from}-wal`, `${to}-wal`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function* rowsOf(path: string, sql: string): AsyncIterable<readonly Row[]> {
  const { default: sqlite } = await import('node-sqlite3-wasm');
  const database = new sqlite.Database(path);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    let batch: Row[] = [];
    for (const row of database.prepare(sql).iterate()) {
      if (batch.push(row as Row) < BATCH) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  } finally {
    // Finalises its statements too.
    database.close();
  }
}
