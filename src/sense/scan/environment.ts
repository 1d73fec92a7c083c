import type { Resource } from '../../domain/index.ts';
import { engineOf } from './engines.ts';

type Declared = Readonly<Record<string, string>>;
type Templates = Readonly<Record<string, string>>;

/** Stands in templates for a generated password, which is filled in at the last moment. */
export const SECRET = '${secret}';

/** Another login than the declared one. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * The variables by which clients of an engine find it, with `${host}` and `${port}` open; undefined where there is no convention.
 * They log in as declared, or as `login`. Where a password is set but not known here (a secret's file), no URL is made: a wrong one would replace the developer's own.
 */
export function connectionOf({ spec }: Resource, login?: Login): Templates | undefined {
  if (spec.type !== 'compose' && spec.type !== 'docker') return undefined;
  const engine = engineOf(spec.image, spec.type === 'compose' ? spec.service : '');
  return engine && CONNECTIONS[engine.name]?.(spec.environment, login);
}

const CONNECTIONS: Readonly<Record<string, (declared: Declared, login?: Login) => Templates>> = {
  postgres,
  mysql,
  redis: (declared, login) =>
    withUrl('REDIS_URL', {
      scheme: 'redis',
      user: login?.user ?? '',
      password: login?.password ?? redisPasswordOf(declared),
      known: login !== undefined || !declared.REDIS_PASSWORD_FILE,
      path: '',
    }),
  mongo: (declared) => {
    const user = declared.MONGO_INITDB_ROOT_USERNAME;
    const password = declared.MONGO_INITDB_ROOT_PASSWORD;
    const path = user ? '/?authSource=admin' : '';
    return withUrl('MONGODB_URI', {
      scheme: 'mongodb',
      user: user ?? '',
      password,
      known: !declared.MONGO_INITDB_ROOT_PASSWORD_FILE,
      path,
    });
  },
  rabbitmq: (declared) => {
    const user = declared.RABBITMQ_DEFAULT_USER ?? '';
    return withUrl('AMQP_URL', { scheme: 'amqp', user, password: declared.RABBITMQ_DEFAULT_PASS, known: true, path: '' });
  },
  nats: () => ({ NATS_URL: 'nats://${host}:${port}' }),
};

/** Of the default user; undefined: none is declared. */
export const redisPasswordOf = (declared: Declared): string | undefined =>
  (declared.REDIS_PASSWORD ?? declared.VALKEY_PASSWORD ?? declared.REDISCLI_AUTH) || undefined;

/** The declared superuser of a PostgreSQL image, and its database. */
export function postgresOwnerOf(declared: Declared): { readonly owner: string; readonly database: string } {
  const owner = declared.POSTGRES_USER || 'postgres';
  return { owner, database: declared.POSTGRES_DB || owner };
}

function postgres(declared: Declared, login?: Login): Templates {
  const { owner, database } = postgresOwnerOf(declared);
  const user = login?.user ?? owner;
  const password = login?.password ?? declared.POSTGRES_PASSWORD;
  const known = Boolean(password) || declared.POSTGRES_HOST_AUTH_METHOD === 'trust';
  return {
    ...withUrl('DATABASE_URL', { scheme: 'postgres', user, password, known, path: `/${encodeURIComponent(database)}` }),
    PGHOST: '${host}',
    PGPORT: '${port}',
    PGUSER: user,
    ...(password ? { PGPASSWORD: password } : {}),
    PGDATABASE: database,
  };
}

function mysql(declared: Declared, login?: Login): Templates {
  const of = (name: string): string | undefined => declared[`MYSQL_${name}`] ?? declared[`MARIADB_${name}`];
  const user = login?.user ?? (of('USER') || 'root');
  const password = login?.password ?? (user === 'root' ? of('ROOT_PASSWORD') : of('PASSWORD'));
  const known = Boolean(password) || Boolean(of('ALLOW_EMPTY_PASSWORD') ?? of('ALLOW_EMPTY_ROOT_PASSWORD'));
  return {
    ...withUrl('DATABASE_URL', { scheme: 'mysql', user, password, known, path: `/${encodeURIComponent(of('DATABASE') ?? '')}` }),
    MYSQL_HOST: '${host}',
    MYSQL_TCP_PORT: '${port}',
  };
}

interface Target {
  readonly scheme: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly known: boolean;
  readonly path: string;
}

function withUrl(variable: string, { scheme, user, password, known, path }: Target): Templates {
  if (!known) return {};
  const secret = password ? `:${password === SECRET ? SECRET : encodeURIComponent(password)}` : '';
  const login = user || secret ? `${encodeURIComponent(user)}${secret}@` : '';
  return { [variable]: `${scheme}://${login}\${host}:\${port}${path}` };
}
