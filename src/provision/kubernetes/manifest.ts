import { createHash } from 'node:crypto';
import type { KubernetesObject, Resource } from '../../domain/index.ts';
import { LABEL, labelsFor, OWNER } from '../ownership.ts';
import type { Context } from '../provider.ts';
import { hardened } from './podSecurity.ts';

export const FIELD_MANAGER = 'prewarm';

/** How the declared objects are to stand in the cluster. */
export interface Stance {
  readonly namespace: string;
  /** `stopped`: scaled to zero (a Job: suspended). */
  readonly scale: 'stopped' | 'running';
  /** Of warmed pods, where the cluster has it: real work goes before them. */
  readonly priorityClass?: string | undefined;
  /** The namespace enforces the Pod Security Standard *restricted*. */
  readonly restricted: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the kinds of a resource's objects are; the first is the workload. */
export const objectsOf = (resource: Resource): readonly [KubernetesObject, ...KubernetesObject[]] => {
  if (resource.spec.type !== 'kubernetes') throw new Error(`${resource.id} is no Kubernetes resource`);
  return resource.spec.objects;
};

export const workloadOf = (resource: Resource): KubernetesObject => objectsOf(resource)[0];

export const declaredReplicas = ({ spec }: KubernetesObject): number =>
  Math.max(1, Number((spec as { replicas?: unknown } | undefined)?.replicas ?? 1) || 1);

/** The workload's objects as they are applied, what it stands on first. */
export function manifestsOf(resource: Resource, stance: Stance, context: Context): readonly KubernetesObject[] {
  const [workload, ...others] = objectsOf(resource);
  const ours = labelsFor(resource, context);
  const plain = (object: KubernetesObject): KubernetesObject => {
    const { metadata, status: _, ...rest } = object;
    return {
      ...rest,
      metadata: {
        name: metadata.name,
        namespace: stance.namespace,
        labels: { ...metadata.labels, ...keysFor(resource, context) },
        // The exact values: a label's may not hold every character.
        annotations: { ...metadata.annotations, ...ours },
      },
    } as KubernetesObject;
  };
  return [...others.map(plain), withStance(plain(workload), resource, stance, context)];
}

/** Short names for what may not stand in a label; with them the API server finds what is ours. */
export function keysFor(resource: Resource, context: Pick<Context, 'workspace'>): Record<string, string> {
  return {
    [LABEL.owner]: OWNER,
    [LABEL.workspace]: keyOf(context.workspace),
    [LABEL.resource]: keyOf(resource.id),
  };
}

export const keyOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 16);

export const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

function withStance(workload: KubernetesObject, resource: Resource, stance: Stance, context: Context): KubernetesObject {
  const spec = (workload.spec ?? {}) as Fields;
  const template = (spec.template ?? {}) as { metadata?: { labels?: Fields; annotations?: Fields }; spec?: Fields };
  const scale =
    workload.kind === 'Job'
      ? { suspend: stance.scale === 'stopped' }
      : { replicas: stance.scale === 'stopped' ? 0 : declaredReplicas(workloadOf(resource)) };
  return {
    ...workload,
    spec: {
      ...spec,
      ...scale,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...keysFor(resource, context) } },
        spec: podSpec(template.spec ?? {}, stance),
      },
    },
  };
}

function podSpec(declared: Fields, { priorityClass, restricted }: Stance): Fields {
  const spec = restricted ? hardened(declared) : declared;
  return priorityClass === undefined || spec.priorityClassName !== undefined ? spec : { ...spec, priorityClassName: priorityClass };
}

/**
 * A Job whose pod uses the workload's images where that may run, and ends: the images are then on the node. That a program cannot be run in
 * one does not matter, so images without a shell are fetched as well. Compatible with Pod Security *restricted*.
 */
export function fetchJob(resource: Resource, { namespace, priorityClass }: Stance, context: Context): KubernetesObject {
  const workload = workloadOf(resource);
  const pod = ((workload.spec as { template?: { spec?: Fields } })?.template?.spec ?? {}) as Fields;
  const containers = ((pod.containers ?? []) as readonly { image?: string }[]).map(({ image }, n) => ({
    name: `image-${n}`,
    image,
    command: ['true'],
    resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
  }));
  const where = Object.fromEntries(
    ['nodeSelector', 'affinity', 'tolerations', 'imagePullSecrets'].flatMap((key) => (pod[key] === undefined ? [] : [[key, pod[key]]])),
  );
  const template = (workload.spec as { template?: { metadata?: { annotations?: Fields } } }).template;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: fetchJobName(resource, context),
      namespace,
      labels: { ...keysFor(resource, context), [ROLE]: 'fetch' },
      annotations: labelsFor(resource, context),
    } as KubernetesObject['metadata'],
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { ...keysFor(resource, context), [ROLE]: 'fetch' }, annotations: template?.metadata?.annotations ?? {} },
        spec: hardened({
          ...where,
          containers,
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: { runAsUser: NOBODY },
          ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
        }),
      },
    },
  };
}

/** Tells what only helps (a Job that fetches images) from the workload itself. */
export const ROLE = 'dev.prewarm.role';
const NOBODY = 65534;

export const fetchJobName = (resource: Resource, context: Pick<Context, 'workspace'>): string =>
  `prewarm-fetch-${keyOf(`${context.workspace}\n${resource.id}`)}`;
