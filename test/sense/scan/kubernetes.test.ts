import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isManifestFile, scanManifests } from '../../../src/sense/scan/kubernetes.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: db }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db, tier: data } }
    spec:
      containers:
        - name: db
          image: postgres:15
          ports: [{ name: sql, containerPort: 5432 }]
          envFrom: [{ secretRef: { name: login } }]
      volumes: [{ name: data, persistentVolumeClaim: { claimName: db-data } }]
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: db }
spec: { selector: { app: db }, ports: [{ port: 15432, targetPort: sql }] }
`;
const OTHERS = `apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { PGPASSWORD: secret }
---
apiVersion: v1
kind: Secret
metadata: { name: unused }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: db-data }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
const scanned = (files: Readonly<Record<string, string>>) => scanManifests(Object.entries(files).map(([path, text]) => ({ path, text })));

describe('plain manifests', () => {
  it('are those below folders that are named so', () => {
    expect(['k8s/db.yaml', 'app/deploy/dev/db.yml', 'kubernetes/a/b/c.yaml'].map(isManifestFile)).toEqual([true, true, true]);
    expect(['db.yaml', 'deploy.yaml', 'src/k8s.yml', 'k8s/readme.md', 'my-k8s/db.yaml'].map(isManifestFile)).toEqual(Array(5).fill(false));
  });

  it('give a workload, what selects it and what it names, with the port that clients know', () => {
    const { resources, problems } = scanned({ 'k8s/db.yaml': `${DEPLOYMENT}---\n${SERVICE}`, 'k8s/rest.yaml': OTHERS });
    expect(problems).toEqual([]);
    expect(resources).toMatchObject([
      {
        id: 'kubernetes:k8s/db',
        kind: 'database',
        provider: 'kubernetes',
        declaredIn: 'k8s/db.yaml',
        ports: [{ container: 5432, host: 15432, protocol: 'tcp' }],
        memoryBytes: 0,
      },
    ]);
    const { spec } = resources[0] as (typeof resources)[0];
    expect(spec.type === 'kubernetes' && spec.objects.map((o) => `${o.kind}/${o.metadata.name}`)).toEqual([
      'Deployment/db',
      'Service/db',
      'Secret/login',
      'PersistentVolumeClaim/db-data',
    ]);
  });

  it('for several environments are one workload, for development if there is one', () => {
    const { resources } = scanned({
      'deploy/prod/db.yaml': DEPLOYMENT,
      'deploy/base/db.yaml': DEPLOYMENT,
      'deploy/dev/db.yaml': DEPLOYMENT,
    });
    expect(resources.map((r) => r.id)).toEqual(['kubernetes:deploy/dev/db']);
  });

  it('in a List are read as well; other kinds are not warmed', () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'migrate' },
          spec: { template: { spec: { containers: [{ image: 'app:1' }] } } },
        },
        { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'logs' } },
      ],
    });
    expect(scanned({ 'k8s/all.yaml': list }).resources).toMatchObject([{ id: 'kubernetes:k8s/migrate', kind: 'job' }]);
  });

  it('of Helm and Kustomize are left out, by name', () => {
    const { resources, problems } = scanned({
      'deploy/templates/db.yaml': DEPLOYMENT.replace('postgres:15', '{{ .Values.image }}'),
      'k8s/kustomization.yaml': 'resources: [db.yaml]',
    });
    expect(resources).toEqual([]);
    expect(problems.map((p) => p.message)).toEqual([
      'deploy/templates/db.yaml: Helm templates are not read; it is left out.',
      'k8s/kustomization.yaml: kustomizations are not read; only the plain manifests beside it are.',
    ]);
  });

  it('that are broken cost only themselves', () => {
    const { resources, problems } = scanned({ 'k8s/a.yaml': 'kind: [', 'k8s/db.yaml': DEPLOYMENT });
    expect(resources).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/^k8s\/a\.yaml: it is not valid YAML/);
  });

  it('are read without a throw, whatever stands in them', () => {
    const value = fc.jsonValue();
    const workload = fc.record({
      apiVersion: fc.constant('apps/v1'),
      kind: fc.constant('Deployment'),
      metadata: fc.oneof(value, fc.record({ name: fc.oneof(value, fc.string()) })),
      spec: fc.oneof(value, fc.record({ template: fc.oneof(value, fc.record({ spec: value, metadata: value })) })),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          value.map(String),
          workload.map((w) => JSON.stringify(w)),
        ),
        (text) => {
          for (const r of scanned({ 'k8s/x.yaml': text, 'k8s/s.yaml': SERVICE }).resources) expect(r.id).toMatch(/^kubernetes:k8s\//);
        },
      ),
    );
  });
});
