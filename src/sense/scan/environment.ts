import type { Resource } from '../../domain/index.ts';

/** The variables by which clients of an engine find it, with `${host}` and `${port}` open; undefined where there is no convention. */
export function connectionOf({ spec }: Resource): Readonly<Record<string, string>> | undefined {
  if (spec.type !== 'compose' && spec.type !== 'docker') return undefined;
  const image =
    (spec.image ?? '')
      .replace(/[:@].*$/, '')
      .split('/')
      .at(-1) ?? '';
  const env = spec.environment;
  if (/^(postgres|postgis|pgvector|timescaledb)/.test(image)) {
    const user = env.POSTGRES_USER ?? 'postgres';
    const database = env.POSTGRES_DB ?? user;
    return postgres(user, env.POSTGRES_PASSWORD ?? '', database);
  }
  if (/^(mysql|mariadb)/.test(image)) {
    const user = env.MYSQL_USER ?? env.MARIADB_USER ?? 'root';
    const password = env.MYSQL_PASSWORD ?? env.MARIADB_PASSWORD ?? env.MYSQL_ROOT_PASSWORD ?? '';
    return {
      DATABASE_URL: url('mysql', user, password, env.MYSQL_DATABASE ?? env.MARIADB_DATABASE ?? ''),
      MYSQL_HOST: '${host}',
      MYSQL_TCP_PORT: '${port}',
    };
  }
  if (/^(redis|valkey|keydb|dragonfly)/.test(image)) return { REDIS_URL: 'redis://${host}:${port}' };
  if (/^mongo/.test(image)) return { MONGODB_URI: 'mongodb://${host}:${port}' };
  if (/^rabbitmq/.test(image)) return { AMQP_URL: 'amqp://${host}:${port}' };
  return undefined;
}

function postgres(user: string, password: string, database: string): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: url('postgres', user, password, database),
    PGHOST: '${host}',
    PGPORT: '${port}',
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  };
}

function url(scheme: string, user: string, password: string, path: string): string {
  const secret = password ? `:${encodeURIComponent(password)}` : '';
  return `${scheme}://${encodeURIComponent(user)}${secret}@\${host}:\${port}/${path}`;
}
