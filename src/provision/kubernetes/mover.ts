import { type Backend, failed, ok, type Resource, type Result, type Rung, rungIndex } from '../../domain/index.ts';
import { LABEL, specHash } from '../ownership.ts';
import type { Context } from '../provider.ts';
import { type Reach, untilReady } from '../readiness.ts';
import { heldAboveElsewhere, holdLease } from './clusterLeases.ts';
import { ApiError, type Connection } from './connection.ts';
import { faultOf, isForbidden, overQuota } from './faults.ts';
import type { Forwarders } from './forwarders.ts';
import { declaredReplicas, fetchJob, fetchJobName, manifestsOf, objectsOf, type Stance, workloadOf } from './manifest.ts';
import { type ApiObject, CLAIM, JOB, type ObjectType, POD, pathOf, QUOTA, typeOf } from './objects.ts';
import { createPermits } from './permits.ts';
import { quotaProblem } from './quota.ts';
import { hasCondition, isFetched, refusalOf, type Trouble, troubleOf } from './rungOf.ts';
import { cancelled, late, troubled } from './startFaults.ts';
import type { Seen, View } from './view.ts';
import { apply, isRestricted, priorityClassOf, refusedPods, remove, stop } from './writes.ts';

/** Probes that are tried through the forwarded port, after the pods say that they are ready. */
export const PROBED: ReadonlySet<string> = new Set(['port', 'http']);
/** Where nothing is told, it is looked again after so long. */
const LOOK_AGAIN_MS = 500;
const FETCHED_WITHIN_MS = 10 * 60_000;

/** Brings a resource to a rung. */
export function createMover(connection: Connection, view: View, forwarders: Forwarders) {
  let permits: ReturnType<typeof createPermits> | undefined;

  const typeIn = (resource: Resource): ObjectType => typeOf(workloadOf(resource)) as ObjectType;

  async function move(resource: Resource, rung: Rung, context: Context): Promise<Result<void>> {
    const seen = await view.look(resource, context);
    if (seen.owner === 'developer') return settleForTheirs(resource, rung, seen, context);
    if (rungIndex(rung) < rungIndex(seen.rung)) {
      const held = context.onBehalfOf === 'prediction' ? await heldAboveElsewhere(connection, resource, rung, context) : undefined;
      if (held) return failed('held-by-other', 'later', `${resource.id} is held ${held.rung} by another machine (${held.instance}).`);
    }
    permits ??= createPermits(connection, context.now);
    const allowed = await permits(resource, rung);
    if (!allowed.ok) return allowed;
    if (rungIndex(rung) >= rungIndex('created')) await holdLease(connection, resource, rung, context);
    return adjust(resource, rung, seen, context);
  }

  async function adjust(resource: Resource, rung: Rung, seen: Seen, context: Context): Promise<Result<void>> {
    if (rung === 'absent') return ok(await takeAway(resource, seen, context));
    if (rung === 'fetched') {
      if (seen.workload) await takeAwayWorkload(resource, context);
      return fetch(resource, context);
    }
    if (rung === 'created') {
      forwarders.end(resource.id);
      // A Job that has run cannot be run again.
      if (seen.workload?.kind === 'Job' && hasCondition(seen.workload.status, 'Complete')) await takeAwayWorkload(resource, context);
      return seen.rung === 'created' && isOf(resource, seen) ? ok(undefined) : applyAll(resource, 'stopped', context);
    }
    if (rungIndex(seen.rung) < rungIndex('running') || !isOf(resource, seen)) {
      const room = await roomFor(resource, seen);
      if (!room.ok) return room;
      const applied = await applyAll(resource, 'running', context);
      if (!applied.ok) return applied;
    }
    return wait(resource, rung, context);
  }

  /** What is there may be of an older declaration. */
  const isOf = (resource: Resource, { workload }: Seen): boolean => workload?.metadata.annotations?.[LABEL.spec] === specHash(resource);

  async function applyAll(resource: Resource, scale: Stance['scale'], context: Context): Promise<Result<void>> {
    context.progress(scale === 'running' ? 'starting' : 'creating');
    const stance = await stanceOf(scale);
    for (const object of manifestsOf(resource, stance, context)) {
      if (context.signal.aborted) return cancelled(resource);
      const type = typeOf(object);
      if (!type)
        return failed('bad-file', 'never', `${resource.id}: objects of kind ${object.kind} are not applied (${resource.declaredIn}).`);
      const isWorkload = type === typeIn(resource);
      const foreign = isWorkload ? undefined : await foreignObject(type, object.metadata.name, context);
      // What belongs to another, or is a claim that is there, stays as it is and is used.
      if (foreign) continue;
      const applied = await apply(connection, object, context.signal).catch(async (error: unknown) => {
        if (!(isWorkload && isImmutable(error))) throw error;
        context.progress('its declaration changed: making it anew');
        await takeAwayWorkload(resource, context);
        return apply(connection, object, context.signal);
      });
      if (isWorkload) view.informer(type).take(applied);
    }
    return ok(undefined);
  }

  async function foreignObject(type: ObjectType, name: string, context: Context): Promise<ApiObject | undefined> {
    const there = await connection.ask<ApiObject>('GET', pathOf(type, connection.namespace, name)).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    return there && (type === CLAIM || there.metadata.annotations?.[LABEL.workspace] !== context.workspace) ? there : undefined;
  }

  async function stanceOf(scale: Stance['scale']): Promise<Stance> {
    const [priorityClass, restricted] = await Promise.all([priorityClassOf(connection), isRestricted(connection)]);
    return { namespace: connection.namespace, scale, priorityClass, restricted };
  }

  async function roomFor(resource: Resource, seen: Seen): Promise<Result<void>> {
    // Pods that are there already are counted already.
    if (seen.pods.length > 0) return ok(undefined);
    const quotas = await connection
      .ask<{ items: ApiObject[] }>('GET', pathOf(QUOTA, connection.namespace))
      .catch((error: unknown) => (isForbidden(error) ? { items: [] } : Promise.reject(error)));
    const workload = workloadOf(resource);
    const problem = quotaProblem(quotas.items, workload, declaredReplicas(workload));
    return problem === undefined ? ok(undefined) : { ok: false, fault: overQuota(resource, problem) };
  }

  async function fetch(resource: Resource, context: Context): Promise<Result<void>> {
    if ((await view.look(resource, context)).rung === 'fetched') return ok(undefined);
    context.progress('pulling its images');
    const name = fetchJobName(resource, context);
    // One that failed is no help.
    await remove(connection, JOB, name);
    await gone(JOB, name, context);
    const job = await apply(connection, fetchJob(resource, await stanceOf('running'), context), context.signal);
    view.informer(JOB).take(job);
    const until = context.now() + FETCHED_WITHIN_MS;
    while (!context.signal.aborted) {
      const pods = await view.podsOf(job);
      if (isFetched(pods)) return ok(undefined);
      const trouble = troubleOf({ ...job, status: {} }, pods) ?? (await refusal(job, pods));
      if (trouble || context.now() > until) {
        await remove(connection, JOB, name);
        return troubled(resource, trouble ?? { of: 'program', text: 'the images were not pulled in ten minutes' });
      }
      await view.changed([POD, JOB], LOOK_AGAIN_MS, context.signal);
    }
    return cancelled(resource);
  }

  async function wait(resource: Resource, rung: Rung, context: Context): Promise<Result<void>> {
    context.progress(rung === 'ready' ? 'waiting until it is ready' : 'starting');
    const until = context.now() + resource.probe.timeoutMs;
    while (!context.signal.aborted) {
      const seen = await view.look(resource, context);
      if (seen.rung === 'ready' || (rung === 'running' && seen.pods.some(({ status }) => status?.phase === 'Running'))) {
        if (rung !== 'ready' || !PROBED.has(resource.probe.type)) return ok(undefined);
        return untilReady(resource, reachOf(await forwarders.backends(resource)), context.signal, context.now);
      }
      const trouble = seen.workload && (troubleOf(seen.workload, seen.pods) ?? (await refusal(seen.workload, seen.pods)));
      if (trouble) {
        // What can't start must not be tried for ever.
        view.informer(typeIn(resource)).take(await stop(connection, typeIn(resource), workloadOf(resource).metadata.name));
        return troubled(resource, trouble);
      }
      if (context.now() > until) return late(resource, seen);
      await view.changed([typeIn(resource), POD], LOOK_AGAIN_MS, context.signal);
    }
    return cancelled(resource);
  }

  async function refusal(workload: ApiObject, pods: readonly ApiObject[]): Promise<Trouble | undefined> {
    if (pods.length > 0) return undefined;
    const text = await refusedPods(connection, workload);
    return text === undefined ? undefined : refusalOf(text);
  }

  async function takeAway(resource: Resource, seen: Seen, context: Context): Promise<void> {
    if (seen.workload) await takeAwayWorkload(resource, context);
    await remove(connection, JOB, fetchJobName(resource, context));
    await gone(JOB, fetchJobName(resource, context), context);
    const [, ...others] = objectsOf(resource);
    for (const object of others) {
      const type = typeOf(object);
      if (!type || type === CLAIM || (await foreignObject(type, object.metadata.name, context))) continue;
      await remove(connection, type, object.metadata.name);
    }
  }

  async function takeAwayWorkload(resource: Resource, context: Context): Promise<void> {
    forwarders.end(resource.id);
    const { name } = workloadOf(resource).metadata;
    await remove(connection, typeIn(resource), name);
    await gone(typeIn(resource), name, context);
  }

  async function gone(type: ObjectType, name: string, context: Context): Promise<void> {
    const isThere = async () => (await view.informer(type).items()).some(({ metadata }) => metadata.name === name);
    while (!context.signal.aborted && (await isThere())) await view.changed([type], LOOK_AGAIN_MS, context.signal);
  }

  function settleForTheirs(resource: Resource, rung: Rung, seen: Seen, context: Context): Promise<Result<void>> | Result<void> {
    if (rung !== 'ready') return ok(undefined);
    if (seen.rung === 'ready' || seen.rung === 'running') return wait(resource, rung, context);
    const name = `${seen.workload?.kind} “${seen.workload?.metadata.name}”`;
    return failed(
      'start-failed',
      'never',
      `${resource.id}: the ${name} in ${connection.namespace} was made by another and is scaled to zero. Scale it up, or remove it so that Prewarm can make its own.`,
    );
  }

  const reachOf = (backends: readonly Backend[]): Reach => ({
    port: async (port) => backends.find((b) => b.containerPort === port)?.port,
    run: async () => 'cannot be run in a cluster',
    logs: async () => '',
    health: async () => undefined,
    dead: async () => undefined,
  });

  return {
    move,
    reachOf,
    failure(error: unknown, resource: Resource, context: Context): Result<never> {
      return context.signal.aborted ? cancelled(resource) : { ok: false, fault: faultOf(error, resource) };
    },
  };
}

/** Some fields of a StatefulSet and all of a Job's template can't be changed. */
const isImmutable = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 422 && /immutable|forbidden/i.test(error.message);
