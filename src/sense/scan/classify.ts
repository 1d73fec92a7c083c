import type { ResourceKind } from '../../domain/index.ts';
import { imageName } from './image.ts';

export interface Classified {
  readonly image: string | undefined;
  readonly service: string;
  /** `once`: it does its work and ends. A one-shot is a job whatever its image: a migration often runs the database's own. */
  readonly runs: 'once' | 'on';
}

/**
 * What a service is, by its image's last path part and then by its own name. Names are read word by word, so that `db_postgres`,
 * `alfresco-activemq` and `es01` are known; the last word may say that it only belongs to the product (`redis-commander`).
 */
export function classify({ image, service, runs }: Classified): ResourceKind {
  if (runs === 'once' || isJobName(service)) return 'job';
  return kindOfImage(image) ?? kindOfService(service) ?? 'service';
}

const MEGABYTE = 2 ** 20;
const MEMORY: Partial<Record<ResourceKind, number>> = {
  database: 150,
  cache: 30,
  queue: 300,
  search: 1000,
  'object-store': 150,
  proxy: 20,
  observability: 200,
  devcontainer: 500,
  admin: 100,
  job: 50,
  dataset: 0,
};

/** Before anything was measured, bytes. */
export const memoryGuess = (kind: ResourceKind): number => (MEMORY[kind] ?? 250) * MEGABYTE;

/** Products, by a word of the image's or the service's name. */
const PRODUCTS = byWord({
  database: `postgres postgresql postgis pgvector timescaledb timescale pgbouncer mysql mariadb percona mongo mongodb ferretdb
    cockroach cockroachdb clickhouse cassandra scylla scylladb mssql sqlserver oracle neo4j memgraph arangodb arangodb3 influxdb couchdb
    couchbase dynamodb surrealdb dgraph questdb rqlite tidb yugabyte yugabytedb db2 edgedb gel firebird rethinkdb orientdb trino
    duckdb etcd qdrant weaviate milvus chromadb immudb spanner libsql sqld aerospike voltdb singlestore greenplum citus xtradb druid`,
  cache: 'redis valkey memcached memcache keydb dragonfly dragonflydb garnet varnish hazelcast infinispan sentinel',
  queue: `rabbitmq kafka redpanda nats pulsar activemq artemis emqx mosquitto vernemq hivemq zookeeper elasticmq nsq nsqd nsqlookupd
    beanstalkd gearmand rocketmq ksqldb zilla`,
  search: 'elasticsearch opensearch meilisearch typesense solr manticore manticoresearch zincsearch zinc quickwit vespa',
  'object-store': 'minio localstack azurite seaweedfs s3mock s3ninja ceph zenko rustfs fakes3 s3proxy',
  proxy: 'nginx traefik caddy haproxy envoy kong apisix squid krakend openresty swag oauth2 httpd tyk pomerium toxiproxy',
  observability: `prometheus grafana loki promtail tempo mimir alertmanager jaeger zipkin opentelemetry otel otelcol cadvisor fluentd
    fluentbit logstash filebeat metricbeat packetbeat heartbeat statsd graphite sentry telegraf victoriametrics thanos pyroscope
    datadog newrelic netdata skywalking signoz openobserve glitchtip alloy pushgateway blackbox parca`,
  admin: `pgadmin pgadmin4 adminer phpmyadmin phppgadmin kafdrop akhq cloudbeaver portainer dozzle kibana elasticvue pghero redisinsight
    cerebro bullboard dbgate pgweb sqlpad nosqlclient`,
  secret: 'vault openbao infisical',
});

/** Names that mean this only as a whole, and only as an image's: as words they are too common. */
const IMAGES: Readonly<Record<string, ResourceKind>> = {
  server: 'service',
  mc: 'job',
  flyway: 'job',
  liquibase: 'job',
  certbot: 'job',
  'auto-setup': 'service',
  'azure-sql-edge': 'database',
  firestore: 'database',
  crate: 'database',
  presto: 'database',
  chroma: 'database',
  ignite: 'cache',
  sonic: 'search',
  garage: 'object-store',
  'fake-gcs-server': 'object-store',
  apache: 'proxy',
  'node-exporter': 'observability',
  'fluent-bit': 'observability',
  vector: 'observability',
  seq: 'observability',
  'cp-schema-registry': 'queue',
  'schema-registry': 'queue',
  'mongo-express': 'admin',
  flower: 'admin',
  dashboards: 'admin',
  'kafka-connect': 'queue',
};
/** Images whose last part says little: the part before it decides. */
const TEAMS: Readonly<Record<string, ResourceKind>> = {
  mssql: 'database',
  oracle: 'database',
  datadog: 'observability',
  grafana: 'observability',
};

/** What a service's own name means where no product is named: `db`, or as its last word, `session-cache`. */
const ROLES = byWord({
  database: 'db database pg sql',
  cache: 'cache',
  queue: 'queue broker mq mqtt messaging',
  search: 'search',
  'object-store': 's3 blobstore storage',
  proxy: 'proxy gateway ingress lb loadbalancer balancer',
  observability: 'metrics monitoring tracing collector telemetry',
  job: 'certbot flyway liquibase',
});

/** The last of several words that says what a thing named after a product really is. */
const ATTACHED = byWord({
  observability: 'exporter metrics',
  admin: 'ui admin commander insight console dashboard dashboards express manager gui webui viewer',
  service: 'api worker workers client meta app web frontend backend consumer producer scheduler bot mailer sync connector studio',
  proxy: 'proxy',
});
const JOB_WORD =
  /^(migrate|migrations?|migrator|seed|seeds|seeder|init|initiali[sz]er|setup|bootstrap|fixtures?|backup|createbuckets?|provision|provisioner)$/;
const JOB_FIRST = /^(wait|create)$/;

function kindOfImage(image: string | undefined): ResourceKind | undefined {
  const parsed = imageName(image);
  if (!parsed) return undefined;
  const words = wordsOf(parsed.name);
  if (parsed.name === 'server' || parsed.name === 'agent') return TEAMS[parsed.team];
  return IMAGES[parsed.name] ?? PRODUCTS.get(parsed.name) ?? attached(words) ?? product(words);
}

function kindOfService(service: string): ResourceKind | undefined {
  const words = wordsOf(service);
  return attached(words) ?? product(words) ?? ROLES.get(words.at(-1) ?? '') ?? ROLES.get(words[0] ?? '');
}

function isJobName(service: string): boolean {
  const words = wordsOf(service);
  const [first = '', last = ''] = [words[0], words.at(-1)];
  return JOB_WORD.test(first) || JOB_WORD.test(last) || (words.length > 1 && JOB_FIRST.test(first));
}

const attached = (words: readonly string[]): ResourceKind | undefined => (words.length > 1 ? ATTACHED.get(words.at(-1) ?? '') : undefined);

function product(words: readonly string[]): ResourceKind | undefined {
  return words.map((word) => PRODUCTS.get(word)).find((kind) => kind !== undefined);
}

/** `solr6` and `kafka-1` are still Solr and Kafka; a number is no word. */
function wordsOf(name: string): readonly string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => (PRODUCTS.has(word) || ROLES.has(word) ? word : word.replace(/\d+$/, '')))
    .filter((word) => word !== '');
}

function byWord(kinds: Partial<Record<ResourceKind, string>>): ReadonlyMap<string, ResourceKind> {
  return new Map(
    Object.entries(kinds).flatMap(([kind, words]) =>
      words.split(/\s+/).map((word): [string, ResourceKind] => [word, kind as ResourceKind]),
    ),
  );
}
