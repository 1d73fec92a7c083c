import type { Probe, Resource } from '../../../src/domain/index.ts';
import { keysFor } from '../../../src/provision/kubernetes/manifest.ts';
import { LABEL } from '../../../src/provision/ownership.ts';
import type { Context } from '../../../src/provision/provider.ts';
import type { startCluster } from '../../harness/kubernetes.mjs';

export type Cluster = Awaited<ReturnType<typeof startCluster>>;
export type Fate = 'image-missing' | 'ends' | 'never-ready';

/** The container port that the cluster's forwards lead somewhere. */
export const PORT = 6379;

interface Wanted {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'Job';
  readonly fate?: Fate;
  readonly image?: string;
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, unknown>>;
  readonly others?: readonly unknown[];
  readonly probe?: Probe;
}

export function workload(
  name: string,
  {
    kind = 'Deployment',
    fate,
    image = 'redis:7',
    pod = {},
    resources,
    others = [],
    probe = { type: 'health', timeoutMs: 40_000 },
  }: Wanted = {},
): Resource {
  const labels = { app: name };
  const template = {
    metadata: { labels, ...(fate ? { annotations: { 'test.prewarm.dev/fate': fate } } : {}) },
    spec: {
      containers: [{ name: 'main', image, ports: [{ containerPort: PORT }], ...(resources ? { resources } : {}) }],
      ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}),
      ...pod,
    },
  };
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: labels } };
  const service = kind === 'StatefulSet' ? { serviceName: name } : {};
  const object = {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name },
    spec: { ...selector, ...service, template },
  };
  return {
    id: `kubernetes:test/${name}`,
    name,
    kind: 'cache',
    provider: 'kubernetes',
    declaredIn: 'k8s/test.yaml',
    ports: kind === 'Job' ? [] : [{ container: PORT, protocol: 'tcp' }],
    dependsOn: [],
    probe,
    memoryBytes: 0,
    spec: { type: 'kubernetes', objects: [object, ...(others as (typeof object)[])] },
  };
}

/** Workloads of ours for this resource, asked of the API server; what only fetches images does not count. */
export async function countWorkloads(cluster: Cluster, namespace: string, resource: Resource, context: Context): Promise<number> {
  const labels = `${LABEL.resource}=${keysFor(resource, context)[LABEL.resource]},!dev.prewarm.role`;
  const plurals = ['apps/v1|deployments', 'apps/v1|statefulsets', 'batch/v1|jobs'].map((p) => p.split('|'));
  const lists = await Promise.all(
    plurals.map(([api, plural]) =>
      cluster.api('GET', `/apis/${api}/namespaces/${namespace}/${plural}?labelSelector=${encodeURIComponent(labels)}`),
    ),
  );
  return lists.flatMap((l) => l.body.items).filter((o) => o.metadata.deletionTimestamp === undefined).length;
}

/** A namespace of its own for a test, with its default service account, without which no pod is made. */
export async function namespaceFor(cluster: Cluster, name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  await cluster.api('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  for (let n = 0; n < 300; n++) {
    if ((await cluster.api('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200) return name;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the namespace ${name} has no service account after 30 s`);
}
