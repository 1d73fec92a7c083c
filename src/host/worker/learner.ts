import type { MessagePort } from 'node:worker_threads';
import { type History, type Remembered, remembered } from '../../app/history.ts';
import type { HistorySource, ImportedHistory, Learning } from '../../app/ports.ts';
import { learnRhythms } from '../../app/rhythms.ts';
import type { Activity, Fault, UnixMs } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { learnPersonas } from '../../learn/personas.ts';
import { learnCalibrated, type Prediction, REHEARSED_MS } from '../../predict/replay.ts';

export interface LearnWork {
  readonly work: 'learn';
  /** The journal's folder. */
  readonly journal: string;
  readonly history: History;
  readonly previous: PersonaModel | undefined;
  readonly now: UnixMs;
  readonly seed: number;
  readonly zoneOffsetMs: number;
  readonly rehearsal?: 'later';
}

export interface ImportWork {
  readonly work: 'import';
  readonly sources: readonly (HistorySource & { readonly id: string })[];
  /** Where the traces go to, each under its id. */
  readonly folder: string;
  readonly now: UnixMs;
}

export interface ImportDone {
  readonly imported: readonly ImportedHistory[];
  readonly faults: readonly Fault[];
}

export type Work = LearnWork | ImportWork;
export type LearnerRequest = { readonly id: number } & Work;

/** Progress any number of times (of learning 0 to 1, of importing entries read), then what came of it or what went wrong. */
export type LearnerReply = { readonly id: number } & (
  | { readonly progress: number }
  | { readonly done: Learning | ImportDone }
  | { readonly error: string }
);

/** The thread's files: it reads what it learns from by itself, so that the editor's thread is not held up by passing it on. */
export interface Files {
  readonly journal: (folder: string, problems: Map<string, string>) => Promise<readonly Activity[]>;
  readonly trace: (file: string, problems: Map<string, string>) => Promise<readonly Activity[]>;
  readonly importAll: (work: ImportWork, progress: (read: number) => void) => Promise<ImportDone>;
}

type Progress = (progress: number) => void;

/** Answers what is asked of the learner's thread, whose program hands in its files. */
export function serveLearner(port: MessagePort, files: Files): void {
  port.on('message', async (request: LearnerRequest) => {
    const { id } = request;
    const say = (reply: LearnerReply): void => port.postMessage(reply);
    const progress: Progress = (done) => say({ id, progress: done });
    try {
      say({ id, done: request.work === 'learn' ? await learnt(request, files, progress) : await files.importAll(request, progress) });
    } catch (bug) {
      say({ id, error: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) });
    }
  });
}

async function learnt(work: LearnWork, files: Files, progress: Progress): Promise<Learning> {
  const problems = new Map<string, string>();
  const { sessions, idleMs, heard } = await read(work, files, problems);
  const predictions: Prediction[] = [];
  const { now, seed, zoneOffsetMs, previous } = work;
  const past = sessions.map((s) => s.activities);
  const options = { now, seed, zoneOffsetMs, progress, ...(previous ? { previous } : {}) };
  const model =
    work.rehearsal === 'later'
      ? learnPersonas(past, options)
      : learnCalibrated(past, { ...options, heard: (some) => predictions.push(...some) });
  const { data: rhythms, weight: rhythmWeight } = learnRhythms(heard, predictions, REHEARSED_MS);
  return { model: { ...model, rhythmWeight }, rhythms, sessions: sessions.length, idleMs, problems: [...problems.values()] };
}

async function read({ journal, history }: LearnWork, files: Files, problems: Map<string, string>): Promise<Remembered> {
  const heard = await files.journal(journal, problems);
  const imported: (readonly Activity[])[] = [];
  for (const trace of history.traces) imported.push(await files.trace(trace, problems));
  return remembered(heard, imported, history);
}
