import { isUnixMs } from '../../domain/index.ts';
import type { Entry, Format } from './importer.ts';

export const FORMATS: Readonly<Record<string, () => Format>> = { bash, zsh, fish, powershell };

/** One command a line; with HISTTIMEFORMAT set, `#<epoch seconds>` stands before each (bash manual, “Bash History Facilities”). */
function bash(): Format {
  let at: number | undefined;
  return {
    push(line) {
      const time = line.match(/^#(\d{9,11})$/);
      if (time) {
        at = Number(time[1]) * 1000;
        return { entries: [] };
      }
      const entry = entryOf(line, at);
      at = undefined;
      return { entries: entry };
    },
    end: () => [],
  };
}

/** EXTENDED_HISTORY: `: <epoch>:<seconds>;<command>`, a backslash at the end goes on; else plain lines (zshoptions(1)). */
function zsh(): Format {
  let open: { text: string; at?: number; durationMs?: number } | undefined;
  const close = (): readonly Entry[] => {
    const done = open;
    open = undefined;
    return done ? entryOf(done.text, done.at, done.durationMs) : [];
  };
  const hold = (): readonly Entry[] => {
    if (!open?.text.endsWith('\\')) return close();
    open.text = `${open.text.slice(0, -1)}\n`;
    return [];
  };
  return {
    push(line) {
      if (open) {
        open.text += line;
        return { entries: hold() };
      }
      const extended = line.match(/^: (\d{9,11}):(\d+);([\s\S]*)$/);
      open = extended
        ? { text: extended[3] as string, at: Number(extended[1]) * 1000, durationMs: Number(extended[2]) * 1000 }
        : { text: line };
      return { entries: hold() };
    },
    end: close,
  };
}

/** `- cmd: …` and an indented `when: <epoch>`; `paths:` lists are not used (fish's own YAML-like form). */
function fish(): Format {
  let open: { text: string; at?: number } | undefined;
  const close = (): readonly Entry[] => {
    const done = open;
    open = undefined;
    return done ? entryOf(done.text, done.at) : [];
  };
  return {
    push(line) {
      const command = line.match(/^- cmd: (.*)$/);
      if (command) {
        const entries = close();
        open = { text: (command[1] as string).replace(/\\n/g, '\n').replace(/\\\\/g, '\\') };
        return { entries };
      }
      const when = line.match(/^\s+when: (\d{9,11})$/);
      if (when && open) open.at = Number(when[1]) * 1000;
      else if (!/^\s+(paths:|- )/.test(line) && line.trim() !== '') return { entries: [], problem: 'not a line of fish history' };
      return { entries: [] };
    },
    end: close,
  };
}

/** PSReadLine's ConsoleHost_history.txt: no times; a backtick at the end goes on. */
function powershell(): Format {
  let open = '';
  return {
    push(line) {
      if (line.endsWith('`')) {
        open += `${line.slice(0, -1)}\n`;
        return { entries: [] };
      }
      const text = open + line;
      open = '';
      return { entries: entryOf(text) };
    },
    end: () => entryOf(open),
  };
}

function entryOf(line: string, at?: number, durationMs?: number): readonly Entry[] {
  if (line.trim() === '') return [];
  return [{ line, ...(at !== undefined && isUnixMs(at) ? { at } : {}), ...(durationMs === undefined ? {} : { durationMs }) }];
}
