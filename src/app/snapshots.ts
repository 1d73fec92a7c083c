import {
  type Fault,
  failed,
  isWarm,
  ok,
  type Resource,
  type ResourceId,
  type Result,
  type Rung,
  type Snapshot,
  type UnixMs,
} from '../domain/index.ts';
import type { Context, Provider } from '../provision/provider.ts';

const LOOK_EVERY_MS = 60_000;
const BACK_OFF_MS = 10 * 60_000;
const BACK_OFF_AT_MOST_MS = 4 * 3_600_000;

export interface SnapshotPorts {
  readonly providers: readonly Provider[];
  readonly engineOf: (resource: Resource) => Provider | undefined;
  readonly resources: () => readonly Resource[];
  readonly rungOf: (id: ResourceId) => Rung | 'unknown';
  readonly context: (signal: AbortSignal, progress?: (text: string) => void) => Context;
  readonly now: () => UnixMs;
  readonly progress: (id: ResourceId, text: string | undefined) => void;
  readonly tell: (fault: Fault) => void;
  readonly log: (line: string) => void;
  /** Its seed was another, and its state is kept anew. */
  readonly baked: (id: ResourceId) => void;
  /** Whether the machine may be put to work by us at this moment: mode, trust, nothing else in hand. */
  readonly mayBake: () => boolean;
}

/** What hosts may ask of seeded state that is kept. */
export interface AppSnapshots {
  list(): Promise<Result<readonly Snapshot[]>>;
  /** Now, by a person's word; undefined: there is nothing to bake. */
  bake(resource: ResourceId, signal?: AbortSignal): Promise<Result<Snapshot | undefined>>;
  /** In this order; stops at nothing, and gives the fault of each that could not be removed. */
  remove(ids: readonly string[]): Promise<readonly Fault[]>;
}

/**
 * Snapshots of the workspace over all engines, and when to bake them anew by itself: when a resource serves, its seed is another than
 * that of its snapshots, and nothing else is in hand; one at a time. What failed is tried again ever later, and told once.
 */
export function createSnapshots(ports: SnapshotPorts) {
  const never = new AbortController();
  const nextLook = new Map<ResourceId, UnixMs>();
  const failures = new Map<ResourceId, { readonly count: number; readonly message: string }>();
  let baking: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;

  /** Called as often as one likes; at most one bake is under way. */
  function consider(): void {
    if (baking || !ports.mayBake()) return;
    const due = ports.resources().find((r) => isWarm(ports.rungOf(r.id)) && snapshotsOf(r) && (nextLook.get(r.id) ?? 0) <= ports.now());
    if (!due) return;
    const controller = new AbortController();
    const done = bakeQuietly(due, controller.signal).finally(() => {
      baking = undefined;
    });
    baking = { controller, done };
  }

  async function bakeQuietly(resource: Resource, signal: AbortSignal): Promise<void> {
    const result = await bakeOne(resource, signal);
    nextLook.set(resource.id, ports.now() + (result.ok ? LOOK_EVERY_MS : backOff(resource, result.fault)));
    if (result.ok) failures.delete(resource.id);
  }

  function backOff(resource: Resource, fault: Fault): number {
    const before = failures.get(resource.id);
    if (fault.code === 'cancelled') return LOOK_EVERY_MS;
    if (before?.message !== fault.message) ports.tell(fault);
    const count = (before?.count ?? 0) + 1;
    failures.set(resource.id, { count, message: fault.message });
    return Math.min(BACK_OFF_AT_MOST_MS, BACK_OFF_MS * 2 ** (count - 1));
  }

  async function bakeOne(resource: Resource, signal: AbortSignal): Promise<Result<Snapshot | undefined>> {
    let worked = false;
    const result = await snapshotsOf(resource)?.bake(
      resource,
      ports.context(signal, (text) => {
        worked = true;
        ports.progress(resource.id, text);
      }),
    );
    ports.progress(resource.id, undefined);
    if (worked && result?.ok && result.value) {
      ports.baked(resource.id);
      ports.log(`${resource.id}: its seeded state was kept as ${result.value.id}; its next start is from that.`);
    }
    return result ?? ok(undefined);
  }

  const snapshotsOf = (resource: Resource) => ports.engineOf(resource)?.snapshots;

  async function list(): Promise<Result<readonly Snapshot[]>> {
    const all = new Map<string, Snapshot>();
    for (const provider of ports.providers) {
      const own = ports.resources().filter((r) => provider.supports(r));
      if (!provider.snapshots || own.length === 0) continue;
      const listed = await provider.snapshots.list(own, ports.context(never.signal));
      if (!listed.ok) return listed;
      // Two providers may share an engine; whoever knows the declaration knows whether it is today's.
      for (const snapshot of listed.value)
        all.set(snapshot.id, { ...snapshot, current: snapshot.current || (all.get(snapshot.id)?.current ?? false) });
    }
    return ok([...all.values()]);
  }

  const app: AppSnapshots = {
    list,
    async bake(id, signal = never.signal) {
      const resource = ports.resources().find((r) => r.id === id);
      if (!resource) return failed('not-found', 'never', `There is no resource ${id} here. \`prewarm scan\` lists them.`);
      await baking?.done;
      return bakeOne(resource, signal);
    },
    async remove(ids) {
      const faults: Fault[] = [];
      const keepers = ports.providers.flatMap((p) => p.snapshots ?? []);
      for (const id of ids) {
        const results: Result<void>[] = [];
        for (const keeper of keepers) if (!results.some((r) => r.ok)) results.push(await keeper.remove(id, ports.context(never.signal)));
        const refused = results.find((r) => !r.ok && r.fault.code !== 'not-found') ?? results[0];
        if (!results.some((r) => r.ok) && refused && !refused.ok) faults.push(refused.fault);
      }
      return faults;
    },
  };

  return {
    app,
    consider,
    async stop(): Promise<void> {
      baking?.controller.abort();
      never.abort();
      await baking?.done;
    },
  };
}
