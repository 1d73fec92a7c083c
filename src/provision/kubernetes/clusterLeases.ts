import { type Resource, type Rung, rungIndex, type UnixMs } from '../../domain/index.ts';
import { readLeases } from '../leases.ts';
import { LABEL, OWNER } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { Connection } from './connection.ts';
import { FIELD_MANAGER, keyOf, keysFor, selectorOf } from './manifest.ts';
import { type ApiObject, LEASE, pathOf } from './objects.ts';

/**
 * Leases that others in the cluster see (coordination.k8s.io), one per resource and instance. Prewarms on this machine have theirs in files as
 * well, which also tell whether an owner still lives.
 */
export interface ClusterLease {
  readonly name: string;
  readonly resource: string;
  readonly workspace: string;
  readonly instance: string;
  readonly rung: Rung | undefined;
  readonly until: UnixMs;
}

const WISH = 'dev.prewarm.rung';

/** `rung`: how warm it is wanted; undefined: the wish stays as it was. */
export async function holdLease(connection: Connection, resource: Resource, rung: Rung | undefined, context: Context): Promise<void> {
  const name = `prewarm-${keyOf([context.workspace, resource.id, context.instance].join('\n'))}`;
  const annotations = { [LABEL.resource]: resource.id, [LABEL.workspace]: context.workspace, ...(rung ? { [WISH]: rung } : {}) };
  const metadata = { name, namespace: connection.namespace, labels: keysFor(resource, context), annotations };
  const spec = {
    holderIdentity: context.instance,
    leaseDurationSeconds: Math.max(1, Math.ceil(context.leaseMs / 1000)),
    renewTime: new Date(context.now()).toISOString().replace('Z', '000Z'),
  };
  // A renewal says nothing of the rung, and as a patch of its own it leaves the last wish as it is.
  const query = `fieldManager=${rung ? FIELD_MANAGER : `${FIELD_MANAGER}-renewal`}&force=true`;
  await connection.ask('APPLY', `${pathOf(LEASE, connection.namespace, name)}?${query}`, { ...kind, metadata, spec });
}

export async function leasesIn(connection: Connection, resource?: Resource, context?: Context): Promise<readonly ClusterLease[]> {
  const labels = resource && context ? keysFor(resource, context) : { [LABEL.owner]: OWNER };
  const path = `${pathOf(LEASE, connection.namespace)}?labelSelector=${encodeURIComponent(selectorOf(labels))}`;
  return (await connection.ask<{ items: ApiObject[] }>('GET', path)).items.map(leaseOf);
}

/** An instance on another machine that wants it warmer than `rung`. */
export async function heldAboveElsewhere(
  connection: Connection,
  resource: Resource,
  rung: Rung,
  context: Context,
): Promise<ClusterLease | undefined> {
  const here = new Set((await readLeases(context)).map((lease) => lease.owner.instance));
  return (await leasesIn(connection, resource, context)).find(
    (lease) =>
      lease.instance !== context.instance &&
      !here.has(lease.instance) &&
      lease.until > context.now() &&
      lease.rung !== undefined &&
      rungIndex(lease.rung) > rungIndex(rung),
  );
}

const kind = { apiVersion: LEASE.apiVersion, kind: LEASE.kind };

function leaseOf({ metadata, spec }: ApiObject): ClusterLease {
  const annotations = metadata.annotations ?? {};
  const renewed = Date.parse(spec?.renewTime ?? '');
  return {
    name: metadata.name,
    resource: annotations[LABEL.resource] ?? '',
    workspace: annotations[LABEL.workspace] ?? '',
    instance: spec?.holderIdentity ?? '',
    rung: annotations[WISH] as Rung | undefined,
    until: Number.isFinite(renewed) ? renewed + 1000 * (spec?.leaseDurationSeconds ?? 0) : 0,
  };
}
