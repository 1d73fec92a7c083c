import { type Activity, type Fault, failed } from '../../domain/index.ts';
import { type ImportOptions, importHistory } from '../../sense/importers/importHistory.ts';
import { IMPORTERS } from '../../sense/importers/registry.ts';
import type { Tally } from '../../sense/importers/tally.ts';
import { openImportSource } from './importSource.ts';
import { createTraceWriter, type TraceWriter } from './traceFile.ts';

export interface ImportJob {
  /** One of `IMPORTERS`. */
  readonly format: string;
  /** `-` for standard input. */
  readonly file: string;
  /** The trace that it becomes; absent: it is only counted. */
  readonly output?: string;
  readonly options: Omit<ImportOptions, 'endAt'>;
  /** Filled meanwhile. */
  readonly tally: Tally;
  readonly now: number;
  readonly signal?: AbortSignal;
  /** What passes on the way to the trace. */
  readonly each?: (activities: readonly Activity[]) => readonly Activity[];
}

const fault = (...what: Parameters<typeof failed>): Fault => failed(...what).fault;

/** Streams a foreign history into a trace. A failure on the way is a fault that names the file, and leaves no half trace behind. */
export async function importFile(job: ImportJob): Promise<Fault | undefined> {
  const { file, output, now } = job;
  const source = await openImportSource(file, now).catch((error: Error) => error);
  if (source instanceof Error)
    return fault('not-found', 'never', `${file} cannot be read (${reasonOf(source)}). Check that it is there, and who may read it.`);
  const writer = output === undefined ? undefined : await createTraceWriter(output).catch((error: Error) => error);
  if (writer instanceof Error) return unwritten(output, writer);
  try {
    return await streamed(job, source, writer);
  } catch (error) {
    if (job.signal?.aborted) return fault('cancelled', 'never', 'Interrupted; nothing was written.');
    if (!isOfTheWorld(error)) throw error;
    return fault(
      'bad-file',
      'never',
      `${file} cannot be read as this format (${reasonOf(error)}). Check that it is whole and of this format, and who may read it.`,
    );
  } finally {
    await writer?.discard();
  }
}

async function streamed(
  { format, options, tally, signal, each = (activities) => activities, output }: ImportJob,
  source: Awaited<ReturnType<typeof openImportSource>>,
  writer: TraceWriter | undefined,
): Promise<Fault | undefined> {
  const importer = IMPORTERS[format];
  if (!importer) throw new Error(`no importer of ${format}`);
  for await (const activities of importHistory(importer, source, { ...options, endAt: source.endAt }, tally)) {
    if (signal?.aborted) throw signal.reason;
    const passed = each(activities);
    const failure = await writer?.write(passed).catch((error: Error) => error);
    if (failure) return unwritten(output, failure);
  }
  const failure = await writer?.done().catch((error: Error) => error);
  return failure ? unwritten(output, failure) : undefined;
}

const unwritten = (output: string | undefined, error: Error): Fault =>
  fault('storage-failed', 'never', `${output} could not be written (${reasonOf(error)}). Make room there, or make it writable.`);

/** Errors of the file system (`EISDIR`), of gzip (`Z_DATA_ERROR`) and of SQLite; others are bugs, Node's own `ERR_…` among them. */
export const isOfTheWorld = (error: unknown): error is Error =>
  error instanceof Error && (/^(?:E[A-Z0-9]+|Z_\w+)$/.test((error as NodeJS.ErrnoException).code ?? '') || error.name === 'SQLite3Error');
export const reasonOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;
