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
}

export type LearnReply = { readonly id: number; readonly model: PersonaModel } | { readonly id: number; readonly error: string };

parentPort?.on('message', (request: LearnRequest) => {
  parentPort?.postMessage(reply(request));
});

function reply({ id, sessions, previous, now, seed }: LearnRequest): LearnReply {
  try {
    return { id, model: learnCalibrated(sessions, { now, seed, ...(previous ? { previous } : {}) }) };
  } catch (bug) {
    return { id, error: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) };
  }
}
