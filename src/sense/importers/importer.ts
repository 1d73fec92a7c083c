import type { Activity, UnixMs } from '../../domain/index.ts';
import { parseCommand } from '../command.ts';
import { type Dropped, merged } from '../redact.ts';

/** One line of a shell's history as its format gives it. */
export interface Entry {
  readonly line: string;
  /** Absent where the format keeps no times. */
  readonly at?: UnixMs;
  readonly durationMs?: number;
}

/** Turns the lines of one format into entries; a state machine, since some formats need more than one line. */
export interface Format {
  /** Entries that are complete after this line, or one sentence that says why the line is not of this format. */
  push(line: string): { readonly entries: readonly Entry[]; readonly problem?: string };
  end(): readonly Entry[];
}

export interface ImportOptions {
  readonly actor: string;
  /** Entries without a time are laid back from here, in sessions of a fixed length. */
  readonly endAt: UnixMs;
}

export interface Imported {
  readonly activities: readonly Activity[];
  /** Entries read, activities written, entries from which the gate took something, lines rejected. */
  readonly read: number;
  readonly written: number;
  readonly redacted: number;
  readonly rejected: readonly { readonly line: number; readonly problem: string }[];
  readonly dropped: readonly Dropped[];
}

const SPACING_MS = 20_000;
/** A history without times does not say where a session ended; this many commands stand for one, an hour before the next. */
const RECALLED_SESSION = 15;
const RECALLED_GAP_MS = 60 * 60_000;

/** Time of the entry that is `back` entries before the end. */
const laidBack = (endAt: UnixMs, back: number): UnixMs =>
  Math.max(0, endAt - back * SPACING_MS - Math.floor(back / RECALLED_SESSION) * RECALLED_GAP_MS);

/** History through the one redaction gate. Entries in which no command can be seen are counted as read, not lost silently. */
export function importHistory(lines: Iterable<string>, format: Format, { actor, endAt }: ImportOptions): Imported {
  const entries: Entry[] = [];
  const rejected: { line: number; problem: string }[] = [];
  let number = 0;
  for (const line of lines) {
    number++;
    const { entries: complete, problem } = format.push(line);
    entries.push(...complete);
    if (problem !== undefined) rejected.push({ line: number, problem });
  }
  entries.push(...format.end());
  let redacted = 0;
  const dropped: (readonly Dropped[])[] = [];
  const activities = entries.flatMap((entry, i) => {
    const parsed = parseCommand(entry.line);
    if (parsed.dropped.length > 0) redacted++;
    dropped.push(parsed.dropped);
    return parsed.commands.map(
      (command): Activity => ({
        at: entry.at ?? laidBack(endAt, entries.length - i),
        actor,
        resource: `command:${command.token}`,
        source: 'import',
        kind: entry.at === undefined ? 'command.recalled' : 'command.started',
        ...(entry.durationMs === undefined ? {} : { durationMs: entry.durationMs }),
      }),
    );
  });
  return { activities, read: entries.length, written: activities.length, redacted, rejected, dropped: merged(dropped) };
}
