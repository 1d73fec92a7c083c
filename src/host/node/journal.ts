import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Journal } from '../../app/ports.ts';
import { type Activity, parseActivity, type UnixMs } from '../../domain/index.ts';

export interface JournalOptions {
  readonly folder: string;
  /** Unique to this process: every process has segments of its own, so several windows never interleave. */
  readonly instance: string;
  readonly now: () => UnixMs;
  readonly maxSegmentBytes?: number;
  readonly retentionDays?: number;
}

export interface NodeJournal extends Journal {
  readonly problems: { readonly message: string }[];
  erase(): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Append-only activity journal: JSON Lines segments, newest last by name (`<start>-<instance>.jsonl`). A line is written
 * by one `write` at the moment it is recorded, so a kill loses at most a torn last line, which is set aside on the next open.
 */
export async function openJournal(options: JournalOptions): Promise<NodeJournal> {
  const { folder, instance, now, maxSegmentBytes = 4 * 2 ** 20, retentionDays = 90 } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const problems: { message: string }[] = [];
  await expire(folder, now() - retentionDays * DAY_MS);
  for (const name of await segmentsOf(folder)) await mend(join(folder, name), problems);

  let file: number | undefined;
  let size = 0;
  let day = 0;

  function segment(): number {
    const today = Math.floor(now() / DAY_MS);
    if (file !== undefined && (size >= maxSegmentBytes || day !== today)) {
      closeSync(file);
      file = undefined;
    }
    if (file === undefined) {
      file = openSync(join(folder, `${String(now()).padStart(14, '0')}-${instance}.jsonl`), 'a', 0o600);
      size = 0;
      day = today;
    }
    return file;
  }

  return {
    problems,
    append(activities) {
      const text = activities.map((a) => `${JSON.stringify(a)}\n`).join('');
      size += writeSync(segment(), text);
    },
    async *read() {
      for (const name of await segmentsOf(folder)) yield* linesOf(join(folder, name), problems);
    },
    async flush() {
      if (file !== undefined) fsyncSync(file);
    },
    async close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
    async erase() {
      if (file !== undefined) closeSync(file);
      file = undefined;
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    },
  };
}

async function segmentsOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
}

async function expire(folder: string, before: UnixMs): Promise<void> {
  for (const name of await readdir(folder)) {
    const at = Number(name.match(/^(\d{13,14})-/)?.[1] ?? Number.POSITIVE_INFINITY);
    if (at < before) await rm(join(folder, name), { force: true });
  }
}

/** A last line without its end was torn by a crash: it goes to a neighbour file. A segment that is still being written ends in a whole line. */
async function mend(file: string, problems: { message: string }[]): Promise<void> {
  try {
    const { size } = await stat(file);
    if (size === 0) return;
    const content = await readFile(file);
    if (content[size - 1] === 0x0a) return;
    const end = content.lastIndexOf(0x0a) + 1;
    await writeFile(`${file}.torn`, content.subarray(end), { mode: 0o600 });
    await truncate(file, end);
    problems.push({
      message: `${file}: its last line was torn by a crash and is set aside as ${file}.torn; everything before it was kept.`,
    });
  } catch (error) {
    await setAside(file, error, problems);
  }
}

async function* linesOf(file: string, problems: { message: string }[]): AsyncIterable<Activity> {
  let line = 0;
  let bad = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      const parsed = parseLine(text);
      if ('activity' in parsed) yield parsed.activity;
      else if (bad++ === 0)
        problems.push({
          message: `${file}:${line}: this line of the journal is skipped (${parsed.problem}); delete it to be rid of this message.`,
        });
    }
  } catch (error) {
    await setAside(file, error, problems);
  }
}

function parseLine(text: string): { activity: Activity } | { problem: string } {
  try {
    return parseActivity(JSON.parse(text));
  } catch {
    return { problem: 'not JSON' };
  }
}

async function setAside(file: string, error: unknown, problems: { message: string }[]): Promise<void> {
  const moved = await rename(file, `${file}.unreadable`).then(
    () => true,
    () => false,
  );
  problems.push({
    message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? error})${moved ? ` and was set aside as ${file}.unreadable` : ''}; the rest of the journal is used.`,
  });
}
