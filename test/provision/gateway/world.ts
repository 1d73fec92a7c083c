import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { type Backend, type Fault, ok } from '../../../src/domain/index.ts';
import { type Gateway, type GatewayEvent, type GatewayOptions, openGateway } from '../../../src/provision/gateway/gateway.ts';

/** Real sockets for the tests of the gateway; `end` closes all that was opened. */
export function createWorld() {
  const open: { close(): unknown }[] = [];

  async function serve(attend: (socket: Socket) => void, port = 0): Promise<Served> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      attend(socket);
    });
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    open.push({ close });
    await new Promise<void>((resolve) => server.listen({ port, host: '127.0.0.1', backlog: 4096 }, resolve));
    const at: Backend = { host: '127.0.0.1', port: portOf(server), containerPort: 1 };
    return { at, sockets, close };
  }

  return {
    serve,
    /** Answers every byte with the same byte. */
    echo: (): Promise<Served> => serve((socket) => socket.pipe(socket)),
    /** Answers with its name, once the client has said all. */
    named: (name: string): Promise<Served> => serve((socket) => socket.resume().on('end', () => socket.end(name))),
    async gate(wake: () => Promise<Backend | Fault>, more: Partial<GatewayOptions> = {}) {
      const events: GatewayEvent[] = [];
      const faults: Fault[] = [];
      let wakes = 0;
      const result = await openGateway({
        port: 0,
        now: Date.now,
        onEvent: (e) => events.push(e),
        onFault: (f) => faults.push(f),
        wake: async () => {
          wakes++;
          const woken = await wake();
          return 'port' in woken ? ok(woken) : { ok: false, fault: woken };
        },
        ...more,
      });
      if (!result.ok) throw new Error(result.fault.message);
      const gateway: Gateway = result.value;
      open.push(gateway);
      return { gateway, events, faults, wakes: () => wakes };
    },
    /** A client that is connected; it never throws, and takes all that comes unless it is paused. */
    connect: (port: number, host = '127.0.0.1'): Promise<Client> =>
      new Promise((resolve, reject) => {
        const socket = dial({ port, host, allowHalfOpen: true });
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.off('error', reject);
          open.push({ close: () => socket.destroy() });
          resolve(clientOver(socket));
        });
      }),
    async end(): Promise<void> {
      for (const it of open.splice(0)) await it.close();
    },
  };
}

export interface Served {
  readonly at: Backend;
  readonly sockets: ReadonlySet<Socket>;
  readonly close: () => void;
}

export interface Client {
  readonly socket: Socket;
  readonly heard: () => string;
  /** `end`: the other side said that it has no more; `reset`: it was cut off; `open`: neither. */
  readonly over: () => 'open' | 'end' | 'reset';
}

function clientOver(socket: Socket): Client {
  let heard = '';
  let over: ReturnType<Client['over']> = 'open';
  socket.on('data', (data: Buffer) => {
    heard += data.toString('latin1');
  });
  socket.on('end', () => {
    over = 'end';
  });
  socket.on('error', () => {
    over = 'reset';
  });
  return { socket, heard: () => heard, over: () => over };
}

/** The whole answer to a client that says one thing and then no more; rejects when it is cut off. */
export function ask(port: number, text: string, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = dial({ port, host, allowHalfOpen: true }, () => socket.end(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

export const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(holds: () => boolean, what: string, timeoutMs = 5000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !holds(); await soon(5)) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
  }
}

export function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}
