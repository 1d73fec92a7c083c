import { userInfo } from 'node:os';
import { failed, ok, type Result } from '../../domain/index.ts';

/** A server of this machine that can stand in for a container of these images. */
export interface LocalServer {
  readonly image: RegExp;
  readonly program: string;
  readonly containerPort: number;
  /** What it says of itself: `--version` and the like. */
  readonly versionArgs: readonly string[];
  /** Asked over its port; it serves once the answer fits. */
  readonly ping: { readonly send: string; readonly answer: RegExp };
  /** From the declared command and environment, to a start that listens on loopback only; what can't be carried over is a fault. */
  start(declared: Declared, place: Place): Result<Start>;
}

export interface Declared {
  /** Without registry, tag and digest. */
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Place {
  readonly port: number;
  /** Absolute. */
  readonly dataFolder: string;
  readonly configFile: string;
}

export interface Start {
  readonly args: readonly string[];
  /** Written for this user alone, since it may hold a password, which arguments would show to everybody. */
  readonly config?: string;
}

const redis: LocalServer = {
  image: /^(?:library\/|bitnami\/)?redis$/,
  program: 'redis-server',
  containerPort: 6379,
  versionArgs: ['--version'],
  ping: { send: 'PING\r\n', answer: /^(?:\+PONG|-NOAUTH)/ },
  start: ({ image, command, environment }, { port, dataFolder, configFile }) => {
    const options = redisOptions(command);
    if (!options.ok) return options;
    // Only this image takes it from there.
    const password = image.startsWith('bitnami/') ? environment.REDIS_PASSWORD : undefined;
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      'daemonize no',
      `dir ${quoted(dataFolder)}`,
      ...(password ? [`requirepass ${quoted(password)}`] : []),
      ...options.value,
    ];
    return ok({ args: [configFile], config: `${lines.join('\n')}\n` });
  },
};

const memcached: LocalServer = {
  image: /^(?:library\/|bitnami\/)?memcached$/,
  program: 'memcached',
  containerPort: 11211,
  versionArgs: ['-V'],
  ping: { send: 'version\r\n', answer: /^VERSION/ },
  start: ({ command }, { port }) => {
    const options = memcachedOptions(command);
    // It refuses to run as root unless told to.
    const asRoot = process.getuid?.() === 0 ? ['-u', userInfo().username] : [];
    return options.ok ? ok({ args: ['-l', '127.0.0.1', '-p', String(port), '-U', '0', ...asRoot, ...options.value] }) : options;
  },
};

export const LOCAL_SERVERS: readonly LocalServer[] = [redis, memcached];

/** The image's name without Docker Hub, tag and digest; of another registry, nothing is known of what is in it. */
export const imageName = (image: string): string => image.replace(/[:@][^/]*$/, '').replace(/^docker\.io\//, '');

/** Where it listens, stays and keeps its data is ours to say. */
const REDIS_OURS = new Set(['port', 'bind', 'dir', 'daemonize', 'protected-mode', 'logfile', 'pidfile']);
const REDIS_CARRIED = new Set(
  'requirepass maxmemory maxmemory-policy maxmemory-samples appendonly appendfsync save databases loglevel notify-keyspace-events timeout tcp-keepalive maxclients lazyfree-lazy-eviction'.split(
    ' ',
  ),
);

/** `redis-server --save 60 1 --requirepass x`: a flag takes the words up to the next. */
function redisOptions(command: readonly string[]): Result<readonly string[]> {
  const [program, ...rest] = command;
  if (program === undefined) return ok([]);
  if (program !== 'redis-server') return cannot(program);
  const lines: string[] = [];
  for (let at = 0; at < rest.length; ) {
    const flag = rest[at++] as string;
    const values: string[] = [];
    while (at < rest.length && !rest[at]?.startsWith('--')) values.push(rest[at++] as string);
    const name = flag.replace(/^--/, '');
    if (!flag.startsWith('--') || !(REDIS_OURS.has(name) || REDIS_CARRIED.has(name))) return cannot(flag);
    if (REDIS_CARRIED.has(name)) lines.push([name, ...values.map(quoted)].join(' '));
  }
  return ok(lines);
}

/** Of memcached's short flags those with a value; the rest (`-v`) has none. */
const MEMCACHED_OURS = /^(?:-p|-l|-U|-u|-s|--port=.*|--listen=.*)$/;
const MEMCACHED_CARRIED = /^(?:-m|-c|-I|-t|--memory-limit=\d+|--conn-limit=\d+|--max-item-size=\w+|--threads=\d+)$/;

function memcachedOptions(command: readonly string[]): Result<readonly string[]> {
  const rest = command[0] === 'memcached' ? command.slice(1) : command;
  const args: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const flag = rest[at] as string;
    const value = /^-[a-zA-Z]$/.test(flag) && flag !== '-v' ? [rest[++at] ?? ''] : [];
    if (MEMCACHED_CARRIED.test(flag)) args.push(flag, ...value);
    else if (!MEMCACHED_OURS.test(flag) && !/^-v+$/.test(flag)) return cannot(flag);
  }
  return ok(args);
}

/** The value may be a secret, so only the option is named. */
const cannot = (option: string) =>
  failed('unsupported', 'never', `its command has “${option.slice(0, 40)}”, which a server of this machine is not started with`);

/** redis.conf: double quotes, with backslashes for what would end them. */
const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`;
