import { failed, type Resource, type Result } from '../../domain/index.ts';
import { overQuota } from './faults.ts';
import { isReady, type Trouble } from './rungOf.ts';
import type { Seen } from './view.ts';

/** What holds it up, for people. */
export function troubled(resource: Resource, { of, text }: Trouble): Result<never> {
  if (of === 'room') return { ok: false, fault: overQuota(resource, text) };
  if (of === 'policy')
    return failed(
      'forbidden',
      'never',
      `${resource.id}: the cluster refuses its pods: ${text.slice(0, 400)}. Correct ${resource.declaredIn}.`,
      text,
    );
  if (of === 'image')
    return failed(
      'image-missing',
      'later',
      `${resource.id}: its image could not be had (${text.slice(0, 300)}). Check it in ${resource.declaredIn}.`,
      text,
    );
  return failed('start-failed', 'later', `${resource.id} ended before it was ready: ${text.slice(0, 400)}`, text);
}

/** The time of its probe is up. */
export function late(resource: Resource, { pods }: Seen): Result<never> {
  const waiting = pods.find((pod) => !isReady(pod));
  const said = (waiting?.status?.conditions ?? []).find(
    (c: { status?: string; message?: string }) => c.status === 'False' && c.message,
  )?.message;
  return failed(
    'not-ready',
    'later',
    `${resource.id} did not become ready in ${Math.round(resource.probe.timeoutMs / 1000)} s: ${said ?? (pods.length === 0 ? 'no pod was made' : 'its pods are not ready')}. Look at its log, or give its probe more time.`,
  );
}

export const cancelled = (resource: Resource) => failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
