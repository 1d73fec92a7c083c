import { open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Activity, parseActivity, type UnixMs } from '../../domain/index.ts';

/** What is wrong with the journal, by what it is wrong with: telling it again replaces it. */
export type JournalProblems = Map<string, string>;

const DAY_MS = 86_400_000;
const NEW_LINE = 0x0a;
/** One `write` of another process is over after this time, whatever the disk does. */
const WRITE_MS = 50;

/** Sorts by time; `instance` keeps processes apart. */
export const segmentName = (startedAt: UnixMs, instance: string): string => `${String(startedAt).padStart(14, '0')}-${instance}.jsonl`;

/** Oldest first. A folder that can't be listed has none. */
export async function segmentsOf(folder: string, problems: JournalProblems): Promise<readonly string[]> {
  const names = await filesOf(folder, problems);
  return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name));
}

/** Removes segments whose last day lies before that time. */
export async function expireSegments(folder: string, before: UnixMs, problems: JournalProblems): Promise<void> {
  for (const name of await filesOf(folder, problems)) {
    const startedAt = name.match(/^(\d{13,14})-.*\.jsonl(?:\.torn)?$/)?.[1];
    if (startedAt !== undefined && Number(startedAt) + DAY_MS <= before) await remove(join(folder, name), problems);
  }
}

/** Removes all that the journal ever wrote, and nothing else. */
export async function eraseSegments(folder: string, problems: JournalProblems): Promise<void> {
  for (const name of await filesOf(folder, problems)) if (/\.jsonl(?:\.torn)?$/.test(name)) await remove(join(folder, name), problems);
}

/**
 * A last line without its end was torn by a crash and goes to a neighbour file. A segment of a living process may look like
 * that too, for as long as one write takes: that one is let be.
 */
export async function mendSegment(file: string, problems: JournalProblems): Promise<void> {
  try {
    if (!(await isTorn(file))) return;
    const { size } = await stat(file);
    await pause(WRITE_MS);
    if ((await stat(file)).size !== size || !(await isTorn(file))) return;
    await setTailAside(file);
    problems.set(file, `${file}: its last line was torn by a crash and is set aside as ${file}.torn; everything before it was kept.`);
  } catch (error) {
    tellUnreadable(file, error, problems);
  }
}

async function setTailAside(file: string): Promise<void> {
  const content = await readFile(file);
  const end = content.lastIndexOf(NEW_LINE) + 1;
  await writeFile(`${file}.torn`, content.subarray(end), { mode: 0o600 });
  await truncate(file, end);
}

async function isTorn(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return size > 0 && buffer[0] !== NEW_LINE;
  } finally {
    await handle.close();
  }
}

/** The activities of one segment; what is no activity is skipped, counted and named. Segments are small: they are read whole. */
export async function readSegment(file: string, problems: JournalProblems): Promise<readonly Activity[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    tellUnreadable(file, error, problems);
    return '';
  });
  const activities: Activity[] = [];
  const bad: string[] = [];
  // What follows the last new line is still being written.
  for (const [i, line] of text.split('\n').slice(0, -1).entries()) {
    const parsed = parseLine(line);
    if ('activity' in parsed) activities.push(parsed.activity);
    else bad.push(`${file}:${i + 1}: ${parsed.problem}`);
  }
  if (bad.length > 0) problems.set(`${file}:`, skipped(bad));
  return activities;
}

function skipped(bad: readonly string[]): string {
  const [first = '', ...more] = bad;
  return `${first}; this line${more.length > 0 ? ` and ${more.length} more of this file are` : ' of the journal is'} skipped, the rest is used. Delete what is malformed to be rid of this message.`;
}

function parseLine(line: string): { activity: Activity } | { problem: string } {
  try {
    return parseActivity(JSON.parse(line));
  } catch {
    return { problem: 'not JSON' };
  }
}

async function filesOf(folder: string, problems: JournalProblems): Promise<readonly string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    (error: unknown) => {
      problems.set(
        folder,
        `The journal's folder ${folder} cannot be read (${codeOf(error)}): its history is not used. Check who may read it.`,
      );
      return [];
    },
  );
}

async function remove(file: string, problems: JournalProblems): Promise<void> {
  await rm(file, { recursive: true, force: true }).catch((error: unknown) =>
    problems.set(file, `${file} cannot be removed (${codeOf(error)}). Remove it by hand.`),
  );
}

/** Another window may have removed it in between: then there is nothing to tell. */
function tellUnreadable(file: string, error: unknown, problems: JournalProblems): void {
  const code = codeOf(error);
  if (code !== 'ENOENT')
    problems.set(file, `${file} cannot be read (${code}) and is skipped; the rest of the journal is used. Repair or remove it.`);
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
