import type { KubernetesObject } from '../../domain/index.ts';

/** An object as the API server gives it: only what is read here. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  // biome-ignore lint/suspicious/noExplicitAny: what the API server sends is read field by field, with defaults
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly status?: any;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
}

/** Where objects of a kind live in the API. */
export interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

const type = (apiVersion: string, kind: string, plural: string): ObjectType => ({ apiVersion, kind, plural });

export const POD = type('v1', 'Pod', 'pods');
export const EVENT = type('v1', 'Event', 'events');
export const JOB = type('batch/v1', 'Job', 'jobs');
export const DEPLOYMENT = type('apps/v1', 'Deployment', 'deployments');
export const STATEFUL_SET = type('apps/v1', 'StatefulSet', 'statefulsets');
export const LEASE = type('coordination.k8s.io/v1', 'Lease', 'leases');
export const QUOTA = type('v1', 'ResourceQuota', 'resourcequotas');
export const CLAIM = type('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');

/** What runs: one of these is a resource's first object. */
export const WORKLOADS: readonly ObjectType[] = [DEPLOYMENT, STATEFUL_SET, JOB];
/** All that may be applied. */
const KNOWN: readonly ObjectType[] = [
  ...WORKLOADS,
  type('v1', 'Service', 'services'),
  CLAIM,
  type('v1', 'Secret', 'secrets'),
  type('v1', 'ConfigMap', 'configmaps'),
];

export const typeOf = ({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): ObjectType | undefined =>
  KNOWN.find((t) => t.apiVersion === apiVersion && t.kind === kind);

export const groupOf = ({ apiVersion }: ObjectType): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '');

/** `/api/v1/namespaces/dev/pods`, and `/…/name` where one is meant. */
export function pathOf(type: ObjectType, namespace: string | undefined, name?: string): string {
  const root = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${within}/${type.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
