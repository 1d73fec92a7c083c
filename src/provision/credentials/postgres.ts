import { failed, ok, type Result } from '../../domain/index.ts';
import type { Executed } from '../provider.ts';
import { type Account, type AccountDialect, type AccountState, refusal } from './account.ts';
import { scramVerifier, scramVerifies } from './scram.ts';

export interface PostgresTarget {
  /** The declared superuser: psql comes as it over the local socket, and our role acts as it. */
  readonly owner: string;
  readonly database: string;
  /** Sixteen fresh bytes for each verifier. */
  readonly salt: () => Uint8Array;
}

/** SCRAM came with PostgreSQL 10; an older server would take the verifier for the password itself. */
const LEAST_VERSION = 100_000;

/** Only verifiers are sent, and those stay out of the server's log as well, however much it logs. */
const UNLOGGED = "set log_statement = 'none'; set log_min_error_statement = 'panic'; set log_min_duration_statement = -1;";

/**
 * A role of PostgreSQL that logs in by a password of its own and then acts as the declared user (`alter role … set role`): what it makes
 * belongs to that user, so migrations work as before, and it may no less and no more.
 */
export function postgresAccounts({ owner, database, salt }: PostgresTarget): AccountDialect {
  const command = ['psql', '-XqAtw', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=terse', `--username=${owner}`, `--dbname=${database}`];
  // `\q`: where a connection can't be half closed, the end of the input would never be seen.
  const program = <T>(sql: string, parse: (executed: Executed) => Result<T>) => ({ command, input: `${sql}\n\\q\n`, parse });
  return {
    look: (account) => program(lookup(account.name, owner), (executed) => stateOf(executed, account)),
    put: (account, state) => program(placement(account, owner, state, salt()), done),
    drop: ({ name }) => program(removal(name, owner), done),
  };
}

function lookup(name: string, owner: string): string {
  const role = literal(name);
  return `select json_build_object('version', current_setting('server_version_num')::int, 'role', (
  select json_build_object(
    'verifier', a.rolpassword,
    'whole', a.rolcanlogin and pg_has_role(a.oid, ${literal(owner)}, 'member') and exists (
      select from pg_db_role_setting s where s.setrole = a.oid and s.setdatabase = 0 and 'role=' || ${literal(owner)} = any (s.setconfig)))
  from pg_authid a where a.rolname = ${role}));`;
}

interface Seen {
  readonly version: number;
  readonly role: { readonly verifier: string | null; readonly whole: boolean } | null;
}

function stateOf(executed: Executed, { password }: Account): Result<AccountState> {
  const answered = done(executed);
  if (!answered.ok) return answered;
  const { version, role } = JSON.parse(executed.stdout) as Seen;
  if (version < LEAST_VERSION) return failed('unsupported', 'never', 'PostgreSQL before 10 does not know SCRAM passwords');
  if (!role) return ok('missing');
  return ok(role.whole && scramVerifies(role.verifier ?? '', password) ? 'fits' : 'differs');
}

function placement({ name, password }: Account, owner: string, state: AccountState, salt: Uint8Array): string {
  const role = identifier(name);
  return [
    UNLOGGED,
    'begin;',
    `${state === 'missing' ? 'create' : 'alter'} role ${role} login password ${literal(scramVerifier(password, salt))};`,
    `grant ${identifier(owner)} to ${role};`,
    `alter role ${role} set role = ${literal(owner)};`,
    'commit;',
  ].join('\n');
}

function removal(name: string, owner: string): string {
  const role = identifier(name);
  return `begin;\nreassign owned by ${role} to ${identifier(owner)};\ndrop owned by ${role};\ndrop role ${role};\ncommit;`;
}

function done(executed: Executed): Result<void> {
  if (executed.code === 0) return ok(undefined);
  if (/permission denied/.test(executed.stderr))
    return failed('unsupported', 'never', 'its declared user is no superuser, so it cannot make roles');
  return refusal(executed, 'psql');
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** Read alike whatever `standard_conforming_strings` is. */
const literal = (text: string): string => `E'${text.replace(/['\\]/g, '\\$&')}'`;
