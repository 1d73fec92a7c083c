import type { Rung } from '../../domain/index.ts';
import type { ApiObject } from './objects.ts';

/** How warm a workload is, by its own status and the conditions of its pods. */
export function rungOf(workload: ApiObject, pods: readonly ApiObject[]): Rung {
  if (workload.kind === 'Job') return jobRung(workload);
  const wanted = workload.spec?.replicas ?? 1;
  if (wanted === 0) return 'created';
  const { observedGeneration = 0, updatedReplicas = 0, readyReplicas = 0 } = workload.status ?? {};
  const current = observedGeneration >= (workload.metadata.generation ?? 0) && updatedReplicas >= wanted;
  return current && readyReplicas >= wanted && pods.filter(isReady).length >= wanted ? 'ready' : 'running';
}

function jobRung({ spec, status }: ApiObject): Rung {
  if (hasCondition(status, 'Complete')) return 'ready';
  return spec?.suspend === true ? 'created' : 'running';
}

/** A pod that is served from: its readiness probes have passed, and it is not on its way out. */
export const isReady = ({ metadata, status }: ApiObject): boolean =>
  metadata.deletionTimestamp === undefined && hasCondition(status, 'Ready');

export const hasCondition = (status: ApiObject['status'], type: string): boolean =>
  (status?.conditions ?? []).some((c: { type?: string; status?: string }) => c.type === type && c.status === 'True');

/** Why it will not become ready by waiting. */
export interface Trouble {
  readonly of: 'image' | 'program' | 'room' | 'policy';
  /** In the cluster's words. */
  readonly text: string;
}

const NO_IMAGE = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const ENDS = new Set(['CrashLoopBackOff', 'RunContainerError', 'CreateContainerConfigError', 'CreateContainerError', 'StartError']);

/** What holds a workload up for good, if anything does: an image that cannot be had, a program that ends, a pod that is refused. */
export function troubleOf(workload: ApiObject, pods: readonly ApiObject[]): Trouble | undefined {
  for (const pod of pods) {
    const trouble = podTrouble(pod);
    if (trouble) return trouble;
  }
  const conditions: readonly { type?: string; status?: string; reason?: string; message?: string }[] = workload.status?.conditions ?? [];
  const refused = conditions.find((c) => c.status === 'True' && (c.type === 'ReplicaFailure' || c.type === 'Failed'));
  return refused && refusalOf(refused.message ?? refused.reason ?? '');
}

/** Why no pod could be made, from the words of the controller that tried. */
export const refusalOf = (text: string): Trouble => ({
  of: /exceeded quota|maximum .* usage per|must specify (limits|requests)/.test(text)
    ? 'room'
    : /PodSecurity|forbidden/.test(text)
      ? 'policy'
      : 'program',
  text,
});

function podTrouble({ metadata, status }: ApiObject): Trouble | undefined {
  if (metadata.deletionTimestamp !== undefined) return undefined;
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { waiting, terminated } = container.state ?? {};
    if (NO_IMAGE.has(waiting?.reason)) return { of: 'image', text: `${container.image}: ${waiting.message ?? waiting.reason}` };
    if (ENDS.has(waiting?.reason))
      return { of: 'program', text: endOf(container.lastState?.terminated) ?? waiting.message ?? waiting.reason };
    if (terminated && terminated.exitCode !== 0) return { of: 'program', text: endOf(terminated) as string };
  }
  return undefined;
}

const endOf = (end: { exitCode?: number; message?: string; reason?: string } | undefined): string | undefined =>
  end && `exit code ${end.exitCode ?? '?'}${end.message ? `; its last words: ${end.message.slice(-300)}` : ''}.`;

/** The images of a fetching pod are on its node as soon as a container of each has been made, however it ended. */
export function isFetched(pods: readonly ApiObject[]): boolean {
  return pods.some(({ spec, status }) => {
    const seen: readonly { imageID?: string; state?: { running?: unknown; terminated?: unknown } }[] = status?.containerStatuses ?? [];
    return seen.length >= (spec?.containers?.length ?? 1) && seen.every((c) => c.imageID || c.state?.running || c.state?.terminated);
  });
}
