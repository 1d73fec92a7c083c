import {
  type Backend,
  type Fault,
  failed,
  type Observation,
  ok,
  type Resource,
  type ResourceId,
  type Result,
  type UnixMs,
} from '../domain/index.ts';
import { replicatedBy } from '../plan/replica.ts';
import { type Gateway, type GatewayEvent, openGateway } from '../provision/gateway/gateway.ts';
import type { Side } from '../provision/gateway/sides.ts';
import { createLatencies } from './latencies.ts';

const DRAIN_MS = 2000;
const LOOK_MS = 20;
/** A client that awaits an answer is at work for so long (a migration, a report); afterwards it is one that waits for news. */
const AT_WORK_FOR_MS = 10 * 60_000;

export interface GatewayPorts {
  readonly now: () => UnixMs;
  readonly log: (line: string) => void;
  readonly remembered: (key: string) => number | undefined;
  readonly remember: (key: string, port: number) => void;
  readonly wake: (resource: Resource) => Promise<Result<Observation>>;
  readonly seen: (resource: Resource, event: GatewayEvent) => void;
  readonly fault: (fault: Fault) => void;
  /** New clients of this resource go to the other side from now on. */
  readonly turned?: (id: ResourceId, to: Side, because: string) => void;
}

/** What goes through a resource's gateways. */
export interface Traffic {
  /** Open ones, silent ones among them. */
  readonly connections: number;
  /** Of the last byte either way; while a client awaits an answer (for at most ten minutes): now. */
  readonly lastTrafficAt: UnixMs | undefined;
}

interface Served {
  readonly resource: Resource;
  readonly containerPort: number;
  readonly wantedPort: number;
  readonly use: DeclaredPort['use'];
  readonly gateway: Gateway;
  told: string | undefined;
}

/** One gateway per declared loopback port of each resource, for as long as the workspace is open. */
export function createGateways(ports: GatewayPorts) {
  const served = new Map<string, Served>();
  const current = new Map<ResourceId, readonly Backend[]>();
  const standbys = new Map<ResourceId, StandbyWake>();
  const sides = new Map<ResourceId, Side>();
  const latencies = createLatencies<ResourceId>(ports.now);
  const of = (id: ResourceId): readonly Served[] => [...served.values()].filter(({ resource }) => resource.id === id);

  async function open(key: string, resource: Resource, { container, host, use }: DeclaredPort): Promise<void> {
    const fallbackPort = ports.remembered(key);
    const result = await openGateway({
      port: host === 0 ? (fallbackPort ?? 0) : host,
      ...(fallbackPort ? { fallbackPort } : {}),
      now: ports.now,
      wake: () => ports.wake(resource).then((woken) => backendFor(resource, container, woken)),
      onEvent: (event) => see(resource, event),
      onFault: ports.fault,
      onTurn: (to, because) => turned(resource.id, to, because),
    });
    if (!result.ok) return ports.fault(result.fault);
    const { port } = result.value;
    const entry: Served = { resource, containerPort: container, wantedPort: host || port, use, gateway: result.value, told: undefined };
    served.set(key, entry);
    if (port !== host) ports.remember(key, port);
    tellNote(entry);
    tellBackend(entry);
    tellStandby(entry);
    if (sides.get(resource.id) === 'standby') entry.gateway.prefer('standby', 'it did before');
  }

  function see(resource: Resource, event: GatewayEvent): void {
    if (event.did === 'closed' && event.heldMs === undefined && event.firstByteMs !== undefined)
      latencies.observe(resource.id, event.firstByteMs);
    ports.seen(resource, event);
  }

  /** All of a resource's ports turn together. What was measured on the one side says nothing of the other. */
  function turned(id: ResourceId, to: Side, because: string): void {
    if ((sides.get(id) ?? 'primary') === to) return;
    sides.set(id, to);
    latencies.forget(id);
    for (const { gateway } of of(id)) gateway.prefer(to, because);
    ports.log(`${id}: new connections go to the ${to} (${because}).`);
    ports.turned?.(id, to, because);
  }

  function tellNote(entry: Served): void {
    const { note } = entry.gateway;
    if (note && note !== entry.told) ports.fault(failed('port-taken', 'never', `${entry.resource.id}: ${note}`).fault);
    entry.told = note;
  }

  function tellBackend({ resource, containerPort, gateway }: Served): void {
    const fits = (b: Backend): boolean => b.containerPort === containerPort;
    const replicas = [...current].filter(([id]) => id !== resource.id && replicatedBy(id) === resource.id);
    gateway.backend(
      (current.get(resource.id) ?? []).find(fits),
      replicas.flatMap(([, backends]) => backends.filter(fits)),
    );
  }

  function tellStandby({ resource, containerPort, gateway }: Served): void {
    const wake = standbys.get(resource.id);
    gateway.standby(wake && (() => wake().then((woken) => backendFor(resource, containerPort, woken))));
  }

  async function shut(key: string): Promise<void> {
    const entry = served.get(key);
    served.delete(key);
    await entry?.gateway.close();
  }

  async function retake(entry: Served): Promise<void> {
    if (entry.gateway.port === entry.wantedPort) return;
    await entry.gateway.retakePort();
    if (entry.told && entry.gateway.port === entry.wantedPort)
      ports.log(`${entry.resource.id}: port ${entry.wantedPort} is free again and used.`);
    tellNote(entry);
  }

  return {
    /** Makes the set of open gateways equal to what these resources declare. */
    async serve(resources: readonly Resource[]): Promise<void> {
      const wanted = new Map(resources.flatMap((r) => loopbackPorts(r).map((p) => [keyOf(r, p), [r, p] as const])));
      await Promise.all([...served.keys()].filter((key) => !wanted.has(key)).map(shut));
      for (const [key, [resource, port]] of wanted) if (!served.has(key)) await open(key, resource, port);
    },
    /** A declared port that was taken and has become free is taken back. */
    async retakePorts(): Promise<void> {
      await Promise.all([...served.values()].map(retake));
    },
    backends(id: ResourceId, backends: readonly Backend[]): void {
      current.set(id, backends);
      for (const entry of of(replicatedBy(id))) tellBackend(entry);
    },
    /** Before a replica goes down: new clients go elsewhere, and what is under way there has a moment to finish. */
    async retire(id: ResourceId): Promise<void> {
      const leaving = current.get(id) ?? [];
      this.backends(id, []);
      const busy = (): boolean => of(replicatedBy(id)).some(({ gateway }) => leaving.some((b) => gateway.busyAt(b)));
      for (const until = performance.now() + DRAIN_MS; busy() && performance.now() < until; )
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    },
    /** Its own port where it is a branch's copy, else the first declared one's stable endpoint. */
    endpoint(id: ResourceId): string | undefined {
      const first = of(id).find(({ use }) => use === 'own') ?? of(id)[0];
      return first && `127.0.0.1:${first.gateway.port}`;
    },
    /** undefined where no gateway serves it. */
    traffic(id: ResourceId): Traffic | undefined {
      const gateways = of(id).map(({ gateway }) => gateway);
      return gateways.length > 0 ? trafficOf(gateways, ports.now()) : undefined;
    },
    /** Median time to the first byte of the latest connections that found it ready; undefined before there are five. */
    latency: (id: ResourceId) => latencies.median(id),
    /** Times to the first byte of connections that ended in that time and found it ready. */
    waits: latencies.within,
    /** How this resource's twin is made to serve (it may be paused until then); undefined: there is none any more. */
    standby(id: ResourceId, wake: StandbyWake | undefined): void {
      if (wake) standbys.set(id, wake);
      else standbys.delete(id);
      for (const entry of of(id)) tellStandby(entry);
    },
    /** Sends new clients there; `close` also ends the connections to the other side, for a primary that hangs. */
    prefer(id: ResourceId, side: Side, because: string, existing: 'keep' | 'close' = 'keep'): void {
      for (const { gateway } of of(id)) gateway.prefer(side, because, existing);
    },
    serving: (id: ResourceId): Side | undefined => of(id)[0]?.gateway.serving,
    async drain(id: ResourceId, signal?: AbortSignal): Promise<void> {
      await Promise.all(of(id).map(({ gateway }) => gateway.drain({ timeoutMs: DRAIN_MS, ...(signal ? { signal } : {}) })));
    },
    async close(): Promise<void> {
      await Promise.all([...served.keys()].map(shut));
    },
  };
}

export type Gateways = ReturnType<typeof createGateways>;

/** Makes the twin serve, and says where. */
export type StandbyWake = () => Promise<Result<Observation>>;

function trafficOf(gateways: readonly Gateway[], now: UnixMs): Traffic {
  const last = gateways.flatMap((g) => g.lastTrafficAt ?? []);
  const atWork = gateways.some((g) => g.awaitingAnswer > 0 && now - (g.lastTrafficAt ?? 0) < AT_WORK_FOR_MS);
  return {
    connections: gateways.reduce((sum, g) => sum + g.connections, 0),
    lastTrafficAt: atWork ? now : last.length > 0 ? Math.max(...last) : undefined,
  };
}

function backendFor(resource: Resource, containerPort: number, woken: Result<Observation>): Result<Backend> {
  if (!woken.ok) return woken;
  const backend = woken.value.backends.find((b) => b.containerPort === containerPort);
  return backend ? ok(backend) : failed('not-ready', 'later', `${resource.id} is ready but does not serve port ${containerPort}.`);
}

interface DeclaredPort {
  readonly container: number;
  /** 0: any, and then always the same. */
  readonly host: number;
  /** `usual`: what is declared, whichever copy serves; `own`: of this branch's copy alone, for as long as it serves. */
  readonly use: 'usual' | 'own';
}

/** A branch's copy is found at the usual port as long as its branch is checked out, and at a port that never leads to another branch's data. */
function loopbackPorts({ ports, variant }: Resource): readonly DeclaredPort[] {
  const usual = ports.flatMap(({ container, host, protocol }): DeclaredPort[] =>
    host !== undefined && protocol === 'tcp' ? [{ container, host, use: 'usual' }] : [],
  );
  return variant?.startsWith('branch:') ? [...usual, ...usual.map((port): DeclaredPort => ({ ...port, host: 0, use: 'own' }))] : usual;
}

function keyOf({ id, variant }: Resource, { container, use }: DeclaredPort): string {
  return use === 'own' ? `${id}@${variant}:${container}` : `${id}:${container}`;
}
