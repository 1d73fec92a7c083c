import { parentPort } from 'node:worker_threads';
import type { Activity, UnixMs } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { learnCalibrated } from '../../predict/replay.ts';

export interface LearnRequest {
  readonly id: number;
  readonly sessions: readonly (readonly Activity[])[];
  readonly previous: PersonaModel | undefined;
  readonly now: UnixMs;
  readonly seed: number;
  readonly zoneOffsetMs: number;
}

/** Progress (0 to 1) any number of times, then a model or what went wrong. */
export type LearnReply = { readonly id: number } & (
  | { readonly progress: number }
  | { readonly model: PersonaModel }
  | { readonly error: string }
);

parentPort?.on('message', (request: LearnRequest) => {
  parentPort?.postMessage(reply(request));
});

function reply({ id, sessions, previous, now, seed, zoneOffsetMs }: LearnRequest): LearnReply {
  const progress = (done: number): void => parentPort?.postMessage({ id, progress: done } satisfies LearnReply);
  try {
    return { id, model: learnCalibrated(sessions, { now, seed, zoneOffsetMs, progress, ...(previous ? { previous } : {}) }) };
  } catch (bug) {
    return { id, error: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) };
  }
}
