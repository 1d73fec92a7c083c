import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Forecasted, Forecasts, ForecastWork } from '../../../app/demand/forecasts.ts';

interface Asked {
  readonly work: ForecastWork;
  readonly resolve: (forecasted: Forecasted) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that foresee series, so that neither the editor's nor the gateway's waits. They begin when there is something to do. */
export function createForecasters({
  bundles,
  threads = availableParallelism(),
}: {
  readonly bundles: string;
  readonly threads?: number;
}): Forecasts {
  const waiting: Asked[] = [];
  const running = new Set<Worker>();
  const idle: Worker[] = [];
  const busy = new Map<Worker, Asked>();
  let disposed = false;

  function begin(): Worker {
    const worker = new Worker(join(bundles, 'forecaster.js'), { workerData: { bundles } });
    running.add(worker);
    worker.unref();
    worker.on('message', (forecasted: Forecasted) => {
      busy.get(worker)?.resolve(forecasted);
      busy.delete(worker);
      idle.push(worker);
      worker.unref();
      next();
    });
    worker.on('error', (error) => lost(worker, error));
    worker.on('exit', () => lost(worker, new Error('The forecasting thread ended.')));
    return worker;
  }

  function lost(worker: Worker, error: Error): void {
    running.delete(worker);
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
    busy.get(worker)?.reject(error);
    busy.delete(worker);
    if (!disposed) next();
  }

  function next(): void {
    while (waiting.length > 0 && (idle.length > 0 || running.size < threads)) {
      const asked = waiting.shift() as Asked;
      const worker = idle.pop() ?? begin();
      busy.set(worker, asked);
      // The process waits for an answer, never for a thread that has nothing to do.
      worker.ref();
      worker.postMessage(asked.work);
    }
  }

  return {
    forecast: (work) =>
      new Promise((resolve, reject) => {
        if (disposed) return reject(new Error('Forecasting has ended.'));
        waiting.push({ work, resolve, reject });
        next();
      }),
    async dispose() {
      disposed = true;
      for (const { reject } of waiting.splice(0)) reject(new Error('Forecasting has ended.'));
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
}
