import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../../domain/index.ts';
import { currentContext, DEFAULT_CONTEXT, readContext, readTls } from './contexts.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { type UsualSocket, usualSockets } from './usualSockets.ts';

/** What the developer's settings say; all else is as for the docker command. */
export interface EngineWish {
  /** An endpoint such as `ssh://me@there`; before everything else. */
  readonly host?: string;
  /** The name of a Docker context. */
  readonly context?: string;
  /** Default: this process's. */
  readonly environment?: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The engine that was chosen. */
export interface Chosen {
  readonly endpoint: Endpoint;
  /** By which way and why, for people; without the names of machines, users and paths. */
  readonly because: string;
  /** What the docker, compose and dev container commands need in their environment to reach the same engine. */
  readonly tools: Readonly<Record<string, string>>;
}

/**
 * The engine as the docker command finds it (`DOCKER_HOST`, then `DOCKER_CONTEXT`, then `docker context use`), with the settings before that,
 * and after it the usual places of this machine: the first at which something listens.
 */
export async function chooseEngine(wish: EngineWish): Promise<Result<Chosen>> {
  const environment = wish.environment ?? process.env;
  const folder = environment.DOCKER_CONFIG || join(homedir(), '.docker');
  if (wish.host) {
    const endpoint = parseEndpoint(wish.host, '`prewarm.docker.host`', await tlsOf(environment, folder));
    return chosen(endpoint, 'the setting `prewarm.docker.host` names it', { DOCKER_HOST: wish.host, DOCKER_CONTEXT: '' });
  }
  // “default” is what the docker command says for “no context”.
  if (wish.context && wish.context !== DEFAULT_CONTEXT) {
    const endpoint = await readContext(folder, wish.context, '`prewarm.docker.context`');
    return chosen(endpoint, 'the setting `prewarm.docker.context` names its context', { DOCKER_CONTEXT: wish.context, DOCKER_HOST: '' });
  }
  if (environment.DOCKER_HOST && !wish.context) {
    const endpoint = parseEndpoint(environment.DOCKER_HOST, 'DOCKER_HOST', await tlsOf(environment, folder));
    return chosen(endpoint, 'DOCKER_HOST names it', {});
  }
  const named = wish.context ? undefined : environment.DOCKER_CONTEXT || (await currentContext(folder));
  if (named && named !== DEFAULT_CONTEXT) {
    const source = environment.DOCKER_CONTEXT ? 'DOCKER_CONTEXT' : '`docker context use`';
    return chosen(await readContext(folder, named, source), `${source} set its context`, {});
  }
  return usual(environment, wish.context ? { DOCKER_HOST: '', DOCKER_CONTEXT: DEFAULT_CONTEXT } : {});
}

function chosen(endpoint: Result<Endpoint>, because: string, tools: Readonly<Record<string, string>>): Result<Chosen> {
  return endpoint.ok ? ok({ endpoint: endpoint.value, because, tools: { ...tools, ...NEVER_ASKS } }) : endpoint;
}

/** The tools start ssh by themselves; there is nobody at a terminal whom it could ask. */
const NEVER_ASKS = { SSH_ASKPASS_REQUIRE: 'never' };

async function tlsOf(environment: Environment, folder: string) {
  if (!environment.DOCKER_TLS_VERIFY && !environment.DOCKER_TLS) return undefined;
  return (await readTls(environment.DOCKER_CERT_PATH || folder, !environment.DOCKER_TLS_VERIFY)) ?? {};
}

async function usual(environment: Environment, byDefault: Readonly<Record<string, string>>): Promise<Result<Chosen>> {
  const sockets = usualSockets({ platform: process.platform, home: homedir(), environment });
  // One connection each, all at once: who is not there says so at once.
  const listening = await Promise.all(sockets.map(({ path }) => listens(path)));
  const found = sockets.find((_, i) => listening[i]);
  const socket = found ?? (sockets.find(({ of }) => of === 'Docker') as UsualSocket);
  const because = found ? `it listens where ${found.of} usually does` : 'nothing listens where engines usually do';
  const endpoint: Endpoint = { by: 'socket', path: socket.path };
  const isTheirs = socket.of === 'Docker';
  const scheme = process.platform === 'win32' ? 'npipe' : 'unix';
  return ok({ endpoint, because, tools: isTheirs ? byDefault : { DOCKER_HOST: `${scheme}://${socket.path}`, DOCKER_CONTEXT: '' } });
}

const LISTENS_WITHIN_MS = 300;

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: LISTENS_WITHIN_MS });
    const say = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
    socket.once('timeout', () => say(false));
  });
}
