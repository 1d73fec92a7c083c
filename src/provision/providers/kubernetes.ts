import { type Observation, ok, type Resource, type Result, type Rung } from '../../domain/index.ts';
import { inTurn } from '../inTurn.ts';
import { holdLease } from '../kubernetes/clusterLeases.ts';
import { type ClusterOptions, connect } from '../kubernetes/connection.ts';
import { faultOf, unreachable } from '../kubernetes/faults.ts';
import { createForwarders } from '../kubernetes/forwarders.ts';
import { workloadOf } from '../kubernetes/manifest.ts';
import { createMover, PROBED } from '../kubernetes/mover.ts';
import { typeOf, WORKLOADS } from '../kubernetes/objects.ts';
import { sweepCluster } from '../kubernetes/sweep.ts';
import { createView } from '../kubernetes/view.ts';
import { watchWorkloads } from '../kubernetes/watchWorkloads.ts';
import { renewLeases } from '../leases.ts';
import type { Context, Provider } from '../provider.ts';
import { attempt } from '../readiness.ts';

const RUNGS: readonly Rung[] = ['absent', 'fetched', 'created', 'running', 'ready'];
const CHECKED_WITHIN_MS = 2000;

/**
 * Workloads in one namespace of one cluster, both named by the user. Declared objects are applied under our field manager; what is there is
 * known from informers; a pod's ports are forwarded to loopback. What another made under the same name is used and never changed, and no
 * volume claim is ever deleted.
 */
export function createKubernetesProvider(options: ClusterOptions): Provider {
  const connection = connect(options);
  const view = createView(connection);
  const forwarders = createForwarders(connection, (resource) => view.readyPod(resource));
  const mover = createMover(connection, view, forwarders);

  async function observe(resource: Resource, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [], owner: 'none' } as const;
    try {
      const { rung, owner } = await view.look(resource, context);
      if (rung !== 'ready') return { ...base, rung, owner };
      const backends = await forwarders.backends(resource);
      const problem = PROBED.has(resource.probe.type) ? await attempt(resource.probe, mover.reachOf(backends)) : undefined;
      return problem === undefined ? { ...base, rung, owner, backends } : { ...base, rung: 'running', owner, backends, detail: problem };
    } catch (error) {
      return { ...base, rung: 'unknown', detail: faultOf(error, resource).message };
    }
  }

  return inTurn({
    name: 'kubernetes',
    rungs: RUNGS,
    supports: ({ spec, variant }) =>
      spec.type === 'kubernetes' && variant === undefined && WORKLOADS.includes(typeOf(spec.objects[0]) as never),
    async check(signal) {
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(CHECKED_WITHIN_MS)]);
        const { gitVersion } = await connection.ask<{ gitVersion: string }>('GET', '/version', undefined, limited);
        return ok({ version: `${gitVersion} (${options.context})` });
      } catch (error) {
        return { ok: false, fault: unreachable(error) };
      }
    },
    observe: (resources, context) => Promise.all(resources.map((r) => observe(r, context))),
    async reach(resource, rung, context): Promise<Result<Observation>> {
      try {
        const moved = await mover.move(resource, rung, context);
        return moved.ok ? ok(await observe(resource, context)) : moved;
      } catch (error) {
        return mover.failure(error, resource, context);
      }
    },
    async renew(resources, context) {
      const served = resources.filter((r) => r.spec.type === 'kubernetes');
      await renewLeases(
        served.map((r) => r.id),
        context,
      );
      // A cluster that is away for a moment is no reason to fail: the next renewal comes before the lease ends.
      for (const resource of served) await holdLease(connection, resource, undefined, context).catch(() => {});
    },
    async sweep(context) {
      try {
        return ok(await sweepCluster(connection, view, context));
      } catch (error) {
        return { ok: false, fault: unreachable(error) };
      }
    },
    watch: (resources, listener) => watchWorkloads(view, new Map(resources.flatMap((r) => named(r))), listener),
    async close() {
      forwarders.close();
      view.close();
      connection.close();
    },
  });
}

const named = (resource: Resource): [string, string][] => {
  if (resource.spec.type !== 'kubernetes') return [];
  const { kind, metadata } = workloadOf(resource);
  return [[`${kind}/${metadata.name}`, resource.id]];
};
