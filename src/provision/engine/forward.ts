import { connect, createServer, type Server } from 'node:net';

/** Loopback ports here behind which ports of another machine are served. */
export function createForwards() {
  const forwards = new Map<string, Promise<Server>>();
  return {
    /** The loopback port for `host:port`; the same one when asked again. */
    async forward(host: string, port: number): Promise<number> {
      const key = `${host} ${port}`;
      const opening = forwards.get(key) ?? open(host, port);
      forwards.set(key, opening);
      const address = (await opening).address();
      return typeof address === 'object' && address ? address.port : 0;
    },
    close(): void {
      for (const opening of forwards.values()) void opening.then((server) => server.close());
      forwards.clear();
    },
  };
}

function open(host: string, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const there = connect({ host, port, allowHalfOpen: true });
    client.pipe(there).pipe(client);
    client.on('error', () => there.destroy()).on('close', () => there.destroy());
    there.on('error', () => client.destroy()).on('close', () => client.destroy());
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  });
}
