import type { Resource } from '../../domain/index.ts';
import { engineOf } from './engines.ts';

type Declared = Readonly<Record<string, string>>;
type Templates = Readonly<Record<string, string>>;

/**
 * The variables by which clients of an engine find it, with `${host}` and `${port}` open; undefined where there is no convention.
 * Where a password is set but not known here (a secret's file), no URL is made: a wrong one would replace the developer's own.
 */
export function connectionOf({ spec }: Resource): Templates | undefined {
  if (spec.type !== 'compose' && spec.type !== 'docker') return undefined;
  const engine = engineOf(spec.image, spec.type === 'compose' ? spec.service : '');
  return engine && CONNECTIONS[engine.name]?.(spec.environment);
}

const CONNECTIONS: Readonly<Record<string, (declared: Declared) => Templates>> = {
  postgres,
  mysql,
  redis: (declared) => {
    const password = declared.REDIS_PASSWORD ?? declared.VALKEY_PASSWORD ?? declared.REDISCLI_AUTH;
    return withUrl('REDIS_URL', {
      scheme: 'redis',
      user: '',
      password: password || undefined,
      known: !declared.REDIS_PASSWORD_FILE,
      path: '',
    });
  },
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

function postgres(declared: Declared): Templates {
  const user = declared.POSTGRES_USER || 'postgres';
  const database = declared.POSTGRES_DB || user;
  const password = declared.POSTGRES_PASSWORD;
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

function mysql(declared: Declared): Templates {
  const of = (name: string): string | undefined => declared[`MYSQL_${name}`] ?? declared[`MARIADB_${name}`];
  const user = of('USER') || 'root';
  const password = user === 'root' ? of('ROOT_PASSWORD') : of('PASSWORD');
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
  const secret = password ? `:${encodeURIComponent(password)}` : '';
  const login = user || secret ? `${encodeURIComponent(user)}${secret}@` : '';
  return { [variable]: `${scheme}://${login}\${host}:\${port}${path}` };
}
