import type { Addition, Port, Probe, Resource, ResourceId } from '../domain/index.ts';
import { classify, memoryGuess } from './scan/classify.ts';
import { engineOf } from './scan/engines.ts';
import { imageName } from './scan/image.ts';

/** What is known of an engine that may be added by hand. */
interface Entry {
  /** As `ENGINES` of the scan calls it. */
  readonly engine: string;
  readonly image: string;
  readonly port: number;
  /** Run inside; without one, its port tells that it is ready. */
  readonly probe?: readonly string[];
  /** Of an engine for development that listens on loopback only. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly timeoutMs?: number;
}

const PASSWORD = 'prewarm';

const ENTRIES: readonly Entry[] = [
  {
    engine: 'postgres',
    image: 'postgres:16',
    port: 5432,
    // By TCP: the server that runs the init files listens on its socket only.
    probe: ['pg_isready', '-h', '127.0.0.1', '-U', 'postgres'],
    environment: { POSTGRES_PASSWORD: PASSWORD },
  },
  {
    engine: 'mysql',
    image: 'mysql:8',
    port: 3306,
    probe: ['mysqladmin', 'ping', '-h', '127.0.0.1', '-uroot', `-p${PASSWORD}`],
    environment: { MYSQL_ROOT_PASSWORD: PASSWORD },
  },
  { engine: 'redis', image: 'redis:7', port: 6379, probe: ['redis-cli', 'ping'] },
  { engine: 'mongo', image: 'mongo:7', port: 27017 },
  {
    engine: 'rabbitmq',
    image: 'rabbitmq:3',
    port: 5672,
    probe: ['rabbitmq-diagnostics', '-q', 'check_port_connectivity'],
    timeoutMs: 120_000,
  },
  { engine: 'nats', image: 'nats:2', port: 4222 },
  { engine: 'memcached', image: 'memcached:1', port: 11211 },
  {
    engine: 'elasticsearch',
    image: 'elasticsearch:8.19.0',
    port: 9200,
    environment: { 'discovery.type': 'single-node', 'xpack.security.enabled': 'false' },
    timeoutMs: 180_000,
  },
  {
    engine: 'minio',
    image: 'minio/minio:latest',
    port: 9000,
    environment: { MINIO_ROOT_USER: PASSWORD, MINIO_ROOT_PASSWORD: `${PASSWORD}-${PASSWORD}` },
    command: ['server', '/data'],
  },
];

const PROBE_MS = 60_000;

/** What can be added by name. */
export const CATALOGUE: readonly Addition[] = ENTRIES.map(({ engine, image, port }) => ({
  name: engine,
  image,
  port,
  memoryBytes: memoryOf(image),
}));

/** An image that engines take: `registry/team/name:tag@digest`, and a tag or digest of the usual form. */
export const isImage = (image: string): boolean =>
  image.length <= 255 &&
  imageName(image) !== undefined &&
  /^[a-z0-9]+([._-]+[a-z0-9]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/.test(image);
export const isAdditionName = (name: string): boolean => /^[a-z0-9][a-z0-9_.-]{0,62}$/.test(name);

/** Before it was measured, bytes. */
export function memoryOf(image: string): number {
  return memoryGuess(classify({ image, service: '', runs: 'on' }));
}

/** The port on which clients of an image find it, where its engine is known. */
export const clientPortOf = (image: string): number | undefined => entryOf(image)?.port ?? engineOf(image, '')?.port;

export const additionId = (workspace: string, name: string): ResourceId => `docker:${workspace}/${name}`;

/** The container that an addition asks for. */
export function resourceOf(id: ResourceId, { name, image, port, hostPort, memoryBytes }: Addition): Resource {
  const known = entryOf(image);
  return {
    id,
    name,
    kind: classify({ image, service: name, runs: 'on' }),
    provider: 'docker',
    declaredIn: 'the workflow editor',
    ports: port === undefined ? [] : [portOf(port, hostPort)],
    dependsOn: [],
    probe: probeOf(image, known, port),
    spec: {
      type: 'docker',
      image,
      environment: known?.environment ?? {},
      ...(known?.command && imageName(image)?.name === imageName(known.image)?.name ? { command: known.command } : {}),
    },
    memoryBytes,
  };
}

const portOf = (container: number, host: number | undefined): Port => ({
  container,
  ...(host === undefined ? {} : { host }),
  protocol: 'tcp',
});

/** An engine's other makers may not have its programs. */
function probeOf(image: string, known: Entry | undefined, port: number | undefined): Probe {
  const timeoutMs = known?.timeoutMs ?? PROBE_MS;
  if (known?.probe && imageName(image)?.name === imageName(known.image)?.name) return { type: 'command', command: known.probe, timeoutMs };
  return port === undefined ? { type: 'health', timeoutMs } : { type: 'port', port, timeoutMs };
}

/** By the image's engine, whatever its maker or tag. */
function entryOf(image: string): Entry | undefined {
  const engine = engineOf(image, '')?.name;
  return ENTRIES.find((e) => e.engine === engine);
}
