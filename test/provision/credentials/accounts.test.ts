import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../../src/domain/index.ts';
import { type AccountDialect, dropAccount, ensureAccount, type Run } from '../../../src/provision/credentials/account.ts';
import { postgresAccounts } from '../../../src/provision/credentials/postgres.ts';
import { redisAccounts } from '../../../src/provision/credentials/redis.ts';
import { scramVerifier } from '../../../src/provision/credentials/scram.ts';

const account = { name: 'prewarm_w_test', password: 'p'.repeat(43) };
const salt = (): Uint8Array => new Uint8Array(16);
const postgres = postgresAccounts({ owner: 'o"w\'n\\er', database: 'shop', salt });
const redis = redisAccounts({ password: 'de"cl\\ared' });
const said = (stdout: string, code = 0, stderr = '') => ({ code, stdout, stderr });

describe('what is sent', () => {
  it.each<[string, AccountDialect]>([
    ['PostgreSQL', postgres],
    ['Redis', redis],
  ])('%s: never holds the password, and nothing secret stands in the arguments', (_, dialect) => {
    for (const { command, input } of [
      dialect.look(account),
      dialect.put(account, 'missing'),
      dialect.put(account, 'differs'),
      dialect.drop(account),
    ]) {
      expect(input).not.toContain(account.password);
      expect(command.join(' ')).not.toMatch(/SCRAM|#|prewarm_/);
    }
  });

  it('PostgreSQL: quotes whatever the declared user is called, and is silent in the log before it says a verifier', () => {
    const { command, input } = postgres.put(account, 'missing');
    expect(command).toContain('--username=o"w\'n\\er');
    expect(input).toContain('grant "o""w\'n\\er" to "prewarm_w_test"');
    expect(input).toContain("set role = E'o\"w\\'n\\\\er'");
    expect(input.indexOf("set log_statement = 'none'")).toBeLessThan(input.indexOf(scramVerifier(account.password, salt())));
    expect(postgres.put(account, 'differs').input).toContain('alter role "prewarm_w_test" login');
  });

  it('Redis: the default user’s password goes in by the input, quoted', () => {
    expect(redis.look(account)).toMatchObject({
      command: ['redis-cli'],
      input: expect.stringMatching(/^AUTH "de\\"cl\\\\ared"\nACL GETUSER /),
    });
  });
});

describe('what is understood', () => {
  const row = (role: object | null, version = 150_000) => said(JSON.stringify({ version, role }));
  const verifier = scramVerifier(account.password, salt());
  it.each([
    ['no such role', row(null), ok('missing')],
    ['as it should be', row({ verifier, whole: true }), ok('fits')],
    ['another password', row({ verifier: scramVerifier('other', salt()), whole: true }), ok('differs')],
    ['no password', row({ verifier: null, whole: true }), ok('differs')],
    ['the role, but not as the declared user', row({ verifier, whole: false }), ok('differs')],
    ['a server before SCRAM', row(null, 90_600), failed('unsupported', 'never', 'PostgreSQL before 10 does not know SCRAM passwords')],
    ['no superuser', said('', 3, 'ERROR:  permission denied for table pg_authid'), { ok: false, fault: { code: 'unsupported' } }],
    ['no psql', said('', 127, 'exec: psql: not found'), { ok: false, fault: { message: 'its image has no psql' } }],
    ['a refusal', said('', 2, 'psql: error\nFATAL:  no entry'), { ok: false, fault: { message: 'FATAL:  no entry', retry: 'later' } }],
  ])('PostgreSQL: %s', (_, executed, expected) => expect(postgres.look(account).parse(executed)).toMatchObject(expected));

  const hash = '4f1ca3ba2b4b7b8ab7e2d1a0a5c8f7ed';
  const sha = /#(\w{64})/.exec(redis.put(account, 'missing').input)?.[1] as string;
  it.each([
    ['no such user', said('OK\n\n'), ok('missing')],
    ['Redis 7', said(`OK\nflags\non\npasswords\n${sha}\ncommands\n+@all\nkeys\n~*\nchannels\n&*\nselectors\n\n`), ok('fits')],
    ['Redis 6.2', said(`OK\nflags\non\nallkeys\npasswords\n${sha}\ncommands\n+@all\nkeys\n*\nchannels\n*\n`), ok('fits')],
    ['another password', said(`OK\nflags\non\npasswords\n${hash}\ncommands\n+@all\nkeys\n~*\nchannels\n&*\n`), ok('differs')],
    ['switched off', said(`OK\nflags\noff\npasswords\n${sha}\ncommands\n+@all\nkeys\n~*\nchannels\n&*\n`), ok('differs')],
    [
      'an unknown password',
      said('NOAUTH Authentication required.\n'),
      { ok: false, fault: { message: expect.stringMatching(/does not tell/) } },
    ],
    ['Redis 5', said('ERR unknown command `ACL`, with args beginning with: `GETUSER`\n'), { ok: false, fault: { code: 'unsupported' } }],
  ])('Redis: %s', (_, executed, expected) => expect(redis.look(account).parse(executed)).toMatchObject(expected));
});

describe('ensureAccount', () => {
  /** A server that keeps one word, and whoever else is at it. */
  function server(kept: string, meanwhile: (put: number) => string | undefined = () => undefined) {
    let puts = 0;
    const state = { kept };
    const run: Run = async (command) => {
      if (command[0] === 'put') state.kept = meanwhile(puts++) ?? 'fits';
      return ok(said(state.kept));
    };
    const program = (name: string, parse: (e: { stdout: string }) => unknown) => () => ({ command: [name], input: '', parse }) as never;
    const dialect: AccountDialect = {
      look: program('look', ({ stdout }) => ok(stdout)),
      put: program('put', () => ok(undefined)),
      drop: program('drop', () => ok(undefined)),
    };
    return { run, dialect, puts: () => puts };
  }

  it('does nothing where it fits, makes what is missing, mends what differs', async () => {
    for (const [kept, puts] of [
      ['fits', 0],
      ['missing', 1],
      ['differs', 1],
    ] as const) {
      const it = server(kept);
      expect(await ensureAccount(it.dialect, account, it.run)).toEqual(ok(kept));
      expect(it.puts()).toBe(puts);
    }
  });

  it('does not believe that it is done until the server says so', async () => {
    const it = server('missing', () => 'differs');
    expect(await ensureAccount(it.dialect, account, it.run)).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining(account.name) },
    });
  });

  it('passes on why it could not look, and drops what is gone by doing nothing', async () => {
    const { dialect, run } = server('missing');
    const away = failed('engine-unreachable', 'later', 'away');
    expect(await ensureAccount(dialect, account, async () => away)).toEqual(away);
    expect(await dropAccount(dialect, account, run)).toEqual(ok(undefined));
  });
});
