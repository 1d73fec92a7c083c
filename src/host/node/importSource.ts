import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { UnixMs } from '../../domain/index.ts';
import type { Opened } from '../../sense/importers/importer.ts';
import { sqliteRows } from './sqliteRows.ts';

export interface ImportSource extends Opened {
  /** When it was last written to; now for standard input. */
  readonly endAt: UnixMs;
}

/** A file, or `-` for standard input, on every system; gzip is told by its first bytes. Rejects with the system's error. */
export async function openImportSource(path: string, now: UnixMs): Promise<ImportSource> {
  const chunks = () => unzipped(path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 }));
  if (path === '-') return { bytes: chunks, rereadable: false, rows: (sql) => sqliteRows(chunks(), sql), endAt: now };
  const { mtimeMs } = await stat(path);
  return { bytes: chunks, rereadable: true, rows: (sql) => sqliteRows(path, sql), endAt: Math.min(now, Math.floor(mtimeMs)) };
}

async function* unzipped(stream: Readable): AsyncIterable<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  const first = await chunks.next();
  if (first.done) return;
  const all = again(first.value, chunks);
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) yield* all;
  // An error comes out of what is read.
  else yield* pipeline(Readable.from(all), createGunzip({ chunkSize: 1 << 18 }), () => undefined);
}

async function* again(first: Buffer, rest: AsyncIterator<Buffer, undefined>): AsyncIterable<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
