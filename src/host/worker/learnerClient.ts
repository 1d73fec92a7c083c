import { Worker } from 'node:worker_threads';
import type { Learner } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import type { LearnReply, LearnRequest } from './learner.ts';

/** The same history gives the same personas. */
const SEED = 20_261;

interface Waiting {
  readonly request: LearnRequest;
  readonly progress: ((done: number) => void) | undefined;
  readonly settle: (result: Result<PersonaModel>) => void;
}

const STOPPED = failed('cancelled', 'never', 'Learning was stopped; the personas stay as they were.');

/**
 * Learning in a thread of its own, started on first use, so that the editor's thread is never blocked by it. Learning is one
 * long calculation: to cancel it is to end the thread, and what else was asked of it is asked of the next one.
 */
export function createLearner(program: string): Learner {
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

  function heard(reply: LearnReply): void {
    if ('progress' in reply) waiting.get(reply.id)?.progress?.(reply.progress);
    else if ('model' in reply) settle(reply.id, ok(reply.model));
    else
      settle(
        reply.id,
        failed('start-failed', 'never', 'Learning failed; the personas stay as they were. Please report this.', reply.error),
      );
  }

  function settle(id: number, result: Result<PersonaModel>): void {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
    one?.settle(result);
  }

  /** A thread that was given up says so too, later: by then another may be at work. */
  function ended(thread: Worker, result: Result<PersonaModel>): void {
    if (worker !== thread) return;
    worker = undefined;
    for (const id of [...waiting.keys()]) settle(id, result);
  }

  function cancel(id: number): void {
    if (!waiting.has(id)) return;
    const given = worker;
    worker = undefined;
    void given?.terminate();
    settle(id, STOPPED);
    for (const { request } of waiting.values()) post(request);
  }

  function post(request: LearnRequest): void {
    const thread = started();
    thread.ref();
    thread.postMessage(request);
  }

  return {
    learn: (sessions, previous, { signal, progress } = {}) =>
      new Promise((resolve) => {
        if (disposed || signal?.aborted) return resolve(STOPPED);
        const id = next++;
        const onAbort = (): void => cancel(id);
        const settled = (result: Result<PersonaModel>): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve(result);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        const now = Date.now();
        const zoneOffsetMs = -new Date(now).getTimezoneOffset() * 60_000;
        const request: LearnRequest = { id, sessions, previous, now, seed: SEED, zoneOffsetMs };
        waiting.set(id, { request, progress, settle: settled });
        post(request);
      }),
    dispose: async () => {
      disposed = true;
      await worker?.terminate();
    },
  };
}
