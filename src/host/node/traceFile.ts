import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import { type Activity, parseActivity } from '../../domain/index.ts';

export interface TraceProblems {
  count: number;
  /** The first 20, as `file:line: what`. */
  readonly first: string[];
}

export const createTraceProblems = (): TraceProblems => ({ count: 0, first: [] });

const NUMBERS = new Set(['at', 'durationMs', 'bytes', 'firstByteMs']);

/**
 * Reads an activity trace (DESIGN §5.1): `.jsonl` or `.csv`, plain or `.gz`, or `-` for standard input (the form is told by its
 * first line). Streams in batches with constant memory; a malformed line is counted and named, never fatal. A file that
 * can't be opened throws the system's error.
 */
export async function* readTrace(path: string, problems: TraceProblems): AsyncIterable<readonly Activity[]> {
  const name = path === '-' ? 'standard input' : path;
  let parse: ((line: string, number: number) => Activity | undefined) | undefined;
  let number = 0;
  const share = createSharing();
  const reject = (at: number, what: string): undefined => {
    problems.count++;
    if (problems.first.length < 20) problems.first.push(`${name}:${at}: ${what}`);
  };
  for await (const lines of lineBatches(opened(path))) {
    const batch: Activity[] = [];
    for (const line of lines) {
      number++;
      if (line === '') continue;
      if (!parse) {
        if (line.trimStart().startsWith('{')) parse = jsonLine(reject);
        else {
          parse = csvLine(line, reject);
          continue;
        }
      }
      const activity = parse(line, number);
      if (activity) batch.push(share(activity));
    }
    if (batch.length > 0) yield batch;
  }
}

export interface TraceWriter {
  /** Resolves when more may come. */
  readonly write: (activities: readonly Activity[]) => Promise<void>;
  /** Only now the trace stands where it was asked for. */
  readonly done: () => Promise<void>;
  /** Leaves what was there before. */
  readonly discard: () => Promise<void>;
}

/**
 * Writes a trace as it comes, gzipped where the name ends in `.gz`. It is written beside and takes its place at the end, so that a
 * failure half-way spoils nothing; what is no file (a pipe, a terminal) is written to directly. Rejects with the system's error.
 */
export async function createTraceWriter(path: string): Promise<TraceWriter> {
  await mkdir(dirname(path), { recursive: true });
  const before = await stat(path).catch(() => undefined);
  const beside = before && !before.isFile() ? path : `${path}.${process.pid}.part`;
  const file = createWriteStream(beside, { mode: 0o600, highWaterMark: 1 << 18 });
  const gzip = path.endsWith('.gz') ? createGzip() : undefined;
  const top = gzip ?? file;
  const closed = gzip ? pipeline(gzip, file) : finished(file);
  closed.catch(() => undefined);
  return {
    write: async (activities) => {
      if (!top.write(activities.map((a) => `${JSON.stringify(a)}\n`).join(''))) await Promise.race([once(top, 'drain'), closed]);
    },
    done: async () => {
      top.end();
      await closed;
      if (beside !== path) await rename(beside, path);
    },
    discard: async () => {
      top.destroy();
      file.destroy();
      if (beside !== path) await rm(beside, { force: true });
    },
  };
}

const TEXTS = ['actor', 'resource', 'workspace', 'source', 'kind', 'session'] as const;
const MOST_SHARED = 200_000;

/**
 * Equal texts become one. A cell of a split line is a view of its whole batch of lines and keeps all of it in memory; the
 * copy does not, and a million activities name only some hundred things.
 */
function createSharing(): (parsed: Activity) => Activity {
  const known = new Map<string, string>();
  const one = (text: string): string => {
    const same = known.get(text);
    if (same !== undefined) return same;
    const copy = Buffer.from(text).toString();
    if (known.size < MOST_SHARED) known.set(copy, copy);
    return copy;
  };
  return (parsed) => {
    // Nobody else has seen it yet, so it is changed in place.
    const shared: Record<string, unknown> = parsed as unknown as Record<string, unknown>;
    for (const name of TEXTS) if (parsed[name] !== undefined) shared[name] = one(parsed[name]);
    return parsed;
  };
}

function opened(path: string): Readable {
  if (path === '-') return process.stdin;
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  if (!path.endsWith('.gz')) return file;
  const unzipped = createGunzip();
  file.on('error', (error) => unzipped.destroy(error));
  return file.pipe(unzipped);
}

async function* lineBatches(stream: Readable): AsyncIterable<readonly string[]> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + (chunk as string)).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest) yield [rest];
}

type Reject = (line: number, what: string) => undefined;

function jsonLine(reject: Reject) {
  return (line: string, number: number): Activity | undefined => {
    let raw: unknown;
    try {
      raw = JSON.parse(line);
    } catch {
      return reject(number, 'not JSON');
    }
    const parsed = parseActivity(raw);
    return 'activity' in parsed ? parsed.activity : reject(number, parsed.problem);
  };
}

/** Plain lines are split by hand, which is several times faster; a line with a quote goes through the CSV library (RFC 4180). */
function csvLine(header: string, reject: Reject) {
  const names = header.split(',').map((n) =>
    n
      .trim()
      .replace(/^"|"$/g, '')
      .replace(/^\uFEFF/, ''),
  );
  return (line: string, number: number): Activity | undefined => {
    const cells = line.includes('"') ? quoted(line) : line.split(',');
    if (!cells) return reject(number, 'a quote that is not closed');
    if (cells.length > names.length) return reject(number, `${cells.length} fields where the header has ${names.length}`);
    const raw: Record<string, unknown> = {};
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as string;
      if (cell === '') continue;
      const name = names[i] as string;
      raw[name] = NUMBERS.has(name) ? Number(cell) : name === 'ok' ? truth(cell) : cell;
    }
    const parsed = parseActivity(raw);
    return 'activity' in parsed ? parsed.activity : reject(number, parsed.problem);
  };
}

function quoted(line: string): readonly string[] | undefined {
  try {
    return (parseCsv(line, { relax_column_count: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}

const truth = (cell: string): unknown => (/^(true|1)$/i.test(cell) ? true : /^(false|0)$/i.test(cell) ? false : cell);
