import type { Activity, UnixMs } from '../../domain/index.ts';
import { parseCommand } from '../command.ts';
import { type Dropped, merged } from '../redact.ts';

/** One command line of a shell's history as its format gives it. */
export interface Entry {
  readonly text: string;
  /** The line of the file on which it begins, from 1. */
  readonly line: number;
  /** Absent where the format keeps no times. */
  readonly at?: UnixMs;
  readonly durationMs?: number;
}

/** Turns the lines of one format into entries; a state machine, since some entries are more than one line. */
export interface Format {
  /** The entries that are complete with this line, or one sentence that says why the line is not of this format. */
  push(text: string, line: number): { readonly entries: readonly Entry[]; readonly problem?: string };
  end(): readonly Entry[];
}

export interface ImportOptions {
  readonly actor: string;
  /** When the history was last written to. */
  readonly endAt: UnixMs;
}

/** Nothing is lost without a count: `read = kept + emptied + rejected.length`. */
export interface Imported {
  readonly activities: readonly Activity[];
  /** Entries, and lines that are not of the format. */
  readonly read: number;
  /** Entries that gave at least one activity; a pipeline gives several. */
  readonly kept: number;
  /** Entries of which the gate left no command. */
  readonly emptied: number;
  /** Activities. */
  readonly written: number;
  /** Entries from which the gate took something; `dropped` says what. */
  readonly redacted: number;
  readonly rejected: readonly Rejected[];
  readonly dropped: readonly Dropped[];
}

export interface Rejected {
  readonly line: number;
  readonly problem: string;
}

/** How far apart commands without times are laid. */
const SPACING_MS = 20_000;
/** A history without times does not say where a session ended: this many commands stand for one, an hour after the last. */
const RECALLED_SESSION = 15;
const RECALLED_GAP_MS = 60 * 60_000;

/** Foreign history, through the one redaction gate. */
export function importHistory(lines: Iterable<string>, format: Format, { actor, endAt }: ImportOptions): Imported {
  const { entries, rejected } = entriesOf(lines, format);
  const times = timesOf(entries, endAt);
  const parsed = entries.map(({ text }) => parseCommand(text));
  const activities = parsed.flatMap(({ commands }, i) =>
    commands.map(({ token }) => activityOf(token, actor, entries[i] as Entry, times[i] as UnixMs)),
  );
  const without = entries.filter((_, i) => parsed[i]?.commands.length === 0 && parsed[i]?.dropped.length === 0);
  const kept = parsed.filter(({ commands }) => commands.length > 0).length;
  return {
    activities,
    read: entries.length + rejected.length,
    kept,
    emptied: entries.length - kept - without.length,
    written: activities.length,
    redacted: parsed.filter(({ dropped }) => dropped.length > 0).length,
    rejected: [...rejected, ...without.map(({ line }) => ({ line, problem: 'no command in it' }))].sort((a, b) => a.line - b.line),
    dropped: merged(parsed.map(({ dropped }) => dropped)),
  };
}

function entriesOf(lines: Iterable<string>, format: Format): { entries: readonly Entry[]; rejected: readonly Rejected[] } {
  const entries: Entry[] = [];
  const rejected: Rejected[] = [];
  let line = 0;
  for (const text of lines) {
    const { entries: complete, problem } = format.push(text, ++line);
    entries.push(...complete);
    if (problem !== undefined) rejected.push({ line, problem });
  }
  entries.push(...format.end());
  return { entries, rejected };
}

/** Entries without a time are laid back from the next that has one, or from the end. */
function timesOf(entries: readonly Entry[], endAt: UnixMs): readonly UnixMs[] {
  const times: UnixMs[] = [];
  let next = endAt;
  let recalled = 0;
  for (const { at } of entries.toReversed()) {
    const gapMs = recalled > 0 && recalled % RECALLED_SESSION === 0 ? RECALLED_GAP_MS : SPACING_MS;
    recalled = at === undefined ? recalled + 1 : 0;
    next = at ?? Math.max(0, next - gapMs);
    times.push(next);
  }
  return times.reverse();
}

function activityOf(token: string, actor: string, entry: Entry, at: UnixMs): Activity {
  return {
    at,
    actor,
    resource: `command:${token}`,
    source: 'import',
    kind: entry.at === undefined ? 'command.recalled' : 'command.started',
    ...(entry.durationMs === undefined ? {} : { durationMs: entry.durationMs }),
  };
}
