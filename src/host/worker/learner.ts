import type { MessagePort } from 'node:worker_threads';
import type { WarmBacktest } from '../../app/backtest/warm/warmBacktest.ts';
import { type DemandAsk, type DemandHistory, demandSeries } from '../../app/demand/demandSeries.ts';
import { type History, type Remembered, remembered } from '../../app/history.ts';
import type { HistorySource, ImportedHistory, Learning } from '../../app/ports.ts';
import { type Replay, replayPolicies } from '../../app/replayPolicies.ts';
import { learnRhythms } from '../../app/rhythms.ts';
import { type Activity, type Fault, ok, type Result, type UnixMs } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { learnPersonas } from '../../learn/personas.ts';
import { splitPersona } from '../../learn/splitPersona.ts';
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
  /** The persona to be split. */
  readonly split?: string;
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

export interface ReplayWork {
  readonly work: 'replay';
  /** The journal's folder. */
  readonly journal: string;
  readonly replay: Replay;
}

export interface DemandWork {
  readonly work: 'demand';
  /** The journal's folder. */
  readonly journal: string;
  readonly history: History;
  readonly ask: DemandAsk;
}

/** Undefined: nothing was used. */
export interface Replayed {
  readonly policies: WarmBacktest | undefined;
}

export type Work = LearnWork | ImportWork | ReplayWork | DemandWork;
export type Done = Learning | ImportDone | Replayed | DemandHistory;
export type LearnerRequest = { readonly id: number } & Work;

/** Progress any number of times (of learning 0 to 1, of importing entries read), then what came of it or what went wrong. */
export type LearnerReply = { readonly id: number } & (
  | { readonly progress: number }
  | { readonly done: Done }
  | { readonly refused: Fault }
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
      const result = await done(request, files, progress);
      say(result.ok ? { id, done: result.value } : { id, refused: result.fault });
    } catch (bug) {
      say({ id, error: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) });
    }
  });
}

async function done(request: Work, files: Files, progress: Progress): Promise<Result<Done>> {
  switch (request.work) {
    case 'learn':
      return learnt(request, files, progress);
    case 'import':
      return ok(await files.importAll(request, progress));
    case 'replay':
      return ok(await replayed(request, files));
    case 'demand':
      return ok(await counted(request, files));
  }
}

async function replayed({ journal, replay }: ReplayWork, files: Files): Promise<Replayed> {
  return { policies: await replayPolicies(await files.journal(journal, new Map()), replay, () => performance.now()) };
}

async function counted({ ask, ...work }: DemandWork, files: Files): Promise<DemandHistory> {
  const { sessions, heard } = await read(work, files, new Map());
  return demandSeries(sessions, heard, ask);
}

async function learnt(work: LearnWork, files: Files, progress: Progress): Promise<Result<Learning>> {
  const problems = new Map<string, string>();
  const { sessions, idleMs, heard } = await read(work, files, problems);
  const predictions: Prediction[] = [];
  const { now, seed, zoneOffsetMs } = work;
  const past = sessions.map((s) => s.activities);
  const edited = divided(work, past);
  if (!edited.ok) return edited;
  const options = { now, seed, zoneOffsetMs, progress, ...(edited.value ? { previous: edited.value } : {}) };
  const model =
    work.rehearsal === 'later'
      ? learnPersonas(past, options)
      : learnCalibrated(past, { ...options, heard: (some) => predictions.push(...some) });
  const { data: rhythms, weight: rhythmWeight } = learnRhythms(heard, predictions, REHEARSED_MS);
  return ok({ model: { ...model, rhythmWeight }, rhythms, sessions: sessions.length, idleMs, problems: [...problems.values()] });
}

/** What was learnt before, with the decision to split a persona where one is asked for. */
function divided(
  { previous, split, now, seed, zoneOffsetMs }: LearnWork,
  past: readonly (readonly Activity[])[],
): Result<PersonaModel | undefined> {
  if (split === undefined || !previous) return ok(previous);
  return splitPersona(past, split, { now, seed, zoneOffsetMs, previous });
}

async function read(
  { journal, history }: Pick<LearnWork, 'journal' | 'history'>,
  files: Files,
  problems: Map<string, string>,
): Promise<Remembered> {
  const heard = await files.journal(journal, problems);
  const imported: (readonly Activity[])[] = [];
  for (const trace of history.traces) imported.push(await files.trace(trace, problems));
  return remembered(heard, imported, history);
}
