import type { Fault, Result } from '../../domain/index.ts';
import type { Terminal } from './terminal.ts';

/** What a command is handed: parsed arguments, where to speak, and cancellation (Ctrl-C). */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** What it gives back: one object for programs, and the same in lines for people. */
export interface Report {
  /** Absent where the command spoke a protocol of its own on standard output: then nothing is added to it. */
  readonly json?: object;
  readonly lines: readonly string[];
  /** Something was done only in part: exit 1 although there is a report. */
  readonly faults?: readonly Fault[];
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly hint: string }>>;
  readonly positionals: { readonly min: number; readonly max: number };
  /** Loads what it needs on first use. */
  readonly run: (invocation: Invocation) => Promise<Result<Report>>;
}
