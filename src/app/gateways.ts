import { type Backend, type Fault, failed, type Observation, ok, type Resource, type ResourceId, type Result } from '../domain/index.ts';
import { type Gateway, type GatewayEvent, openGateway } from '../provision/gateway.ts';

const DRAIN_MS = 2000;

export interface GatewayPorts {
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly remembered: (key: string) => number | undefined;
  readonly remember: (key: string, port: number) => void;
  readonly wake: (resource: Resource) => Promise<Result<Observation>>;
  readonly seen: (resource: Resource, event: { did: 'opened' | 'closed'; bytes?: number; durationMs?: number }) => void;
  readonly fault: (fault: Fault) => void;
}

interface Served {
  readonly resource: Resource;
  readonly containerPort: number;
  readonly gateway: Gateway;
}

/** One gateway per declared loopback port of each resource, for as long as the workspace is open. */
export function createGateways(ports: GatewayPorts) {
  const served = new Map<string, Served>();
  const current = new Map<ResourceId, readonly Backend[]>();

  async function open(resource: Resource, port: DeclaredPort): Promise<void> {
    const key = `${resource.id}:${port.container}`;
    const fallbackPort = ports.remembered(key);
    const result = await openGateway({
      port: port.host,
      ...(fallbackPort ? { fallbackPort } : {}),
      now: ports.now,
      wake: async () => {
        const woken = await ports.wake(resource);
        return woken.ok ? backendFor(resource, port.container, woken.value.backends) : woken;
      },
      onEvent: (event) => ports.seen(resource, plain(event)),
      onFault: ports.fault,
    });
    if (!result.ok) return ports.fault(result.fault);
    const gateway = result.value;
    if (gateway.note) {
      ports.remember(key, gateway.port);
      ports.fault(failed('port-taken', 'never', `${resource.id}: ${gateway.note}`).fault);
    }
    served.set(key, { resource, containerPort: port.container, gateway });
    tellBackend(served.get(key) as Served);
  }

  function tellBackend({ resource, containerPort, gateway }: Served): void {
    gateway.backend((current.get(resource.id) ?? []).find((b) => b.containerPort === containerPort));
  }

  async function shut(key: string): Promise<void> {
    const entry = served.get(key);
    served.delete(key);
    await entry?.gateway.close();
  }

  return {
    /** Makes the set of open gateways equal to what these resources declare. */
    async serve(resources: readonly Resource[]): Promise<void> {
      const wanted = new Map(
        resources.flatMap((r) =>
          loopbackPorts(r).map(
            (p) => [`${r.id}:${p.container}`, { resource: r, port: p }] as [string, { resource: Resource; port: DeclaredPort }],
          ),
        ),
      );
      await Promise.all([...served.keys()].filter((key) => !wanted.has(key)).map(shut));
      for (const [key, { resource, port }] of wanted) if (!served.has(key)) await open(resource, port);
    },
    backends(id: ResourceId, backends: readonly Backend[]): void {
      current.set(id, backends);
      for (const entry of served.values()) if (entry.resource.id === id) tellBackend(entry);
    },
    /** The first declared port's stable endpoint. */
    endpoint(id: ResourceId): string | undefined {
      for (const { resource, gateway } of served.values()) if (resource.id === id) return `127.0.0.1:${gateway.port}`;
      return undefined;
    },
    async drain(id: ResourceId): Promise<void> {
      await Promise.all([...served.values()].filter((s) => s.resource.id === id).map((s) => s.gateway.drain(DRAIN_MS)));
    },
    async close(): Promise<void> {
      await Promise.all([...served.keys()].map(shut));
    },
  };
}

function backendFor(resource: Resource, containerPort: number, backends: readonly Backend[]): Result<Backend> {
  const backend = backends.find((b) => b.containerPort === containerPort);
  return backend ? ok(backend) : failed('not-ready', 'later', `${resource.id} is ready but does not serve port ${containerPort}.`);
}

interface DeclaredPort {
  readonly container: number;
  readonly host: number;
}

function loopbackPorts(resource: Resource): readonly DeclaredPort[] {
  return resource.ports.flatMap((p) => (p.host !== undefined && p.protocol === 'tcp' ? [{ container: p.container, host: p.host }] : []));
}

function plain(event: GatewayEvent) {
  return event.did === 'opened' ? { did: event.did } : { did: event.did, bytes: event.bytes, durationMs: event.durationMs };
}
