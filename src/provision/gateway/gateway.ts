import { type Backend, ok, type Result } from '../../domain/index.ts';
import { createClients } from './clients.ts';
import type { GatewayOptions } from './gatewayOptions.ts';
import { type Listener, listen } from './listen.ts';
import { createLoad } from './load.ts';
import { createSides, type Side, type Sides, type Wake } from './sides.ts';

export type { GatewayEvent, GatewayOptions } from './gatewayOptions.ts';

export interface DrainOptions {
  readonly timeoutMs: number;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/** `idle`: nothing is under way any more; `timed-out`, `cancelled`: something still is. */
export type Drained = 'idle' | 'timed-out' | 'cancelled';

export interface Gateway {
  /** Where clients connect, on 127.0.0.1 and, where there is IPv6, ::1. */
  readonly port: number;
  /** Set where something is not as declared, such as the port being taken: says so in words. */
  readonly note: string | undefined;
  /**
   * Where the primary is served now; undefined: the next client wakes it, and so do bytes on a connection that outlived it. Its replicas
   * share new clients with it, each going where the fewest are.
   */
  backend(at: Backend | undefined, replicas?: readonly Backend[]): void;
  /** Clients that are joined with this backend, and are in the middle of something or were a moment ago. */
  busyAt(backend: Backend): boolean;
  /** How the twin is made to serve, which may be paused until then; undefined: there is none. */
  standby(wake: Wake | undefined): void;
  /** Sends new clients to that side. Those there are go on, unless `existing` is `close`: for a primary that hangs. */
  prefer(side: Side, because: string, existing?: 'keep' | 'close'): void;
  readonly serving: Side;
  /** Clients that are connected, held ones among them. */
  readonly connections: number;
  /** Clients that are held, or that spoke last and await an answer: something is under way, however silent the wire is. */
  readonly awaitingAnswer: number;
  /** Unix ms of the last byte either way or the last client's arrival; undefined before the first. */
  readonly lastTrafficAt: number | undefined;
  /** Before the primary goes down: lets what is under way there finish. Who comes meanwhile is held and wakes it again afterwards. */
  drain(options: DrainOptions): Promise<Drained>;
  /** Takes the wanted port where another is used and it has been free for half a minute; does nothing where all is well. */
  retakePort(freeForMs?: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A loopback listener that gives a resource one stable endpoint: a client that comes while the resource is cold is held, the resource is
 * woken, then the two sockets are spliced. As systemd's socket activation and Knative's activator do.
 */
export async function openGateway(options: GatewayOptions): Promise<Result<Gateway>> {
  const { wake, onFault } = options;
  const load = createLoad();
  const sides = createSides({ wake, onFault, onTurn: (to, because) => options.onTurn?.(to, because), choose: load.least });
  // A client may come before it is known what else there is to say of the port.
  let port = options.port;
  const clients = createClients(options, sides, () => port, load);
  const listening = await listen(options.port, options.fallbackPort, clients.attend);
  if (!listening.ok) return listening;
  port = listening.value.port;
  return ok(gatewayOver(listening.value, clients, sides));
}

function gatewayOver(listener: Listener, clients: ReturnType<typeof createClients>, sides: Sides): Gateway {
  const drain = createDrain(clients, sides);
  return {
    get port() {
      return listener.port;
    },
    get note() {
      return listener.note;
    },
    backend(at, replicas = []) {
      sides.tell(at, replicas);
      for (const each of at ? [at, ...replicas] : []) clients.prepare(each);
    },
    busyAt: (backend) => clients.busyAt(backend, QUIET_MS),
    standby: sides.standby,
    prefer(side, because, existing = 'keep') {
      sides.prefer(side, because);
      if (existing === 'close') clients.closeAll(side === 'primary' ? 'standby' : 'primary');
    },
    get serving() {
      return sides.serving;
    },
    get connections() {
      return clients.connections;
    },
    get awaitingAnswer() {
      return clients.awaitingAnswer;
    },
    get lastTrafficAt() {
      return clients.lastTrafficAt;
    },
    drain,
    retakePort: listener.retake,
    async close() {
      const closed = listener.close();
      clients.end();
      await closed;
    },
  };
}

const DRAIN_LOOK_MS = 20;
/** A connection on which the backend spoke last, and nobody for so long, is between two questions. */
const QUIET_MS = 100;

function createDrain(clients: ReturnType<typeof createClients>, sides: Sides): Gateway['drain'] {
  let running: Promise<Drained> | undefined;

  async function drained({ timeoutMs, signal }: DrainOptions): Promise<Drained> {
    const until = performance.now() + timeoutMs;
    while (clients.busy(QUIET_MS)) {
      if (signal?.aborted) return 'cancelled';
      if (performance.now() >= until) return 'timed-out';
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    }
    return 'idle';
  }

  return (options) => {
    running ??= drained(options).finally(() => {
      running = undefined;
      sides.tell(undefined);
    });
    sides.tell(undefined);
    // Who waits is let on a turn later, so that the caller's way down has begun, and the wake comes after it.
    clients.holdUntil(running.then(() => new Promise((resolve) => setImmediate(resolve))));
    return running;
  };
}
