import { createServer, type Server, Socket } from 'node:net';
import { type Backend, type Fault, failed, ok, type Result } from '../domain/index.ts';

/** What the gateway saw of one client connection: the ground truth of use. */
export type GatewayEvent =
  | { readonly did: 'opened' }
  | { readonly did: 'closed'; readonly bytes: number; readonly durationMs: number; readonly firstByteMs?: number };

export interface GatewayOptions {
  /** The port that clients expect. Where it is taken, another is used and `note` says so. */
  readonly port: number;
  /** Tried before any free port when `port` is taken, so that the substitute stays the same. */
  readonly fallbackPort?: number;
  /** Called at most once at a time, however many clients wait. */
  readonly wake: () => Promise<Result<Backend>>;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onFault: (fault: Fault) => void;
  readonly now: () => number;
}

export interface Gateway {
  /** Where clients connect, on 127.0.0.1. */
  readonly port: number;
  /** Set where the expected port was taken: says so in words. */
  readonly note: string | undefined;
  /** Where it is served now; undefined: the next client wakes it. */
  backend(at: Backend | undefined): void;
  readonly connections: number;
  /** Takes no new client and resolves when the last one has gone, or after `timeoutMs`. Then it listens again. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A loopback listener that gives a resource one stable endpoint: a client that comes while the resource is cold is held
 * (its bytes stay in the kernel's buffer), the resource is woken, then the two sockets are spliced with back-pressure
 * and half-close. As systemd's socket activation and Knative's activator do.
 */
export async function openGateway(options: GatewayOptions): Promise<Result<Gateway>> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const listening = await listen(server, options.port, options.fallbackPort);
  if (!listening.ok) return listening;
  return ok(serve(server, options, listening.value));
}

function serve(server: Server, options: GatewayOptions, { port, note }: Listening): Gateway {
  const clients = new Set<Socket>();
  let backend: Backend | undefined;
  let waking: Promise<Result<Backend>> | undefined;

  const wake = (): Promise<Result<Backend>> => {
    if (backend) return Promise.resolve(ok(backend));
    waking ??= options
      .wake()
      .then((result) => {
        if (result.ok) backend = result.value;
        else options.onFault(result.fault);
        return result;
      })
      .finally(() => {
        waking = undefined;
      });
    return waking;
  };

  server.on('connection', (client) => {
    clients.add(client);
    client.on('error', () => {});
    client.once('close', () => clients.delete(client));
    void attend(client);
  });

  async function attend(client: Socket): Promise<void> {
    const openedAt = options.now();
    options.onEvent({ did: 'opened' });
    const upstream = await reachBackend();
    if (!upstream || client.destroyed) {
      upstream?.destroy();
      client.destroy();
      options.onEvent({ did: 'closed', bytes: 0, durationMs: options.now() - openedAt });
      return;
    }
    splice(client, upstream, openedAt);
  }

  /** A backend that no longer answers is forgotten once and woken again: it may have died unseen. */
  async function reachBackend(): Promise<Socket | undefined> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const result = await wake();
      if (!result.ok) return undefined;
      const socket = await connect(result.value);
      if (socket) return socket;
      if (backend === result.value) backend = undefined;
    }
    options.onFault(failed('not-ready', 'later', `Port ${port}: the resource behind it was ready but does not accept connections.`).fault);
    return undefined;
  }

  function splice(client: Socket, upstream: Socket, openedAt: number): void {
    let firstByteMs: number | undefined;
    upstream.once('data', () => {
      firstByteMs = options.now() - openedAt;
    });
    upstream.pipe(client);
    client.pipe(upstream);
    upstream.on('error', () => client.destroy());
    client.once('close', () => {
      upstream.destroy();
      options.onEvent({
        did: 'closed',
        bytes: upstream.bytesRead + upstream.bytesWritten,
        durationMs: options.now() - openedAt,
        ...(firstByteMs === undefined ? {} : { firstByteMs }),
      });
    });
    upstream.once('close', () => client.end());
  }

  return {
    port,
    note,
    backend(at) {
      backend = at;
    },
    get connections() {
      return clients.size;
    },
    async drain(timeoutMs) {
      backend = undefined;
      const until = options.now() + timeoutMs;
      while (clients.size > 0 && options.now() < until) await new Promise((resolve) => setTimeout(resolve, 25));
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

function connect({ host, port }: Backend): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = new Socket({ allowHalfOpen: true });
    socket.setNoDelay(true);
    socket.once('error', () => resolve(undefined));
    socket.connect(port, host, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

interface Listening {
  readonly port: number;
  readonly note: string | undefined;
}

async function listen(server: Server, wanted: number, fallback: number | undefined): Promise<Result<Listening>> {
  for (const port of [wanted, ...(fallback ? [fallback] : []), 0]) {
    const problem = await tryPort(server, port);
    const at = server.address();
    if (!problem && at && typeof at === 'object') {
      const note =
        port === wanted
          ? undefined
          : `Port ${wanted} is taken by another program, so ${at.port} is used instead; new terminals know it. Free ${wanted} and reload to use it again.`;
      return ok({ port: at.port, note });
    }
    if (problem !== 'EADDRINUSE' && problem !== 'EACCES') break;
  }
  return failed('port-taken', 'later', `No loopback port could be opened for ${wanted}.`);
}

function tryPort(server: Server, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const refused = (error: NodeJS.ErrnoException): void => resolve(error.code ?? 'unknown');
    server.once('error', refused);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.off('error', refused);
      resolve(undefined);
    });
  });
}
