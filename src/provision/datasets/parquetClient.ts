import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { Part, Step } from './content.ts';
import type { Column } from './csv.ts';
import { parquetDamage } from './parquetDamage.ts';
import type { ParquetAnswer, ParquetWork } from './parquetThread.ts';

export interface ParquetThread {
  /** Absolute path of its bundle. */
  readonly program: string;
  /** What takes longer to answer is ended: no honest row group takes so long. */
  readonly withinMs: number;
}

export interface ParquetFile {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Its rows as lines of CSV. */
  readonly lines: () => Readable;
}

/** Of the thread's heap; a damaged length must not take the whole machine. */
const MOST_HEAP_MB = 2048;

/** A Parquet file, read by a thread of its own, since a damaged one can keep its reader busy for ever. */
export async function openParquet(part: Part, name: string, thread: ParquetThread, step: Step): Promise<Result<ParquetFile>> {
  const reader = startReader({ part, name, want: 'shape' }, thread, step.signal);
  try {
    const answer = await reader.next();
    if (answer.type !== 'shape') throw new Error('no shape came');
    if (!answer.shape.ok) return answer.shape;
    const { columns, rows } = answer.shape.value;
    return ok({
      columns,
      rows,
      lines: () => Readable.from(linesOf(part, name, rows, thread, step), { objectMode: false, highWaterMark: 1 << 18 }),
    });
  } catch (error) {
    if (step.signal.aborted) return failed('cancelled', 'never', `Loading ${name} was cancelled.`);
    return failed('bad-file', 'never', `${name}: ${parquetDamage(part, error)}`);
  } finally {
    reader.end();
  }
}

async function* linesOf(part: Part, name: string, total: number, thread: ParquetThread, step: Step): AsyncGenerator<string> {
  const reader = startReader({ part, name, want: 'pieces' }, thread, step.signal);
  try {
    for (;;) {
      const answer = await reader.next().catch((error: unknown) => {
        step.signal.throwIfAborted();
        throw new Error(parquetDamage(part, error));
      });
      if (answer.type === 'damaged') throw new Error(answer.message);
      if (answer.type !== 'piece') return;
      yield answer.text;
      step.progress(`loading ${part.name}: ${rowsText(answer.rows)} of ${rowsText(total)} rows`);
    }
  } finally {
    reader.end();
  }
}

const rowsText = (rows: number): string => (rows >= 1e6 ? `${(rows / 1e6).toFixed(1)} M` : String(rows));

interface Reader {
  /** The next answer; rejects when the thread broke, was aborted or takes too long. */
  next(): Promise<ParquetAnswer>;
  end(): void;
}

function startReader(work: ParquetWork, { program, withinMs }: ParquetThread, signal: AbortSignal): Reader {
  const worker = new Worker(program, { workerData: work, resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB } });
  // Between two answers nobody waits; what broke then is told at the next.
  worker.on('error', () => {});
  return {
    next: () =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => fail(new Error(`its reader came to no end within ${Math.ceil(withinMs / 1000)} s`)), withinMs);
        const aborted = (): void => fail(new Error('aborted'));
        const ended = (): void => fail(new Error('its reader ended'));
        const done = (): void => {
          clearTimeout(late);
          signal.removeEventListener('abort', aborted);
          worker.off('message', answered).off('error', fail).off('exit', ended);
        };
        const answered = (answer: ParquetAnswer): void => {
          done();
          resolve(answer);
        };
        const fail = (error: Error): void => {
          done();
          void worker.terminate();
          reject(error);
        };
        worker.on('message', answered).on('error', fail).on('exit', ended);
        signal.addEventListener('abort', aborted, { once: true });
        if (signal.aborted) aborted();
        else worker.postMessage('next');
      }),
    end: () => void worker.terminate(),
  };
}
