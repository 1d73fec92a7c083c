import { imageName } from './image.ts';

/** What the scan knows of an engine: how to tell it, its clients' port and what its clients are called. */
export interface Engine {
  readonly name: string;
  readonly images: RegExp;
  readonly port: number;
  /** Client programs: running one is using the engine. */
  readonly programs: readonly string[];
  /** What source code of its clients mentions: a package, an import, a driver class. */
  readonly code: RegExp;
}

export const ENGINES: readonly Engine[] = [
  {
    name: 'postgres',
    images: /^(postgres(ql)?|postgis|pgvector|timescaledb|timescaledb-ha|alloydb.*|citus|pgvecto-rs|spilo.*)$/,
    port: 5432,
    programs: ['psql', 'pg_dump', 'pg_restore', 'pgcli', 'pgbench', 'createdb', 'dropdb', 'createuser'],
    code: /['"](pg|pg-promise|postgres|slonik|@prisma\/client|typeorm|knex|sequelize|drizzle-orm\/(node-postgres|postgres-js)|kysely)['"]|\b(psycopg[23]?|asyncpg|pg8000|tokio_postgres|Npgsql|Postgrex|postgrex)\b|postgresql\+\w+:|django\.db\.backends\.postgresql|lib\/pq\b|jackc\/pgx|org\.postgresql|sqlx::(postgres|PgPool)|diesel::pg|gorm\.io\/driver\/postgres/,
  },
  {
    name: 'mysql',
    images: /^(mysql|mysql-server|mariadb|percona.*)$/,
    port: 3306,
    programs: ['mysql', 'mysqldump', 'mariadb', 'mariadb-dump', 'mycli'],
    code: /['"](mysql2?|mariadb|mysql2\/promise)['"]|\b(pymysql|mysqlclient|MySQLdb|aiomysql|mysql\.connector)\b|mysql\+\w+:|django\.db\.backends\.mysql|go-sql-driver\/mysql|com\.mysql|org\.mariadb|gorm\.io\/driver\/mysql/,
  },
  {
    name: 'redis',
    images: /^(redis|redis-stack|redis-stack-server|valkey|keydb|dragonfly)$/,
    port: 6379,
    programs: ['redis-cli', 'redis-benchmark', 'valkey-cli', 'iredis'],
    code: /['"](redis|ioredis|bullmq|bull|connect-redis)['"]|^\s*(import|from) (redis|aioredis)\b|redis\/go-redis|go-redis\/redis|gomodule\/redigo|redis\.clients|io\.lettuce|StackExchange\.Redis|\buse redis::|\bRedis\.new\b|Sidekiq/m,
  },
  {
    name: 'mongo',
    images: /^(mongo|mongodb|mongodb-community-server)$/,
    port: 27017,
    programs: ['mongosh', 'mongo', 'mongodump', 'mongorestore', 'mongoimport', 'mongoexport'],
    code: /['"](mongodb|mongoose)['"]|\b(pymongo|motor\.motor_asyncio|mongoengine|MongoClient|Mongoid)\b|go\.mongodb\.org|com\.mongodb/,
  },
  {
    name: 'rabbitmq',
    images: /^rabbitmq$/,
    port: 5672,
    programs: ['rabbitmqctl', 'rabbitmqadmin'],
    code: /['"](amqplib|amqp-connection-manager|rhea)['"]|\b(pika|aio_pika)\b|amqp091-go|streadway\/amqp|com\.rabbitmq/,
  },
  {
    name: 'kafka',
    images: /^(cp-kafka|kafka|kafka-native|redpanda)$/,
    port: 9092,
    programs: ['kcat', 'kafkacat', 'rpk'],
    code: /['"](kafkajs|node-rdkafka)['"]|\b(confluent_kafka|aiokafka)\b|segmentio\/kafka-go|IBM\/sarama|org\.apache\.kafka/,
  },
  {
    name: 'nats',
    images: /^nats(-streaming)?$/,
    port: 4222,
    programs: ['nats'],
    code: /['"]nats['"]|nats-io\/nats\.go|^\s*import nats\b/m,
  },
  {
    name: 'elasticsearch',
    images: /^(elasticsearch|opensearch)$/,
    port: 9200,
    programs: [],
    code: /['"]@(elastic\/elasticsearch|opensearch-project\/opensearch)['"]|^\s*(import|from) (elasticsearch|opensearchpy)\b|elastic\/go-elasticsearch/m,
  },
  {
    name: 'memcached',
    images: /^memcached$/,
    port: 11211,
    programs: [],
    code: /['"](memjs|memcached)['"]|\b(pymemcache|pylibmc)\b|gomemcache/,
  },
  {
    name: 'minio',
    images: /^(minio|localstack)$/,
    port: 9000,
    programs: ['awslocal'],
    code: /['"]minio['"]|minio-go|^\s*(import|from) minio\b/m,
  },
];

/** The engine that an image runs, or, where a service names none, that its own name says. */
export function engineOf(image: string | undefined, service: string): Engine | undefined {
  const name = imageName(image)?.name;
  return ENGINES.find((e) =>
    name === undefined
      ? service
          .toLowerCase()
          .split(/[-_]/)
          .some((w) => e.images.test(w))
      : e.images.test(name),
  );
}

/** LocalStack serves everything on one port of its own. */
export function clientPort(image: string | undefined): number | undefined {
  return imageName(image)?.name === 'localstack' ? 4566 : engineOf(image, '')?.port;
}
