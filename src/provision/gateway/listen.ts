import { connect, createServer, type Server, type Socket } from 'node:net';
import { failed, ok, type Result } from '../../domain/index.ts';
import { holderOf } from './portHolder.ts';

/** As many clients as the kernel may queue before they are accepted; it cuts this to its own limit (Linux `net.core.somaxconn`). */
const BACKLOG = 4096;
const KEEP_ALIVE_AFTER_MS = 30_000;
const RETAKE_AFTER_MS = 30_000;

export interface Listener {
  /** Where clients are sent: the wanted port, or what stands in for it. */
  readonly port: number;
  /** Set where something is not as declared: says in words what, and who holds the port. */
  readonly note: string | undefined;
  /**
   * Tries the wanted port again. When it has been free for a while (who held it may only be starting anew), it is served from then on, and
   * so is the substitute, for those who know it.
   */
  retake(freeForMs?: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Listens on loopback only: on 127.0.0.1, and at the same port on ::1 where there is IPv6, since `localhost` is ::1 first on many
 * systems. Where `wanted` is taken, `fallback` and then any free port is used.
 */
export async function listen(wanted: number, fallback: number | undefined, attend: (client: Socket) => void): Promise<Result<Listener>> {
  let problem: string | undefined;
  for (const port of [wanted, ...(fallback && fallback !== wanted ? [fallback] : []), 0]) {
    const door = await openDoor(port, attend);
    if (typeof door !== 'string') return ok(listener(wanted, door, await noteOn(wanted, door, problem), attend));
    problem ??= door;
    if (door !== 'EADDRINUSE' && door !== 'EACCES') break;
  }
  return failed('port-taken', 'later', `No loopback port could be opened for ${wanted} (${problem}). Close some programs and reload.`);
}

function listener(wanted: number, first: Door, firstNote: string | undefined, attend: (client: Socket) => void): Listener {
  const doors = [first];
  let note = firstNote;
  let freeSince: number | undefined;
  return {
    get port() {
      return (doors.at(-1) as Door).port;
    },
    get note() {
      return note;
    },
    async retake(freeForMs = RETAKE_AFTER_MS) {
      if (wanted === 0 || doors.some((door) => door.port === wanted)) return;
      const door = await openDoor(wanted, attend);
      if (typeof door === 'string') {
        freeSince = undefined;
        return;
      }
      freeSince ??= performance.now();
      if (performance.now() - freeSince < freeForMs) {
        // A client that came in this moment is served to its end, which nobody has to wait for.
        void door.close();
        return;
      }
      doors.push(door);
      note = await noteOn(wanted, door, undefined);
    },
    async close() {
      await Promise.all(doors.map((door) => door.close()));
    },
  };
}

/** `problem`: what kept the wanted port shut, as the code of an error. */
async function noteOn(wanted: number, { port, onlyV4 }: Door, problem: string | undefined): Promise<string | undefined> {
  if (problem === 'EACCES')
    return `Port ${wanted} may not be opened on this system without more rights, so ${port} is used instead; new terminals know it.`;
  if (wanted !== 0 && port !== wanted) {
    const holder = (await holderOf(wanted)) ?? 'another program';
    return `Port ${wanted} is taken by ${holder}, so ${port} is used instead; new terminals know it. Free ${wanted} to have it used again.`;
  }
  if (!onlyV4) return undefined;
  const holder = (await holderOf(port)) ?? 'another program';
  return `[::1]:${port} is taken by ${holder}, so \`localhost\` may lead there. Use 127.0.0.1:${port}, or free it and reload.`;
}

/** One port that is listened on; `onlyV4`: there is IPv6, but the port is taken there. */
interface Door {
  readonly port: number;
  readonly onlyV4: boolean;
  close(): Promise<void>;
}

/** The door, or the code of the error that kept it shut. */
async function openDoor(port: number, attend: (client: Socket) => void): Promise<Door | string> {
  if (port !== 0 && !BIND_IS_DECISIVE && (await answers(port))) return 'EADDRINUSE';
  const v4 = await bind('127.0.0.1', port, attend);
  if (typeof v4 === 'string') return v4;
  const at = v4.address();
  const bound = at && typeof at === 'object' ? at.port : port;
  const v6 = await bind('::1', bound, attend);
  const servers = typeof v6 === 'string' ? [v4] : [v4, v6];
  return { port: bound, onlyV4: v6 === 'EADDRINUSE', close: () => closeAll(servers) };
}

function bind(host: '127.0.0.1' | '::1', port: number, attend: (client: Socket) => void): Promise<Server | string> {
  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS },
    attend,
  );
  return new Promise((resolve) => {
    const refused = (error: NodeJS.ErrnoException): void => resolve(error.code ?? 'unknown');
    server.once('error', refused);
    server.listen({ port, host, backlog: BACKLOG, exclusive: true }, () => {
      server.off('error', refused);
      // Too many open files: the client is turned away by the system, and the next may fare better.
      server.on('error', () => {});
      resolve(server);
    });
  });
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
}

/** Elsewhere 127.0.0.1 can be bound although another program listens on all addresses; its clients would be taken from it. */
const BIND_IS_DECISIVE = process.platform === 'linux';
const ANSWERS_WITHIN_MS = 300;

/** Whether somebody serves this port on 127.0.0.1. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: ANSWERS_WITHIN_MS });
    const say = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
    socket.once('timeout', () => say(false));
  });
}
