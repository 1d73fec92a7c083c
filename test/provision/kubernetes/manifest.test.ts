import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import { fetchJob, manifestsOf } from '../../../src/provision/kubernetes/manifest.ts';
import type { Context } from '../../../src/provision/provider.ts';

const context = { workspace: 'shop', now: () => 1000, leaseMs: 5 } as unknown as Context;
const stance = { namespace: 'dev', scale: 'running', priorityClass: 'prewarm-warm', restricted: false } as const;
const objects = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'db', labels: { app: 'db' }, resourceVersion: '7', managedFields: [] },
    status: { replicas: 3 },
    spec: { replicas: 2, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'postgres:15' }] } } },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec: { ports: [{ port: 5432 }] } },
] as const;
const resource: Resource = {
  id: 'kubernetes:k8s/db',
  name: 'db',
  kind: 'database',
  provider: 'kubernetes',
  declaredIn: 'k8s/db.yaml',
  ports: [],
  dependsOn: [],
  probe: { type: 'health', timeoutMs: 1 },
  memoryBytes: 0,
  spec: { type: 'kubernetes', objects },
};

describe('what is applied', () => {
  it('is what was declared, the workload last, labelled, in our namespace, without what the cluster itself writes', () => {
    const [service, deployment] = manifestsOf(resource, stance, context) as [never, (typeof objects)[0]];
    expect(service).toMatchObject({ kind: 'Service', metadata: { name: 'db', namespace: 'dev' }, spec: { ports: [{ port: 5432 }] } });
    expect(deployment).not.toHaveProperty('status');
    expect(deployment.metadata).toEqual({
      name: 'db',
      namespace: 'dev',
      labels: expect.objectContaining({ app: 'db', 'dev.prewarm.owner': 'prewarm' }),
      annotations: expect.objectContaining({ 'dev.prewarm.resource': 'kubernetes:k8s/db', 'dev.prewarm.lease': '1005' }),
    });
    expect(deployment.spec).toMatchObject({
      replicas: 2,
      template: { metadata: { labels: { app: 'db' } }, spec: { priorityClassName: 'prewarm-warm' } },
    });
  });

  it('has label values that the API takes, whatever the ids are', () => {
    for (const object of manifestsOf({ ...resource, id: 'kubernetes:a b/ü?' }, stance, { ...context, workspace: '/home/me/ü' }))
      for (const value of Object.values(object.metadata.labels ?? {})) expect(value).toMatch(/^[\w.-]{1,63}$/);
  });

  it('is scaled to zero where it is only to be made', () =>
    expect(manifestsOf(resource, { ...stance, scale: 'stopped' }, context).at(-1)?.spec).toMatchObject({ replicas: 0 }));

  it('keeps a priority class that was declared', () => {
    const spec = { template: { spec: { priorityClassName: 'high', containers: [] } } };
    const own = { ...resource, spec: { type: 'kubernetes', objects: [{ ...objects[0], spec }] } } as Resource;
    expect(manifestsOf(own, stance, context).at(-1)?.spec).toMatchObject({ template: { spec: { priorityClassName: 'high' } } });
  });

  it('is filled up to Pod Security restricted where the namespace asks for it, and a word of the manifest stands', () => {
    const deployment = manifestsOf(resource, { ...stance, restricted: true }, context).at(-1) as (typeof objects)[0];
    const { spec } = deployment.spec.template;
    expect(spec).toMatchObject({ securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
    expect(spec.containers[0]).toMatchObject({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } });
  });

  it('images are fetched by a job that is restricted by itself and runs where the workload may', () => {
    const job = fetchJob(resource, stance, context);
    expect(job.spec).toMatchObject({
      backoffLimit: 0,
      template: {
        spec: { restartPolicy: 'Never', securityContext: { runAsNonRoot: true, runAsUser: 65534 }, containers: [{ image: 'postgres:15' }] },
      },
    });
  });
});
