import { isUnixMs } from '../../domain/index.ts';
import { closesHereDocument, openHereDocument } from '../shellCommands.ts';
import type { Entry, Format } from './importer.ts';

export const FORMATS: Readonly<Record<string, () => Format>> = { bash, zsh, fish, powershell };

/** An entry that may go on. */
interface Open {
  text: string;
  readonly line: number;
  at?: number;
  durationMs?: number;
}

/** The end of a here-document that was never written is not looked for any further. */
const LONGEST_HERE_DOCUMENT = 200;

/**
 * One command a line; with HISTTIMEFORMAT set, `#<epoch seconds>` stands before each, and all lines up to the next are one
 * command (bash manual, “Bash History Facilities”). Without times, only here-documents can be told to be of several lines.
 */
function bash(): Format {
  let open: Open | undefined;
  let mark: string | undefined;
  const close = (): readonly Entry[] => {
    const entries = entryOf(open);
    open = undefined;
    mark = undefined;
    return entries;
  };
  const goesOn = (of: Open, text: string, line: number): readonly Entry[] => {
    of.text += `\n${text}`;
    const ends = mark !== undefined && (closesHereDocument(text, mark) || line - of.line >= LONGEST_HERE_DOCUMENT);
    return ends ? close() : [];
  };
  return {
    push(text, line) {
      const seconds = text.match(/^#(\d{9,11})$/)?.[1];
      if (seconds !== undefined) {
        const entries = close();
        open = { text: '', line, at: Number(seconds) * 1000 };
        return { entries };
      }
      if (open) return { entries: goesOn(open, text, line) };
      open = { text, line };
      mark = openHereDocument(text);
      return { entries: mark === undefined ? close() : [] };
    },
    end: close,
  };
}

/**
 * EXTENDED_HISTORY: `: <epoch>:<seconds>;<command>`; else plain lines (zshoptions(1)). A new line inside a command is written
 * behind a backslash.
 */
function zsh(): Format {
  let open: Open | undefined;
  const settle = (of: Open): readonly Entry[] => {
    if (of.text.endsWith('\\')) {
      of.text = `${of.text.slice(0, -1)}\n`;
      return [];
    }
    open = undefined;
    return entryOf(of);
  };
  return {
    push(text, line) {
      if (open) open.text += text;
      else open = zshEntry(text, line);
      return { entries: settle(open) };
    },
    end: () => entryOf(open),
  };
}

function zshEntry(text: string, line: number): Open {
  const [, seconds, duration, command] = text.match(/^: (\d{9,11}):(\d{1,9});([\s\S]*)$/) ?? [];
  if (command === undefined) return { text, line };
  return { text: command, line, at: Number(seconds) * 1000, durationMs: Number(duration) * 1000 };
}

/** `- cmd: …` and an indented `when: <epoch>`; `paths:` lists are not used (fish's own YAML-like form). */
function fish(): Format {
  let open: Open | undefined;
  return {
    push(text, line) {
      const command = text.match(/^- cmd: ([\s\S]*)$/)?.[1];
      if (command !== undefined) {
        const entries = entryOf(open);
        open = { line, text: command.replace(/\\([\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c)) };
        return { entries };
      }
      const seconds = text.match(/^\s+when: (\d{9,11})$/)?.[1];
      if (seconds !== undefined && open) open.at = Number(seconds) * 1000;
      else if (!/^\s+(paths:|- )/.test(text) && text.trim() !== '') return { entries: [], problem: 'not a line of fish history' };
      return { entries: [] };
    },
    end: () => entryOf(open),
  };
}

/** PSReadLine's ConsoleHost_history.txt: no times; a new line inside a command is written behind a backtick. */
function powershell(): Format {
  let open: Open | undefined;
  return {
    push(text, line) {
      open ??= { text: '', line };
      if (text.endsWith('`')) {
        open.text += `${text.slice(0, -1)}\n`;
        return { entries: [] };
      }
      const entries = entryOf({ ...open, text: withoutContinuations(open.text + text) });
      open = undefined;
      return { entries };
    },
    end: () => entryOf(open),
  };
}

/** A backtick that the developer typed at the end of a line joins it with the next. */
const withoutContinuations = (text: string): string => text.replaceAll('`\n', ' ');

function entryOf(open: Open | undefined): readonly Entry[] {
  if (!open || open.text.trim() === '') return [];
  const { at, ...rest } = open;
  return [at !== undefined && isUnixMs(at) ? { ...rest, at } : rest];
}
