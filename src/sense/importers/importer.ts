import type { Source, UnixMs } from '../../domain/index.ts';

/** A foreign history as the host opens it; nothing of it is ever held whole. Reading rejects for a reason of the world only. */
export interface Opened {
  /** From the beginning, unzipped. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
  /** Whether `bytes` may be called twice: standard input is read once. */
  readonly rereadable: boolean;
  /** What a query gives where the file is an SQLite database. Integers may be `bigint`. */
  readonly rows: (sql: string) => AsyncIterable<readonly Row[]>;
}

export type Row = Readonly<Record<string, unknown>>;

/** One foreign format. A new one is a file beside this and a line in `registry.ts`; it need not be made of lines. */
export interface Importer {
  readonly summary: string;
  /** Formats that may keep no times have entries without `at`, which are laid back from the next that is known. */
  readonly times: 'kept' | 'may-lack';
  /** In batches, as they are read. What stands in the file never makes it throw: what does not fit is a misfit. */
  readonly read: (opened: Opened) => AsyncIterable<readonly Entry[]>;
}

/** What a format makes of a file, before the gate: nothing of it may be stored as it is. */
export type Entry = CommandLine | Deed | Aside | Misfit;

/** One command line of a shell's history. */
export interface CommandLine {
  readonly is: 'command';
  readonly text: string;
  /** Where it begins, from 1: a line of the file, or a row of a database. */
  readonly line: number;
  /** Absent where the format keeps no times. */
  readonly at?: UnixMs;
  readonly durationMs?: number;
  readonly ok?: boolean;
}

/** Anything else that was done: the resource is `prefix` (`api:`) and what the gate leaves of `name`. */
export interface Deed {
  readonly is: 'deed';
  readonly line: number;
  readonly at: UnixMs;
  readonly source: Source;
  /** Past tense. */
  readonly kind: string;
  readonly prefix: string;
  /** `route`: a method and a URL, of which `routeOf` keeps what names the endpoint; `name`: a name. */
  readonly as: 'route' | 'name';
  readonly name: string;
  /** Who did it, where the history tells of several; it is stored under another name. */
  readonly client?: string;
  readonly workspace?: string;
  readonly durationMs?: number;
  readonly bytes?: number;
  readonly ok?: boolean;
}

/** It fits the format and tells of nothing that was done; `why` is one of the format's own few phrases. */
export interface Aside {
  readonly is: 'aside';
  readonly line: number;
  readonly why: string;
}

/** It does not fit the format; `problem` never quotes it. */
export interface Misfit {
  readonly is: 'misfit';
  readonly line: number;
  readonly problem: string;
}

export const misfit = (line: number, problem: string): Misfit => ({ is: 'misfit', line, problem });
export const aside = (line: number, why: string): Aside => ({ is: 'aside', line, why });
