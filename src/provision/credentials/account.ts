import { failed, ok, type Result } from '../../domain/index.ts';
import type { Executed } from '../provider.ts';

/** A login of ours in one database server. The name is no secret. */
export interface Account {
  /** `[a-z0-9_]`, at most 32 characters, so that every server takes it. */
  readonly name: string;
  /** Base64url, which no server, shell or URL needs to have quoted. */
  readonly password: string;
}

/** How the server knows the account: not at all, otherwise than we do, or as we do. */
export type AccountState = 'missing' | 'differs' | 'fits';

/** A program to run inside the server's container. What is secret stands in `input` alone, never in `command`. */
export interface Program<T> {
  readonly command: readonly string[];
  readonly input: string;
  readonly parse: (executed: Executed) => Result<T>;
}

/** How one kind of server is told of an account; plain values, so that they are tested without a server. */
export interface AccountDialect {
  look(account: Account): Program<AccountState>;
  /** Makes or mends it; `state` is what `look` has just found. */
  put(account: Account, state: AccountState): Program<void>;
  /** What it may own goes to the declared user. */
  drop(account: Pick<Account, 'name'>): Program<void>;
}

export type Run = (command: readonly string[], input: string) => Promise<Result<Executed>>;

/** Looks first, mends what differs, and looks again: true by the server's own word, whoever else was at it meanwhile. */
export async function ensureAccount(dialect: AccountDialect, account: Account, run: Run): Promise<Result<AccountState>> {
  const before = await carriedOut(dialect.look(account), run);
  if (!before.ok || before.value === 'fits') return before;
  const put = await carriedOut(dialect.put(account, before.value), run);
  const after = await carriedOut(dialect.look(account), run);
  if (!after.ok) return after;
  if (after.value === 'fits') return before;
  return put.ok ? failed('start-failed', 'later', `the server does not keep the role ${account.name}`) : put;
}

/** Gone already is as good. */
export async function dropAccount(dialect: AccountDialect, account: Account, run: Run): Promise<Result<void>> {
  const state = await carriedOut(dialect.look(account), run);
  if (!state.ok) return state;
  return state.value === 'missing' ? ok(undefined) : carriedOut(dialect.drop(account), run);
}

async function carriedOut<T>({ command, input, parse }: Program<T>, run: Run): Promise<Result<T>> {
  const executed = await run(command, input);
  return executed.ok ? parse(executed.value) : executed;
}

/** The server's or its client's own last words, on one line. */
export function refusal({ code, stdout, stderr }: Executed, client: string) {
  if (code === 126 || code === 127) return failed('unsupported', 'never', `its image has no ${client}`);
  const words = `${stderr.trim() || stdout.trim()}`.split('\n').at(-1)?.slice(0, 200) ?? '';
  return failed('start-failed', 'later', words || `${client} ended with exit code ${code}`);
}
