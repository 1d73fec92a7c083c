import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type RehearsalWork, rehearsed } from '../../../app/rehearsals/rehearsed.ts';
import type { Result } from '../../../domain/index.ts';
import type { RehearsalResult } from '../../../simulate/result/result.ts';

/** What the thread tells: the share that is done, 0–1, and at last the result. */
export type RehearsalAnswer = { readonly done: number } | { readonly result: Result<RehearsalResult> };

/** The program of a thread that rehearses once and ends. Who no longer wants it ends the thread. */
if (parentPort) {
  const port = parentPort;
  const tell = (answer: RehearsalAnswer): void => port.postMessage(answer);
  void rehearsed(workerData as RehearsalWork, {
    pause: () => setImmediate(),
    cancelled: () => false,
    progress: (done) => tell({ done }),
  }).then((result) => tell({ result }));
}
