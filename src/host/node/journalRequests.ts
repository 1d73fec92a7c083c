import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Activity } from '../../domain/index.ts';
import { codeOf, type JournalProblems, readSegment, segmentsOf } from './journalSegments.ts';
import { journalIn } from './kept.ts';
import type { ReadRequests } from './readRequests.ts';
import { workspacesIn } from './startSweeper.ts';
import { workspaceOf } from './workspaceIdentity.ts';

export interface JournalJob {
  /** The workspace. */
  readonly folder: string;
  /** Root of Prewarm's own files. */
  readonly root: string;
  readonly each: (activities: readonly Activity[]) => void;
}

/** What the gateway, spans and other sensors wrote into the journal of a workspace; nothing where nothing is recorded. */
export async function readJournalRequests({ folder, root, each }: JournalJob): Promise<ReadRequests> {
  const workspace = workspaceOf(folder);
  const journal = journalIn(join(workspacesIn(root), workspace.id));
  const problems: JournalProblems = new Map();
  const there = await readdir(journal).then(
    () => true,
    (error) => codeOf(error) !== 'ENOENT',
  );
  let read = 0;
  for (const file of there ? await segmentsOf(journal, problems) : []) {
    const activities = (await readSegment(file, problems)).filter((activity) => activity.workspace === workspace.id);
    read += activities.length;
    each(activities);
  }
  return { format: 'journal', read, rejected: problems.size, rejects: [...problems.values()] };
}
