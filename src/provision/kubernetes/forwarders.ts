import { createServer, type Server, type Socket } from 'node:net';
import type { Backend, Resource, ResourceId } from '../../domain/index.ts';
import type { Connection } from './connection.ts';
import { forward } from './portForward.ts';

/** Loopback ports of ours that lead into pods, so that whoever is on this machine has the same endpoint as for a container. */
export interface Forwarders {
  /** One listener a declared TCP port, opened at the first call. */
  backends(resource: Resource): Promise<readonly Backend[]>;
  /** Ends the resource's listeners and connections. */
  end(id: ResourceId): void;
  close(): void;
}

interface Listener {
  readonly server: Server;
  readonly clients: Set<Socket>;
}

/** `podOf` names a pod that is ready now; asked at each connection, so that it leads to the pod of today. */
export function createForwarders(connection: Connection, podOf: (resource: Resource) => Promise<string | undefined>): Forwarders {
  const listeners = new Map<ResourceId, Map<number, Promise<Listener>>>();

  async function lead(client: Socket, resource: Resource, port: number): Promise<void> {
    const pod = await podOf(resource);
    if (pod === undefined) client.destroy();
    else await forward(connection, pod, port, client);
  }

  function listen(resource: Resource, port: number): Promise<Listener> {
    const clients = new Set<Socket>();
    const server = createServer((client) => {
      clients.add(client);
      client.on('close', () => clients.delete(client)).on('error', () => {});
      void lead(client, resource, port).catch(() => client.destroy());
    });
    server.unref();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve({ server, clients }));
    });
  }

  function end(id: ResourceId): void {
    const all = listeners.get(id);
    listeners.delete(id);
    for (const opening of all?.values() ?? [])
      void opening.then(({ server, clients }) => {
        server.close();
        for (const client of clients) client.destroy();
      });
  }

  return {
    async backends(resource) {
      const known = listeners.get(resource.id) ?? new Map<number, Promise<Listener>>();
      listeners.set(resource.id, known);
      const ports = resource.ports.filter((p) => p.protocol === 'tcp').map((p) => p.container);
      return Promise.all(
        ports.map(async (containerPort): Promise<Backend> => {
          const opening = known.get(containerPort) ?? listen(resource, containerPort);
          known.set(containerPort, opening);
          const { server } = await opening;
          return { host: '127.0.0.1', port: (server.address() as { port: number }).port, containerPort };
        }),
      );
    },
    end,
    close: () => [...listeners.keys()].forEach(end),
  };
}
