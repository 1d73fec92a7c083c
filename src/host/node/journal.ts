import { closeSync, fstatSync, fsync, openSync, writeSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Journal } from '../../app/ports.ts';
import type { UnixMs } from '../../domain/index.ts';
import {
  codeOf,
  eraseSegments,
  expireSegments,
  type JournalProblems,
  mendSegment,
  readSegment,
  segmentName,
  segmentsOf,
} from './journalSegments.ts';

export interface JournalOptions {
  readonly folder: string;
  /** Unique to this process: every process has segments of its own, so several windows never interleave. */
  readonly instance: string;
  readonly now: () => UnixMs;
  readonly maxSegmentBytes?: number;
  readonly retentionDays?: number;
}

export interface NodeJournal extends Journal {
  /** Removes all activities that were ever kept here, those of other windows too. */
  erase(): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Append-only activity journal of JSON Lines segments; a new one begins with every process, every day and every
 * `maxSegmentBytes`. Lines are written at once by one unbuffered `write` (about 3 µs), so a killed process loses nothing that
 * was appended, and a lost machine at most what was not yet flushed, and a torn last line. It never throws for a
 * reason of the world: what could not be read or written is in `problems`. Between windows, `read` gives no order.
 */
export async function openJournal(options: JournalOptions): Promise<NodeJournal> {
  const { folder, now, retentionDays = 90 } = options;
  const problems: JournalProblems = new Map();
  const expire = (): Promise<void> => expireSegments(folder, now() - retentionDays * DAY_MS, problems);
  const writer = createWriter(options, expire);
  let lost = 0;

  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => {
    // Reading it says so, right below.
  });
  await expire();
  await Promise.all((await segmentsOf(folder, problems)).map((file) => mendSegment(file, problems)));

  return {
    get problems() {
      return [...problems.values()].map((message) => ({ message }));
    },
    append(activities) {
      try {
        writer.write(activities.map((a) => `${JSON.stringify(a)}\n`).join(''));
      } catch (error) {
        writer.close();
        lost += activities.length;
        problems.set(
          'append',
          `${lost} activities could not be kept in ${folder} (${codeOf(error)}). Make room there, or make it writable.`,
        );
      }
    },
    async *read(since = 0) {
      for (const file of await segmentsOf(folder, problems)) {
        const last = await stat(file).catch(() => undefined);
        if (last && last.mtimeMs < since) continue;
        yield* await readSegment(file, problems);
      }
    },
    flush: () => writer.flush(),
    close: async () => writer.close(),
    async erase() {
      writer.close();
      await eraseSegments(folder, problems);
    },
  };
}

interface Segment {
  readonly file: number;
  readonly day: number;
  size: number;
}

function createWriter({ folder, instance, now, maxSegmentBytes = 4 * 2 ** 20 }: JournalOptions, dayBegan: () => Promise<void>) {
  let segment: Segment | undefined;
  const today = (): number => Math.floor(now() / DAY_MS);

  function close(): void {
    if (segment) closeSync(segment.file);
    segment = undefined;
  }

  /** Another window may erase the journal under our hands: then the file has no name any more. */
  function isOver({ file, size, day }: Segment): boolean {
    return size >= maxSegmentBytes || day !== today() || fstatSync(file).nlink === 0;
  }

  function current(): Segment {
    if (segment && isOver(segment)) {
      if (segment.day !== today()) void dayBegan();
      close();
    }
    segment ??= { file: begin(folder, instance, now()), day: today(), size: 0 };
    return segment;
  }

  return {
    close,
    write(text: string): void {
      const bytes = Buffer.from(text);
      if (bytes.length === 0) return;
      const to = current();
      for (let at = 0; at < bytes.length; ) at += writeSync(to.file, bytes, at);
      to.size += bytes.length;
    },
    flush: async (): Promise<void> => {
      if (segment) await promisify(fsync)(segment.file);
    },
  };
}

/** A new file that only its owner may read; where the name of this millisecond is taken, that of the next. */
function begin(folder: string, instance: string, at: UnixMs): number {
  for (let startedAt = at; ; startedAt++) {
    try {
      return openSync(join(folder, segmentName(startedAt, instance)), 'ax', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}
