import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ExperimentRehearsal, ExperimentWork } from '../../../app/experimentRehearsal/rehearseExperiment.ts';
import { failed, type Result } from '../../../domain/index.ts';
import type { RehearsalResult } from '../../../simulate/result/result.ts';
import type { AnyRehearsalWork, RehearsalAnswer } from './rehearsalThread.ts';

export interface RehearseInThreadOptions {
  /** The folder of the bundles. */
  readonly bundles: string;
  readonly signal: AbortSignal;
  /** Share that is done, 0–1; called for each whole percent once. */
  readonly progress?: (done: number) => void;
}

type ResultOf<W> = W extends ExperimentWork ? ExperimentRehearsal : RehearsalResult;

/** A rehearsal in a thread of its own, so that the editor's does not wait. Cancelled, the thread is ended at once. */
export function rehearseInThread<W extends AnyRehearsalWork>(
  work: W,
  { bundles, signal, progress = () => {} }: RehearseInThreadOptions,
): Promise<Result<ResultOf<W>>> {
  if (signal.aborted) return Promise.resolve(cancelled);
  const worker = new Worker(join(bundles, 'rehearser.js'), { workerData: work });
  return new Promise<Result<ResultOf<W>>>((resolve) => {
    let percent = 0;
    signal.addEventListener('abort', () => resolve(cancelled), { once: true });
    worker.on('message', (answer: RehearsalAnswer) => {
      if ('result' in answer) return resolve(answer.result as Result<ResultOf<W>>);
      const now = Math.floor(100 * answer.done);
      if (now <= percent) return;
      percent = now;
      progress(answer.done);
    });
    worker.on('error', (error) => resolve(lost(error.message)));
    worker.on('exit', () => resolve(lost('its thread ended')));
  }).finally(() => void worker.terminate());
}

const cancelled = failed('cancelled', 'now', 'The rehearsal was cancelled; nothing was kept of it.');
const lost = (why: string): Result<never> =>
  failed('start-failed', 'now', `The rehearsal did not come to its end (${why}). Try a shorter time or less load.`);
