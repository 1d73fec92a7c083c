import { Readable } from 'node:stream';
import { type Fault, failed, ok, type Result } from '../../domain/index.ts';
import type { Executed } from '../provider.ts';

/** Runs a program inside the database's own container. */
export type RunInside = (command: readonly string[], input: string | Readable) => Promise<Result<Executed>>;

/** PostgreSQL by the client that is in its own image: as the declared owner, over the local socket, so that no password is of need. */
export interface Psql {
  /** Runs a script, which stops at its first error; what it selects comes as text, a row a line, values divided by `|`. */
  query(database: string, script: string): Promise<Result<string>>;
  /** One command that reads its input, such as `copy … from stdin`. */
  feed(database: string, command: string, input: Readable): Promise<Result<void>>;
  /** A script that comes as a stream. */
  script(database: string, input: Readable): Promise<Result<void>>;
  /** An archive of `pg_dump`. */
  restore(database: string, input: Readable): Promise<Result<void>>;
}

export function createPsql(run: RunInside, user: string, name: string): Psql {
  const psql = (database: string): readonly string[] => [
    'psql',
    '-X',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    '-U',
    user,
    '-d',
    database,
  ];
  const call = async (command: readonly string[], input: string | Readable): Promise<Result<string>> => {
    const lazy = typeof input === 'string' ? undefined : onceRead(input);
    const done = await run(command, lazy?.stream ?? (input as string));
    // What broke the input tells more than what became of the program that read it.
    const broke = lazy?.problem();
    if (broke) return failed('bad-file', 'never', `${name}: ${broke.message}`);
    if (!done.ok) return done;
    return done.value.code === 0 ? ok(done.value.stdout.trim()) : { ok: false, fault: psqlFault(name, done.value) };
  };
  const quietly = async (command: readonly string[], input: Readable): Promise<Result<void>> => {
    const done = await call(command, input);
    return done.ok ? ok(undefined) : done;
  };
  return {
    query: (database, script) => call(psql(database), script),
    feed: (database, command, input) => quietly([...psql(database), '-c', command], input),
    script: (database, input) => quietly([...psql(database), '-o', '/dev/null', '-f', '-'], input),
    restore: (database, input) => quietly(['pg_restore', '--exit-on-error', '--no-owner', '--no-acl', '-U', user, '-d', database], input),
  };
}

/** The same stream, whose error waits until somebody reads: it may break before the program that reads it was started. */
function onceRead(input: Readable): { readonly stream: Readable; readonly problem: () => Error | undefined } {
  let problem: Error | undefined;
  input.on('error', () => {});
  async function* read(): AsyncGenerator<unknown> {
    try {
      yield* input;
    } catch (error) {
      problem = error as Error;
      throw error;
    }
  }
  return { stream: Readable.from(read(), { objectMode: false }), problem: () => problem };
}

/** What the client printed, as one sentence. */
export function psqlFault(name: string, { code, stderr }: Executed): Fault {
  const line = /(?:ERROR|FATAL|error|fatal|PANIC): +(.+)/.exec(stderr)?.[1]?.trim() ?? stderr.trim().split('\n').at(-1) ?? '';
  const where =
    /CONTEXT: +COPY \S+, (line \d+(?:, column [^:\n]+)?)/.exec(stderr)?.[1] ??
    /psql:<stdin>:(\d+)/.exec(stderr)?.[1]?.replace(/^/, 'line ');
  const what = `${name}: ${where ? `${where}: ` : ''}${line.slice(0, 300)}`;
  const detail = stderr.slice(0, 4000);
  if (code === 126 || code === 127)
    return failed('tool-missing', 'never', `${name}: psql is not in the database's container, so nothing can be loaded there.`, detail)
      .fault;
  if (/no space left|could not extend file|disk full/i.test(stderr))
    return failed('storage-failed', 'later', `${what}. The disk of the database is full: free some space.`, detail).fault;
  if (/being accessed by other users|lock timeout/i.test(stderr))
    return failed(
      'in-use',
      'later',
      `${name}: what it would replace is in use by other clients. Close their connections; what was loaded waits for that.`,
      detail,
    ).fault;
  if (/starting up|shutting down|could not connect|connection to server|terminating connection|in recovery/i.test(stderr))
    return failed('not-ready', 'later', `${name}: its database does not answer (${line.slice(0, 200)}).`, detail).fault;
  return failed('bad-file', 'never', `${what}${/[.!?]$/.test(what) ? '' : '.'}`, detail).fault;
}

/** A name in SQL, whatever is in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** A text in SQL, whatever is in it (`standard_conforming_strings` is on since PostgreSQL 9.1). */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
