import { isUnixMs } from '../../domain/index.ts';
import { closesHereDocument, openHereDocument } from '../shellCommands.ts';
import { type Entry, type Importer, misfit } from './importer.ts';
import { type LineFormat, ofLines } from './lines.ts';

export const bash: Importer = ofLines(bashLines, { summary: 'Bash history, with or without times', times: 'may-lack' });
export const zsh: Importer = ofLines(zshLines, { summary: 'Z shell history, extended or plain', times: 'may-lack', decoded: unmetafied });
export const fish: Importer = ofLines(fishLines, { summary: 'fish history', times: 'may-lack' });
export const powershell: Importer = ofLines(powershellLines, { summary: 'PSReadLine’s ConsoleHost_history.txt', times: 'may-lack' });

/** An entry that may go on. */
interface Open {
  text: string;
  readonly line: number;
  at?: number;
  durationMs?: number;
}

/** The end of a here-document that was never written is not looked for any further. */
const LONGEST_HERE_DOCUMENT = 200;
/** Nobody types longer ones; a history that never ends an entry is not collected without end. */
const LONGEST_ENTRY = 2 ** 16;

/**
 * One command a line; with HISTTIMEFORMAT set, `#<epoch seconds>` stands before each, and all lines up to the next are one
 * command (bash manual, “Bash History Facilities”). Without times, only here-documents can be told to be of several lines.
 */
function bashLines(): LineFormat {
  let open: Open | undefined;
  let mark: string | undefined;
  const close = (): readonly Entry[] => {
    const entries = entryOf(open);
    open = undefined;
    mark = undefined;
    return entries;
  };
  const goesOn = (of: Open, text: string, line: number): readonly Entry[] => {
    add(of, `\n${text}`);
    const ends = mark !== undefined && (closesHereDocument(text, mark) || line - of.line >= LONGEST_HERE_DOCUMENT);
    return ends ? close() : [];
  };
  return {
    push(text, line) {
      const seconds = text.startsWith('#') ? text.match(/^#(\d{9,11})$/)?.[1] : undefined;
      if (seconds !== undefined) {
        const entries = close();
        open = { text: '', line, at: Number(seconds) * 1000 };
        return entries;
      }
      if (open) return goesOn(open, text, line);
      open = { text, line };
      mark = text.includes('<<') ? openHereDocument(text) : undefined;
      return mark === undefined ? close() : [];
    },
    end: close,
  };
}

/**
 * EXTENDED_HISTORY: `: <epoch>:<seconds>;<command>`; else plain lines (zshoptions(1)). A new line inside a command is written
 * behind a backslash.
 */
function zshLines(): LineFormat {
  let open: Open | undefined;
  const settle = (of: Open): readonly Entry[] => {
    if (of.text.endsWith('\\') && of.text.length < LONGEST_ENTRY) {
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
      return settle(open);
    },
    end: () => entryOf(open),
  };
}

function zshEntry(text: string, line: number): Open {
  const [, seconds, duration, command] = text.match(/^: (\d{9,11}):(\d{1,9});([\s\S]*)$/) ?? [];
  if (command === undefined) return { text, line };
  return { text: command, line, at: Number(seconds) * 1000, durationMs: Number(duration) * 1000 };
}

/** Zsh writes a byte that has a meaning of its own as 0x83 and the byte with bit 5 turned (zsh’s `metafy`, Src/utils.c). */
async function* unmetafied(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let meta = false;
  for await (const chunk of bytes) {
    if (!meta && !chunk.includes(0x83)) {
      yield chunk;
      continue;
    }
    const plain = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (!meta && byte === 0x83) {
        meta = true;
        continue;
      }
      plain[length++] = meta ? byte ^ 0x20 : byte;
      meta = false;
    }
    yield plain.subarray(0, length);
  }
}

/** `- cmd: …` and an indented `when: <epoch>`; `paths:` lists are not used (fish's own YAML-like form). */
function fishLines(): LineFormat {
  let open: Open | undefined;
  return {
    push(text, line) {
      const command = text.match(/^- cmd: ([\s\S]*)$/)?.[1];
      if (command !== undefined) {
        const entries = entryOf(open);
        open = { line, text: command.replace(/\\([\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c)) };
        return entries;
      }
      const seconds = text.match(/^\s+when: (\d{9,11})$/)?.[1];
      if (seconds !== undefined && open) open.at = Number(seconds) * 1000;
      else if (!/^\s+(paths:|- )/.test(text) && text.trim() !== '') return [misfit(line, 'not a line of fish history')];
      return [];
    },
    end: () => entryOf(open),
  };
}

/** PSReadLine's ConsoleHost_history.txt: no times; a new line inside a command is written behind a backtick. */
function powershellLines(): LineFormat {
  let open: Open | undefined;
  return {
    push(text, line) {
      open ??= { text: '', line };
      if (text.endsWith('`') && open.text.length < LONGEST_ENTRY) {
        open.text += `${text.slice(0, -1)}\n`;
        return [];
      }
      const entries = entryOf({ ...open, text: withoutContinuations(open.text + text) });
      open = undefined;
      return entries;
    },
    end: () => entryOf(open),
  };
}

/** A backtick that the developer typed at the end of a line joins it with the next. */
const withoutContinuations = (text: string): string => text.replaceAll('`\n', ' ');

function add(open: Open, text: string): void {
  if (open.text.length < LONGEST_ENTRY) open.text += text;
}

function entryOf(open: Open | undefined): readonly Entry[] {
  if (!open || open.text.trim() === '') return [];
  const { at, ...rest } = open;
  return [at !== undefined && isUnixMs(at) ? { is: 'command', ...rest, at } : { is: 'command', ...rest }];
}
