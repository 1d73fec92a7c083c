import { parentPort, workerData } from 'node:worker_threads';
import type { Result } from '../../domain/index.ts';
import type { Part } from './content.ts';
import { type ParquetPiece, type ParquetShape, parquetPieces, parquetShape } from './parquet.ts';

/** What the thread is asked for, once in its life. */
export interface ParquetWork {
  readonly part: Part;
  readonly name: string;
  readonly want: 'shape' | 'pieces';
}

/** One for each message that comes in, so that a slow database holds the reader up. */
export type ParquetAnswer =
  | { readonly type: 'shape'; readonly shape: Result<ParquetShape> }
  | ({ readonly type: 'piece' } & ParquetPiece)
  | { readonly type: 'end' }
  | { readonly type: 'damaged'; readonly message: string };

if (parentPort) serve(parentPort, workerData as ParquetWork);

function serve(port: NonNullable<typeof parentPort>, { part, name, want }: ParquetWork): void {
  const pieces = parquetPieces(part);
  port.on('message', () => {
    const answer = want === 'shape' ? parquetShape(part, name).then((shape): ParquetAnswer => ({ type: 'shape', shape })) : nextOf(pieces);
    void answer.then((it) => port.postMessage(it));
  });
}

const nextOf = (pieces: AsyncGenerator<ParquetPiece>): Promise<ParquetAnswer> =>
  pieces.next().then(
    (next) => (next.done ? { type: 'end' } : { type: 'piece', ...next.value }),
    (error: Error) => ({ type: 'damaged', message: error.message }),
  );
