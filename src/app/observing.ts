import { failed, type Observation, type Resource, type ResourceId } from '../domain/index.ts';
import type { Context, Provider } from '../provision/provider.ts';
import type { Declared } from './declared.ts';
import type { Engines } from './engines.ts';
import type { Ports } from './ports.ts';

export interface ObservingPorts extends Pick<Ports, 'providers' | 'now' | 'settings' | 'log' | 'startSweeper'> {
  readonly declared: Declared;
  readonly engines: Engines;
  readonly context: () => Context;
  readonly busy: (id: ResourceId) => boolean;
  /** Undefined while its engine does not answer. */
  readonly ours: (id: ResourceId) => boolean | undefined;
  readonly warm: (id: ResourceId) => boolean;
  readonly observed: (observation: Observation) => void;
}

/**
 * What the engines have: looked at in every pass, each engine once; leases of what is ours are renewed, orphans swept. An engine that
 * does not answer is left in peace, and what it has is unknown.
 */
export function createObserving(ports: ObservingPorts) {
  const { engines, declared, now } = ports;
  let renewedAt = 0;
  /** What was ours when its engine last told. */
  const ours = new Set<ResourceId>();

  async function observeAt(provider: Provider, resources: readonly Resource[]): Promise<void> {
    const resting = engines.resting(provider);
    if (resting) {
      for (const { id } of resources)
        ports.observed({ id, rung: 'unknown', at: now(), backends: [], owner: 'none', detail: resting.message });
      return;
    }
    const observations = await provider.observe(resources, ports.context());
    const [first] = observations;
    const silent = observations.every((o) => o.rung === 'unknown');
    if (first)
      engines.heard(provider, silent ? failed('engine-unreachable', 'later', first.detail ?? 'It does not answer.').fault : undefined);
    for (const observation of observations) {
      if (ports.busy(observation.id)) continue;
      if (observation.rung !== 'unknown') engines.holds(observation.id, observation.owner === 'none' ? undefined : provider);
      ports.observed(observation);
    }
  }

  return {
    /** What moves is left out: its climb tells where it is. */
    async observeAll(): Promise<void> {
      const groups = new Map<Provider, Resource[]>();
      for (const resource of declared.resources()) {
        const provider = engines.engineOf(resource)?.provider;
        if (!provider || ports.busy(resource.id)) continue;
        groups.set(provider, [...(groups.get(provider) ?? []), resource]);
      }
      await Promise.all([...groups].map(([provider, resources]) => observeAt(provider, resources)));
    },
    async renew(): Promise<void> {
      for (const { id } of declared.resources()) {
        const is = ports.ours(id);
        if (is === true) ours.add(id);
        else if (is === false) ours.delete(id);
      }
      if (now() - renewedAt < ports.settings.leaseMs / 3) return;
      renewedAt = now();
      // A lease stands in our own folder: an engine that is away for a while does not end it.
      const held = declared.resources().filter((r) => ours.has(r.id));
      if (held.some((r) => ports.warm(r.id))) ports.startSweeper?.();
      const heldBy = (provider: Provider) => held.filter((r) => engines.engineOf(r)?.provider === provider);
      await Promise.all(ports.providers.map((p) => p.renew(heldBy(p), ports.context())));
    },
    async sweep(): Promise<void> {
      const swept = await Promise.all(ports.providers.filter((p) => !engines.resting(p)).map((p) => p.sweep(ports.context())));
      for (const orphan of swept.flatMap((s) => (s.ok ? s.value : [])))
        ports.log(`Swept ${orphan.what} (${orphan.resource}): its lease had ended.`);
    },
  };
}
