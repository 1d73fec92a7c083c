import { expect, it } from 'vitest';
import { scan } from '../../../src/sense/scan/scan.ts';

function environment(service: string): Readonly<Record<string, string>> | undefined {
  const { environment } = scan({ name: 's', folder: '/s' }, [{ path: 'compose.yaml', text: `services: { x: ${service} }` }]);
  return environment['compose:s/x'];
}

it.each([
  [
    '{ image: postgres, environment: { POSTGRES_PASSWORD: "p@ss w" } }',
    { DATABASE_URL: 'postgres://postgres:p%40ss%20w@${host}:${port}/postgres' },
  ],
  [
    '{ image: postgres, environment: { POSTGRES_HOST_AUTH_METHOD: trust } }',
    { DATABASE_URL: 'postgres://postgres@${host}:${port}/postgres' },
  ],
  ['{ image: mysql, environment: { MYSQL_ROOT_PASSWORD: r, MYSQL_DATABASE: d } }', { DATABASE_URL: 'mysql://root:r@${host}:${port}/d' }],
  [
    '{ image: mariadb, environment: { MARIADB_USER: u, MARIADB_PASSWORD: p } }',
    { DATABASE_URL: 'mysql://u:p@${host}:${port}/', MYSQL_HOST: '${host}' },
  ],
  ['{ image: "redis:7" }', { REDIS_URL: 'redis://${host}:${port}' }],
  ['{ image: "redis:7", command: redis-server --requirepass "pw" }', { REDIS_URL: 'redis://:pw@${host}:${port}' }],
  ['{ image: "redis:7", command: [redis-server, --requirepass, pw] }', { REDIS_URL: 'redis://:pw@${host}:${port}' }],
  ['{ image: mongo }', { MONGODB_URI: 'mongodb://${host}:${port}' }],
  [
    '{ image: mongo, environment: { MONGO_INITDB_ROOT_USERNAME: u, MONGO_INITDB_ROOT_PASSWORD: p } }',
    { MONGODB_URI: 'mongodb://u:p@${host}:${port}/?authSource=admin' },
  ],
  ['{ image: rabbitmq, environment: { RABBITMQ_DEFAULT_USER: u, RABBITMQ_DEFAULT_PASS: p } }', { AMQP_URL: 'amqp://u:p@${host}:${port}' }],
  ['{ image: nats }', { NATS_URL: 'nats://${host}:${port}' }],
])('clients of %s', (service, expected) => expect(environment(service)).toMatchObject(expected));

it.each([
  '{ image: postgres, environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db } }',
  '{ image: mysql, environment: { MYSQL_ROOT_PASSWORD_FILE: /run/secrets/db } }',
])('%s gets no URL, for its password is not known', (service) => {
  expect(environment(service)).not.toHaveProperty('DATABASE_URL');
  expect(environment(service)).not.toHaveProperty('PGPASSWORD');
});

it('things without a convention get nothing', () => expect(environment('{ image: nginx }')).toBeUndefined());
