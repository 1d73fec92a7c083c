import type { KubernetesObject } from '../../domain/index.ts';
import { ApiError, type Connection } from './connection.ts';
import { isForbidden, isMissing } from './faults.ts';
import { FIELD_MANAGER } from './manifest.ts';
import { type ApiObject, DEPLOYMENT, type ObjectType, pathOf, typeOf } from './objects.ts';

const CLASS = 'prewarm-warm';
const PRIORITY_CLASS = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', plural: 'priorityclasses' };

/** Server-side apply as `prewarm`. Fields that others manage are never taken from them; those that our own sweep set are. */
export async function apply(connection: Connection, object: KubernetesObject, signal?: AbortSignal): Promise<ApiObject> {
  const path = `${pathOf(typeOf(object) as ObjectType, connection.namespace, object.metadata.name)}?fieldManager=${FIELD_MANAGER}`;
  try {
    return await connection.ask<ApiObject>('APPLY', path, object, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 409 && conflictsWithOursOnly(error.message))
      return connection.ask<ApiObject>('APPLY', `${path}&force=true`, object, signal);
    throw error;
  }
}

function conflictsWithOursOnly(message: string): boolean {
  const managers = [...message.matchAll(/conflicts? with "([^"]+)"/g)].map((m) => m[1]);
  return managers.length > 0 && managers.every((name) => name === FIELD_MANAGER);
}

/** It is there, on its way out, until its pods are gone; a StatefulSet's volume claims stay. */
export async function remove(connection: Connection, type: ObjectType, name: string): Promise<void> {
  await connection
    .ask('DELETE', pathOf(type, connection.namespace, name), { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' })
    .catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
}

/** To zero, whatever its declaration says; a Job is suspended. */
export function stop(connection: Connection, type: ObjectType, name: string): Promise<ApiObject> {
  const spec = type.kind === 'Job' ? { suspend: true } : { replicas: 0 };
  return connection.ask<ApiObject>('MERGE', `${pathOf(type, connection.namespace, name)}?fieldManager=${FIELD_MANAGER}`, { spec });
}

/**
 * The class of warmed pods: anything else goes before them, and they push nothing out. It belongs to the whole cluster, so it is made only
 * where that is allowed; without it pods have the default.
 */
export async function priorityClassOf(connection: Connection): Promise<string | undefined> {
  const path = pathOf(PRIORITY_CLASS, undefined);
  try {
    await connection.ask('GET', `${path}/${CLASS}`);
    return CLASS;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    if (!isMissing(error)) throw error;
  }
  const { apiVersion, kind } = PRIORITY_CLASS;
  const made = {
    apiVersion,
    kind,
    metadata: { name: CLASS },
    value: -1000,
    preemptionPolicy: 'Never',
    description: 'Kept warm by Prewarm',
  };
  try {
    await connection.ask('POST', `${path}?fieldManager=${FIELD_MANAGER}`, made);
    return CLASS;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    if (error instanceof ApiError && error.status === 409) return CLASS;
    throw error;
  }
}

/** Whether the namespace enforces the Pod Security Standard *restricted*; where that may not be read, it is taken not to. */
export async function isRestricted(connection: Connection): Promise<boolean> {
  try {
    const { metadata } = await connection.ask<ApiObject>('GET', `/api/v1/namespaces/${encodeURIComponent(connection.namespace)}`);
    return metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted';
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

/** What the controllers last said of a workload's pods that could not be made. A Deployment says it in its status. */
export async function refusedPods(connection: Connection, { kind, metadata }: ApiObject): Promise<string | undefined> {
  if (kind === DEPLOYMENT.kind) return undefined;
  const selector = encodeURIComponent(`involvedObject.name=${metadata.name},reason=FailedCreate`);
  try {
    const { items } = await connection.ask<{ items: { message?: string; involvedObject?: { uid?: string } }[] }>(
      'GET',
      `/api/v1/namespaces/${encodeURIComponent(connection.namespace)}/events?fieldSelector=${selector}`,
    );
    return items.filter((e) => e.involvedObject?.uid === metadata.uid).at(-1)?.message;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
