import { open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { Part } from './content.ts';
import type { Column } from './csv.ts';
import { parquetDamage } from './parquetDamage.ts';

export interface ParquetShape {
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** Some rows as lines of CSV; `rows` counts from the beginning of the file. */
export interface ParquetPiece {
  readonly text: string;
  readonly rows: number;
}

/** Of more digits than this a number of JavaScript is not exact. */
const EXACT_DIGITS = 15;
/** Rows of a piece of text that is handed on. */
const PIECE = 5000;

/**
 * The columns of an Apache Parquet file as PostgreSQL's types, lists and structures as `jsonb`. A damaged file can keep its reader busy
 * for ever, so this runs in a thread of its own (`parquetThread.ts`), which can be ended.
 */
export async function parquetShape(part: Part, name: string): Promise<Result<ParquetShape>> {
  const known = await parquetMetadata(part).catch((error: unknown) => parquetDamage(part, error));
  if (typeof known === 'string') return failed('bad-file', 'never', `${name}: ${known}`);
  const problem = fieldsProblem(known.fields, known.metadata);
  if (problem) return failed('unsupported', 'never', `${name}: ${part.name} ${problem}.`);
  return ok({ columns: columnsOf(known.fields), rows: Number(known.metadata.num_rows) });
}

/** Its rows, a row group in memory at a time; throws one sentence where it is damaged. */
export async function* parquetPieces(part: Part): AsyncGenerator<ParquetPiece> {
  const { parquetReadObjects } = await import('hyparquet');
  const { metadata, fields } = await parquetMetadata(part);
  const columns = columnsOf(fields);
  let done = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = done + Number(group.num_rows);
    const options = { metadata, rowStart: done, rowEnd, compressors: COMPRESSORS, parsers: PARSERS, utf8: false, geoparquet: false };
    const rows = await reading(part, (file) => parquetReadObjects({ file, ...options })).catch((error: unknown) => {
      throw new Error(parquetDamage(part, error));
    });
    if (rows.length !== rowEnd - done) throw new Error(parquetDamage(part, new Error(`${rows.length} rows of ${rowEnd - done}`)));
    for (let at = 0; at < rows.length; at += PIECE) {
      const lines = rows.slice(at, at + PIECE).map((row) => `${columns.map(({ name, type }) => csvValue(row[name], type)).join(',')}\n`);
      yield { text: lines.join(''), rows: done + at + lines.length };
    }
    done = rowEnd;
  }
}

async function parquetMetadata(part: Part): Promise<{ readonly metadata: FileMetaData; readonly fields: readonly SchemaTree[] }> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
  const metadata = await reading(part, (file) => parquetMetadataAsync(file));
  return { metadata, fields: parquetSchema(metadata).children };
}

const columnsOf = (fields: readonly SchemaTree[]): readonly Column[] => fields.map((f) => ({ name: f.element.name, type: columnType(f) }));

/** Absent is null, which COPY reads from nothing between two commas; an empty text is quoted. */
export function csvValue(value: unknown, type: string): string {
  if (value === null || value === undefined) return '';
  return `"${plain(value, type).replaceAll('"', '""')}"`;
}

function plain(value: unknown, type: string): string {
  if (type === 'jsonb') return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
  if (value instanceof Uint8Array)
    return type === 'text' ? Buffer.from(value).toString('utf8') : `\\x${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return type === 'date' ? value.toISOString().slice(0, 10) : value.toISOString();
  return String(value);
}

function columnType({ element, children }: SchemaTree): string {
  if (children.length > 0 || element.repetition_type === 'REPEATED') return 'jsonb';
  return logicalType(element) ?? physicalType(element);
}

function logicalType({ logical_type: logical, converted_type: converted }: SchemaElement): string | undefined {
  if (logical?.type === 'TIMESTAMP') return logical.isAdjustedToUTC ? 'timestamptz' : 'timestamp';
  if (logical?.type === 'UUID') return 'uuid';
  if (logical?.type === 'STRING' || logical?.type === 'ENUM') return 'text';
  if (logical?.type === 'DATE') return 'date';
  if (logical?.type === 'JSON') return 'jsonb';
  if (logical?.type === 'FLOAT16') return 'real';
  if (logical?.type === 'DECIMAL') return 'numeric';
  if (converted === 'UTF8' || converted === 'ENUM') return 'text';
  if (converted === 'JSON') return 'jsonb';
  if (converted === 'DATE') return 'date';
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') return 'timestamptz';
  return converted === 'DECIMAL' || converted === 'UINT_64' ? 'numeric' : undefined;
}

function physicalType({ type, converted_type: converted }: SchemaElement): string {
  switch (type) {
    case 'BOOLEAN':
      return 'boolean';
    case 'INT32':
      return converted === 'UINT_32' ? 'bigint' : 'integer';
    case 'INT64':
      return 'bigint';
    case 'INT96':
      return 'timestamp';
    case 'FLOAT':
      return 'real';
    case 'DOUBLE':
      return 'double precision';
    default:
      return 'bytea';
  }
}

/** What would not come through whole. */
function fieldsProblem(fields: readonly SchemaTree[], { row_groups }: FileMetaData): string | undefined {
  const wide = fields.find(({ element }) => logicalType(element) === 'numeric' && (element.precision ?? 0) > EXACT_DIGITS);
  if (wide)
    return `has decimals of more than ${EXACT_DIGITS} digits (${wide.element.name}), which are not read exactly. Write them as text or as CSV`;
  const codecs = row_groups.flatMap((g) => g.columns.map((c) => c.meta_data?.codec));
  const unknown = codecs.find((codec) => codec && codec !== 'UNCOMPRESSED' && codec !== 'SNAPPY' && !COMPRESSORS[codec]);
  return unknown ? `is compressed by ${unknown}, which is not read here. Write it with SNAPPY, GZIP or BROTLI` : undefined;
}

/** Node has Zstandard from version 22.15 on. */
const zstd = (zlib as unknown as { zstdDecompressSync?: (input: Uint8Array) => Buffer }).zstdDecompressSync;
const COMPRESSORS: Compressors = {
  GZIP: (input) => zlib.gunzipSync(input),
  BROTLI: (input) => zlib.brotliDecompressSync(input),
  ...(zstd ? { ZSTD: (input: Uint8Array) => zstd(input) } : {}),
};

/** Microseconds, which a `Date` would lose, and bytes that say that they are text. */
const PARSERS = {
  timestampFromMicroseconds: microseconds,
  timestampFromNanoseconds: (nanos: bigint) => microseconds(nanos / 1000n),
};

function microseconds(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(rest).padStart(6, '0')}Z`;
}

async function reading<T>(part: Part, read: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const handle = await open(part.file);
  try {
    return await read({
      byteLength: part.bytes,
      async slice(start, end = part.bytes) {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(end - start), 0, end - start, start);
        if (bytesRead < end - start) throw new Error(`it ends at byte ${start + bytesRead}`);
        return buffer.buffer as ArrayBuffer;
      },
    });
  } finally {
    await handle.close();
  }
}
