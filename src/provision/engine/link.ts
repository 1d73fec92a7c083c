import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { type Chosen, chooseEngine, type EngineWish } from './choose.ts';
import { type Endpoint, isElsewhere } from './endpoint.ts';
import { createForwards } from './forward.ts';
import { LinkError } from './linkError.ts';
import { createSsh, type Ssh } from './ssh.ts';

/** As many connections at once go through one login; sshd allows ten sessions by default, and ssh logs in anew for more. */
const MOST_SSH = 8;
const IDLE_MS = 60_000;

/** Where a container's port is published on the engine's machine. */
export interface Published {
  readonly ip: string | undefined;
  readonly port: number;
}

/** The way to one engine: shared by the adapters, opened on first need, and again after `close`. */
export interface EngineLink {
  /** Rejects with a `LinkError` where what names the engine is wrong. */
  chosen(): Promise<Chosen>;
  /** How its client connects. */
  connection(): Promise<Docker.DockerOptions>;
  /** It answered: from now on it is this one, even when it goes away and another is there. */
  answered(): void;
  /** It did not answer, and never has: what there is is looked for anew. */
  silent(): void;
  /** The loopback port here that leads to a published port; undefined: none does. */
  portHere(published: Published): Promise<number | undefined>;
  close(): void;
}

export function createEngineLink(wish: EngineWish = {}): EngineLink {
  let choosing: Promise<Way> | undefined;
  let hasAnswered = false;

  const way = (): Promise<Way> => {
    choosing ??= open(wish);
    return choosing;
  };

  return {
    chosen: async () => (await way()).chosen,
    connection: async () => (await way()).connection,
    answered() {
      hasAnswered = true;
    },
    silent() {
      if (hasAnswered || !choosing) return;
      void choosing.then(({ close }) => close()).catch(() => {});
      choosing = undefined;
    },
    portHere: async (published) => (await way()).portHere(published),
    close() {
      void choosing?.then(({ close }) => close()).catch(() => {});
    },
  };
}

interface Way extends Pick<EngineLink, 'portHere'> {
  readonly chosen: Chosen;
  readonly connection: Docker.DockerOptions;
  close(): void;
}

async function open(wish: EngineWish): Promise<Way> {
  const found = await chooseEngine(wish);
  if (!found.ok) throw new LinkError(found.fault.message);
  return { chosen: found.value, ...wayTo(found.value.endpoint, wish) };
}

function wayTo(endpoint: Endpoint, { environment = process.env }: EngineWish): Omit<Way, 'chosen'> {
  if (endpoint.by === 'ssh') return bySsh(createSsh(endpoint, { environment }));
  // Told in full: the client fills gaps from DOCKER_HOST and its companions.
  const none = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
  const local = async ({ port }: Published) => port;
  if (endpoint.by === 'socket')
    return { connection: { ...none, socketPath: endpoint.path, protocol: 'http' } as object, portHere: local, close: () => {} };
  const { host, port, tls } = endpoint;
  const { unverified, ...pems } = tls ?? {};
  const agent = tls ? new HttpsAgent({ ...pems, rejectUnauthorized: !unverified, keepAlive: true }) : undefined;
  const forwards = createForwards();
  return {
    connection: { ...none, host, port, protocol: tls ? 'https' : 'http', ...(agent ? { agent } : {}) } as object,
    portHere: isElsewhere(endpoint) ? (at) => publishedFor(at, host, forwards.forward) : local,
    close() {
      agent?.destroy();
      forwards.close();
    },
  };
}

/** A port that is published on that machine's loopback only can't be reached from here. */
async function publishedFor({ ip, port }: Published, host: string, forward: Ssh['forward']): Promise<number | undefined> {
  if (ip === undefined || /^(127\.|::1$)/.test(ip)) return undefined;
  return forward(isAny(ip) ? host : ip, port);
}

const isAny = (ip: string | undefined): boolean => ip === undefined || ip === '' || ip === '0.0.0.0' || ip === '::';

function bySsh(ssh: Ssh): Omit<Way, 'chosen'> {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: MOST_SSH, maxFreeSockets: MOST_SSH, timeout: IDLE_MS });
  // The agent takes any stream; its types know only of sockets.
  Object.assign(agent, {
    createConnection: (): Duplex => ssh.connect(),
  });
  return {
    connection: {
      host: 'docker',
      port: 80,
      protocol: 'http',
      agent,
      socketPath: undefined,
      ca: undefined,
      cert: undefined,
      key: undefined,
    } as object,
    portHere: ({ ip, port }) => ssh.forward(isAny(ip) ? '127.0.0.1' : (ip as string), port),
    close() {
      agent.destroy();
      ssh.close();
    },
  };
}
