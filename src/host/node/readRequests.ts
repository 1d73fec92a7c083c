import { buffer } from 'node:stream/consumers';
import { type Activity, failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import { guessRequests, HEAD_BYTES, REQUEST_FORMATS } from '../../sense/importers/guessRequests.ts';
import { importOtlp } from '../../sense/importers/otlp.ts';
import { IMPORTERS } from '../../sense/importers/registry.ts';
import { createTally } from '../../sense/importers/tally.ts';
import { importFile, isOfTheWorld, reasonOf } from './importFile.ts';
import { openImportSource } from './importSource.ts';
import { createTraceProblems, readTrace } from './traceFile.ts';

export interface RequestsJob {
  /** `-` for standard input, whose format must be named. */
  readonly file: string;
  /** Absent: it is told by how the file begins. */
  readonly format?: string;
  readonly now: UnixMs;
  readonly signal: AbortSignal;
  readonly each: (activities: readonly Activity[]) => void;
}

export interface ReadRequests {
  readonly format: string;
  /** Lines, entries, spans. */
  readonly read: number;
  /** Of these, what is not of the format; the first of them as `file:line: what`. */
  readonly rejected: number;
  readonly rejects: readonly string[];
}

/**
 * A log, a trace or spans as activities, past the gate and held nowhere: clients of a log become numbers, which are forgotten with the
 * process. A file that cannot be read, or of which nothing fits, is a fault that says so.
 */
export async function readRequests(job: RequestsJob): Promise<Result<ReadRequests>> {
  const named = job.format;
  if (named !== undefined && !isKnown(named))
    return failed('wrong-usage', 'never', `“${named}” is no known format; known are ${FORMATS.join(', ')}.`);
  try {
    const format = named === undefined ? await guessed(job) : ok(named);
    if (!format.ok) return format;
    const done = await readAs(format.value, job);
    return done.ok && done.value.rejected === done.value.read ? unfit(done.value, job.file) : done;
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    return failed(
      'not-found',
      'never',
      `${job.file} cannot be read (${reasonOf(error)}). Check that it is there and whole, and who may read it.`,
    );
  }
}

const FORMATS: readonly string[] = [...new Set([...REQUEST_FORMATS, ...Object.keys(IMPORTERS)])];
const isKnown = (format: string): boolean => FORMATS.includes(format);

function unfit({ read, format, rejects }: ReadRequests, file: string): Result<never> {
  if (read === 0) return empty(file);
  return failed('bad-file', 'never', `Nothing in ${file} fits the format ${format}; first, ${rejects[0]}. Name its format with --format.`);
}

const empty = (file: string): Result<never> =>
  failed('bad-file', 'never', `${file} has nothing in it. Name a log that has requests in it.`);

async function guessed({ file, now }: RequestsJob): Promise<Result<string>> {
  if (file === '-') return failed('wrong-usage', 'never', 'Name the format of what comes on standard input with --format.');
  const head = await headOf(file, now);
  if (head.length === 0) return empty(file);
  const format = await guessRequests(head);
  if (format !== undefined) return ok(format);
  return failed(
    'bad-file',
    'never',
    `${file} tells of no requests in any format that is known (${REQUEST_FORMATS.join(', ')}). If it is of one of them all the same, name it with --format.`,
  );
}

async function headOf(file: string, now: UnixMs): Promise<Uint8Array> {
  const source = await openImportSource(file, now);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of source.bytes()) {
    parts.push(bytes);
    length += bytes.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}

async function readAs(format: string, job: RequestsJob): Promise<Result<ReadRequests>> {
  if (format === 'trace') return trace(job);
  if (format === 'otlp') return spans(job);
  const tally = createTally();
  const { file, now, signal, each } = job;
  const options = { actor: 'local', pseudonym: createNumbers() };
  const passed = (activities: readonly Activity[]): readonly Activity[] => {
    each(activities);
    return activities;
  };
  const fault = await importFile({ format, file, tally, signal, now, options, each: passed });
  if (fault) return { ok: false, fault };
  return ok({ format, read: tally.read, rejected: tally.rejected, rejects: tally.rejects.map((r) => `${file}:${r.line}: ${r.problem}`) });
}

async function trace({ file, signal, each }: RequestsJob): Promise<Result<ReadRequests>> {
  const problems = createTraceProblems();
  let count = 0;
  for await (const batch of readTrace(file, problems)) {
    if (signal.aborted) return failed('cancelled', 'never', 'Interrupted; nothing was written.');
    count += batch.length;
    each(batch);
  }
  return ok({ format: 'trace', read: count + problems.count, rejected: problems.count, rejects: problems.first });
}

async function spans({ file, now, each }: RequestsJob): Promise<Result<ReadRequests>> {
  const source = await openImportSource(file, now);
  const { activities, read, rejected } = importOtlp(await buffer(source.bytes()), { actor: 'local' });
  each(activities);
  return ok({ format: 'otlp', read, rejected: rejected.length, rejects: rejected.map((r) => `${file}:${r.line}: ${r.problem}`) });
}

function createNumbers(): (client: string) => string {
  const numbers = new Map<string, string>();
  return (client) => numbers.get(client) ?? (numbers.set(client, `client ${numbers.size + 1}`).get(client) as string);
}
