import { parentPort } from 'node:worker_threads';
import { IMPORTED_ACTOR } from '../../app/history.ts';
import type { Activity, Fault } from '../../domain/index.ts';
import { createRecall } from '../../sense/importers/recalled.ts';
import { createTally } from '../../sense/importers/tally.ts';
import { type ImportDone, type ImportWork, serveLearner } from '../worker/learner.ts';
import { traceOf } from './histories.ts';
import { importFile } from './importFile.ts';
import { codeOf, type JournalProblems, readSegment, segmentsOf } from './journalSegments.ts';
import { createTraceProblems, readTrace } from './traceFile.ts';

/** The program of the learner's thread: learning, reading what is learnt from, and importing. */
if (parentPort) serveLearner(parentPort, { journal, trace, importAll });

async function journal(folder: string, problems: JournalProblems): Promise<readonly Activity[]> {
  const segments: (readonly Activity[])[] = [];
  for (const file of await segmentsOf(folder, problems)) segments.push(await readSegment(file, problems));
  return segments.flat();
}

async function trace(file: string, problems: JournalProblems): Promise<readonly Activity[]> {
  const malformed = createTraceProblems();
  const batches: (readonly Activity[])[] = [];
  try {
    for await (const batch of readTrace(file, malformed)) batches.push(batch);
  } catch (error) {
    problems.set(file, `${file} cannot be read (${codeOf(error)}): that imported history is not used. Import it again.`);
  }
  if (malformed.count > 0)
    problems.set(`${file}:`, `${malformed.first[0]}; ${malformed.count} lines of that imported history are skipped. Import it again.`);
  return batches.flat();
}

async function importAll({ sources, folder, now }: ImportWork, progress: (read: number) => void): Promise<ImportDone> {
  const imported: ImportDone['imported'][number][] = [];
  const faults: Fault[] = [];
  let before = 0;
  for (const { id, format, path } of sources) {
    const tally = createTally();
    const recall = createRecall(id);
    const fault = await importFile({
      format,
      file: path,
      now,
      output: traceOf(folder, id),
      options: { actor: IMPORTED_ACTOR },
      tally,
      each: (activities) => {
        progress(before + tally.read);
        return recall(activities);
      },
    });
    before += tally.read;
    if (fault) faults.push(fault);
    else imported.push({ id, format, path, commands: tally.kept, dropped: sum(tally.dropped.values()), rejected: tally.rejected });
  }
  return { imported, faults };
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
