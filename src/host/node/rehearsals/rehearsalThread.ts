import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type ExperimentWork, rehearseExperiment } from '../../../app/experimentRehearsal/rehearseExperiment.ts';
import { type RehearsalWork, rehearsed } from '../../../app/rehearsals/rehearsed.ts';
import type { Result } from '../../../domain/index.ts';

/** Personas at a load, or a test before it runs. */
export type AnyRehearsalWork = RehearsalWork | ExperimentWork;

/** What the thread tells: the share that is done, 0–1, and at last the result. */
export type RehearsalAnswer = { readonly done: number } | { readonly result: Result<object> };

/** The program of a thread that rehearses once and ends. Who no longer wants it ends the thread. */
if (parentPort) {
  const port = parentPort;
  const tell = (answer: RehearsalAnswer): void => port.postMessage(answer);
  const work = workerData as AnyRehearsalWork;
  const hooks = { pause: () => setImmediate(), cancelled: () => false, progress: (done: number) => tell({ done }) };
  const result: Promise<Result<object>> = 'arms' in work ? rehearseExperiment(work, hooks) : rehearsed(work, hooks);
  void result.then((done) => tell({ result: done }));
}
