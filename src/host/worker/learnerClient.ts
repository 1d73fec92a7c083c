import { Worker } from 'node:worker_threads';
import type { Learner } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import type { LearnReply, LearnRequest } from './learner.ts';

/** The same history gives the same personas. */
const SEED = 20_261;

/** Learning in a thread of its own, started on first use, so that the editor's thread is never blocked by it. */
export function createLearner(program: string): Learner {
  let worker: Worker | undefined;
  let next = 0;
  const waiting = new Map<number, (result: Result<PersonaModel>) => void>();

  function started(): Worker {
    if (worker) return worker;
    worker = new Worker(program);
    worker.unref();
    worker.on('message', (reply: LearnReply) => {
      settle(
        reply.id,
        'model' in reply
          ? ok(reply.model)
          : failed('start-failed', 'never', 'Learning failed; the personas stay as they were. Please report this.', reply.error),
      );
    });
    worker.on('error', (error) =>
      end(failed('start-failed', 'later', 'The learner ended unexpectedly; the personas stay as they were.', String(error))),
    );
    worker.on('exit', () => end(failed('cancelled', 'never', 'Learning was stopped.')));
    return worker;
  }

  function settle(id: number, result: Result<PersonaModel>): void {
    waiting.get(id)?.(result);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
  }

  function end(result: Result<PersonaModel>): void {
    worker = undefined;
    for (const id of [...waiting.keys()]) settle(id, result);
  }

  return {
    learn: (sessions, previous) =>
      new Promise((resolve) => {
        const id = next++;
        waiting.set(id, resolve);
        const thread = started();
        thread.ref();
        thread.postMessage({ id, sessions, previous, now: Date.now(), seed: SEED } satisfies LearnRequest);
      }),
    dispose: async () => {
      await worker?.terminate();
    },
  };
}
