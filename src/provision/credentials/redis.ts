import { createHash } from 'node:crypto';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { Executed } from '../provider.ts';
import { type Account, type AccountDialect, type AccountState, refusal } from './account.ts';

export interface RedisTarget {
  /** Of the default user, where the declaration sets one. */
  readonly password: string | undefined;
}

/**
 * A user of Redis 6.2 or later, by its access control lists. The server is told the password's SHA-256 (`#…`), which is also what it keeps.
 * Without an ACL file it forgets its users when it stops; so they are looked for whenever it has become ready.
 */
export function redisAccounts({ password }: RedisTarget): AccountDialect {
  const program = <T>(line: string, parse: (executed: Executed) => Result<T>) => ({
    command: ['redis-cli'],
    input: `${password === undefined ? '' : `AUTH ${quoted(password)}\n`}${line}\nQUIT\n`,
    parse,
  });
  return {
    look: (account) => program(`ACL GETUSER ${account.name}`, (executed) => stateOf(executed, account)),
    put: ({ name, password: secret }) => program(`ACL SETUSER ${name} reset on #${sha256(secret)} ~* &* +@all`, done),
    drop: ({ name }) => program(`ACL DELUSER ${name}`, done),
  };
}

function stateOf(executed: Executed, { password }: Account): Result<AccountState> {
  const answered = done(executed);
  if (!answered.ok) return answered;
  const lines = executed.stdout.split(/\r?\n/);
  // Redis 6 writes the patterns of keys and channels without their sign.
  if (!lines.includes('passwords')) return ok('missing');
  const whole = ['on', sha256(password), '+@all'].every((word) => lines.includes(word));
  return ok(whole && (lines.includes('*') || (lines.includes('~*') && lines.includes('&*'))) ? 'fits' : 'differs');
}

/** redis-cli ends with 0 whatever the server said. */
function done(executed: Executed): Result<void> {
  if (executed.code !== 0) return refusal(executed, 'redis-cli');
  const wrong = executed.stdout.split(/\r?\n/).find((line) => /^[A-Z]+ .*/.test(line) && !/^OK\b/.test(line));
  if (wrong === undefined) return ok(undefined);
  return /^NOAUTH|^WRONGPASS|^NOPERM/.test(wrong)
    ? failed('unsupported', 'never', 'its declaration does not tell the password of its default user')
    : failed('unsupported', 'never', wrong.slice(0, 200));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** As redis-cli splits its lines. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
