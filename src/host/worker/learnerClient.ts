import { Worker } from 'node:worker_threads';
import type { DemandHistory } from '../../app/demand/demandSeries.ts';
import type { Learner, Learning } from '../../app/ports.ts';
import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import type { Done, ImportDone, ImportWork, LearnerReply, LearnerRequest, Replayed, Work } from './learner.ts';

/** The same history gives the same personas. */
const SEED = 20_261;

interface Waiting {
  readonly request: LearnerRequest;
  readonly progress: Progress | undefined;
  readonly settle: (result: Result<Done>) => void;
}

type Progress = (progress: number) => void;

interface Options {
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

/** The learner, and what else is done in its thread. */
export interface LearnerThread extends Learner {
  /** Writes traces of foreign histories; what it leaves when it is cancelled is the caller's to remove. */
  importAll(work: Omit<ImportWork, 'work'>, options?: Options): Promise<Result<ImportDone>>;
}

const STOPPED = failed('cancelled', 'never', 'Learning was stopped; the personas stay as they were.');

export interface LearnerOptions {
  /** The thread's own bundle. */
  readonly program: string;
  /** The journal's folder. */
  readonly journal: string;
  readonly now: () => UnixMs;
}

/**
 * Learning in a thread of its own, started on first use, so that the editor's thread is never blocked by it: not by the
 * calculation, and not by reading and passing on a history either, which the thread does by itself. Learning is one
 * long calculation: to cancel it is to end the thread, and what else was asked of it is asked of the next one.
 */
export function createLearner({ program, journal, now }: LearnerOptions): LearnerThread {
  let worker: Worker | undefined;
  let next = 0;
  let disposed = false;
  const waiting = new Map<number, Waiting>();

  function started(): Worker {
    if (worker) return worker;
    const thread = new Worker(program);
    worker = thread;
    thread.on('message', heard);
    thread.on('error', (error) =>
      ended(thread, failed('start-failed', 'later', 'The learner ended unexpectedly; the personas stay as they were.', String(error))),
    );
    thread.on('exit', () => ended(thread, STOPPED));
    return thread;
  }

  function heard(reply: LearnerReply): void {
    if ('progress' in reply) waiting.get(reply.id)?.progress?.(reply.progress);
    else if ('done' in reply) settle(reply.id, ok(reply.done));
    else if ('refused' in reply) settle(reply.id, { ok: false, fault: reply.refused });
    else
      settle(
        reply.id,
        failed('start-failed', 'never', 'Learning failed; the personas stay as they were. Please report this.', reply.error),
      );
  }

  function settle(id: number, result: Result<Done>): void {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
    one?.settle(result);
  }

  /** A thread that was given up says so too, later: by then another may be at work. */
  function ended(thread: Worker, result: Result<Done>): void {
    if (worker !== thread) return;
    worker = undefined;
    for (const id of [...waiting.keys()]) settle(id, result);
  }

  /** Settled when the thread has ended, so that nothing is written any more. */
  function cancel(id: number): void {
    const one = waiting.get(id);
    if (!one) return;
    waiting.delete(id);
    const given = worker;
    worker = undefined;
    void Promise.resolve(given?.terminate()).then(() => one.settle(STOPPED));
    for (const { request } of waiting.values()) post(request);
  }

  function post(request: LearnerRequest): void {
    const thread = started();
    thread.ref();
    thread.postMessage(request);
  }

  function ask(work: Work, { signal, progress }: Options): Promise<Result<Done>> {
    return new Promise((resolve) => {
      if (disposed || signal?.aborted) return resolve(STOPPED);
      const id = next++;
      const onAbort = (): void => cancel(id);
      const settled = (result: Result<Done>): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve(result);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const request: LearnerRequest = { id, ...work };
      waiting.set(id, { request, progress, settle: settled });
      post(request);
    });
  }

  return {
    learn: (history, previous, options = {}) => {
      const at = now();
      const zoneOffsetMs = -new Date(at).getTimezoneOffset() * 60_000;
      const { rehearsal, split } = options;
      const asked = { ...(rehearsal ? { rehearsal } : {}), ...(split === undefined ? {} : { split }) };
      const work = { work: 'learn', journal, history, previous, now: at, seed: SEED, zoneOffsetMs, ...asked } as const;
      return ask(work, options) as Promise<Result<Learning>>;
    },
    async replay(replay) {
      const result = (await ask({ work: 'replay', journal, replay }, {})) as Result<Replayed>;
      return result.ok ? ok(result.value.policies) : result;
    },
    demand: (history, asked, options = {}) =>
      ask({ work: 'demand', journal, history, ask: asked }, options) as Promise<Result<DemandHistory>>,
    importAll: (work, options = {}) => ask({ work: 'import', ...work }, options) as Promise<Result<ImportDone>>,
    dispose: async () => {
      disposed = true;
      await worker?.terminate();
    },
  };
}
