import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { leaseOver } from '../leases.ts';
import { LABEL } from '../ownership.ts';
import type { Context, Orphan } from '../provider.ts';
import { leasesIn } from './clusterLeases.ts';
import type { Connection } from './connection.ts';
import { ROLE } from './manifest.ts';
import { type ApiObject, LEASE, type ObjectType, typeOf } from './objects.ts';
import { rungOf } from './rungOf.ts';
import type { View } from './view.ts';
import { remove, stop } from './writes.ts';

/** Clocks differ between machines, so what another made is left so much longer. */
const OTHERS_GRACE_MS = 10 * 60_000;

/** Scales to zero what Prewarm made and nobody holds any more; nothing is deleted but leases that have ended. */
export async function sweepCluster(connection: Connection, view: View, context: Context): Promise<readonly Orphan[]> {
  const [leases, workloads] = await Promise.all([leasesIn(connection), view.ours()]);
  const orphans: Orphan[] = [];
  for (const workload of workloads) {
    const { annotations = {}, labels, name } = workload.metadata;
    if (labels?.[ROLE] !== undefined || workload.metadata.deletionTimestamp !== undefined || !isUp(workload)) continue;
    const [resource, workspace] = [annotations[LABEL.resource] ?? '', annotations[LABEL.workspace] ?? ''];
    const graceMs = (await isKnown(workspace, context)) ? 0 : OTHERS_GRACE_MS;
    const held = leases.some((l) => l.resource === resource && l.workspace === workspace && l.until + graceMs > context.now());
    const over = await leaseOver(annotations, { ...context, now: () => context.now() - graceMs });
    if (held || !over) continue;
    const type = typeOf(workload as never) as ObjectType;
    view.informer(type).take(await stop(connection, type, name));
    orphans.push({ resource, workspace, what: `${workload.kind} ${name}` });
  }
  for (const lease of leases) if (lease.until + OTHERS_GRACE_MS <= context.now()) await remove(connection, LEASE, lease.name);
  return orphans;
}

const isUp = (workload: ApiObject): boolean =>
  workload.kind === 'Job' ? rungOf(workload, []) === 'running' : (workload.spec?.replicas ?? 1) > 0;

/** A workspace of this user and machine keeps its leases in a folder here. */
const isKnown = async (workspace: string, { leases }: Context): Promise<boolean> =>
  (await stat(join(leases, workspace.replace(/[^\w.-]/g, '_'))).catch(() => undefined)) !== undefined;
