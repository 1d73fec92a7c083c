import type { ResourceKind } from '../../domain/index.ts';

/** By the image's last path part without tag, then by the service's name. The first line that fits wins. */
const KINDS: readonly (readonly [ResourceKind, RegExp])[] = [
  [
    'admin',
    /^(pgadmin4?|adminer|phpmyadmin|mongo-express|redis-?(commander|insight)|kafka-ui|akhq|kafdrop|cloudbeaver|portainer(-ce)?|dozzle|mailhog|mailpit|maildev|mailcatcher|flower|kibana|dashboards?|opensearch-dashboards|elasticvue|rabbitmq-management|temporal-ui|pghero)$/,
  ],
  [
    'observability',
    /^(prometheus|grafana|loki|promtail|tempo|mimir|alertmanager|jaeger.*|zipkin.*|opentelemetry-collector.*|otel-collector.*|otel|otelcol|node-exporter|cadvisor|.*[-_]exporter|fluentd|fluent-bit|vector|logstash|filebeat|metricbeat|statsd|graphite.*|sentry.*|seq|telegraf|collector|datadog-agent|agent)$/,
  ],
  [
    'database',
    /^(postgres(ql)?|postgis|pgvector|timescaledb(-ha)?|supabase-postgres|mysql(-server)?|mariadb|percona.*|mongo(db)?(-community-server)?|cockroach(db)?|clickhouse(-server)?|cassandra|scylla|mssql|sqlserver|server:.*|azure-sql-edge|oracle.*|neo4j|arangodb|influxdb|couchdb|couchbase|dynamodb(-local)?|surrealdb|dgraph|questdb|rqlite|tidb|yugabyte|db2|edgedb|firebird|rethinkdb|orientdb|db|database|pg|crate|trino|presto|duckdb|spanner-emulator|cloud-spanner-emulator)$/,
  ],
  ['cache', /^(redis(-stack(-server)?)?|valkey|memcached?|keydb|dragonfly(db)?|garnet|cache|varnish|hazelcast|ignite)$/],
  [
    'queue',
    /^(rabbitmq|cp-kafka|kafka|redpanda|nats(-streaming)?|pulsar|activemq(-artemis)?|artemis|emqx|mosquitto|eclipse-mosquitto|zookeeper|cp-zookeeper|elasticmq(-native)?|nsq|beanstalkd|queue|broker|mq|schema-registry|cp-schema-registry|kafka-connect|temporal|auto-setup)$/,
  ],
  [
    'search',
    /^(elasticsearch|opensearch|meilisearch|typesense|solr|qdrant|weaviate|milvus|chroma|manticore|zincsearch|sonic|search|quickwit|vespa)$/,
  ],
  ['object-store', /^(minio|localstack|azurite|seaweedfs|fake-gcs-server|s3mock|adobe-s3mock|s3ninja|ceph|garage|zenko|s3|storage)$/],
  [
    'proxy',
    /^(nginx(-proxy)?|traefik|caddy|haproxy|envoy|kong|apisix|httpd|apache|proxy|gateway|reverse-proxy|swag|squid|krakend|ingress|lb|loadbalancer|nginx-proxy-manager|oauth2-proxy|openresty)$/,
  ],
  [
    'job',
    /^(migrate|migrations?|migrator|flyway|liquibase|db-migrate|seed(er)?|init|setup|bootstrap|certbot|.*[-_](migrate|migrations?|migrator|init|setup|seed|bootstrap)|createbuckets|mc|wait-for.*|wait|fixtures|backup)$/,
  ],
  ['secret', /^(vault|infisical)$/],
];

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

export function classify(image: string | undefined, service: string, once: 'once' | 'serves'): ResourceKind {
  const imageName = image
    ?.replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
    .split('/')
    .at(-1)
    ?.toLowerCase();
  const byImage = imageName ? KINDS.find(([, pattern]) => pattern.test(imageName))?.[0] : undefined;
  const byName = KINDS.find(([, pattern]) => pattern.test(service.toLowerCase()))?.[0];
  // A migration often runs the database's own image, and a one-shot is a job whatever its image.
  if (byName === 'job' || once === 'once') return 'job';
  return byImage ?? byName ?? 'service';
}

/** Before anything was measured, bytes. */
export const memoryGuess = (kind: ResourceKind): number => (MEMORY[kind] ?? 250) * MEGABYTE;
