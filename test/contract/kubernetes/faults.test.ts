import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Observation, Resource, Result } from '../../../src/domain/index.ts';
import { connect as connectCluster } from '../../../src/provision/kubernetes/connection.ts';
import { createInformer } from '../../../src/provision/kubernetes/informer.ts';
import { DEPLOYMENT } from '../../../src/provision/kubernetes/objects.ts';
import type { Context, Provider } from '../../../src/provision/provider.ts';
import { createKubernetesProvider } from '../../../src/provision/providers/kubernetes.ts';
import { startCluster } from '../../harness/kubernetes.mjs';
import { until } from '../../harness/until.mjs';
import { CLUSTER_STARTS_WITHIN_MS, clusterProblem } from '../cluster.ts';
import { type Cluster, countWorkloads, namespaceFor, PORT, workload } from './workloads.ts';

const title = `kubernetes, when things go wrong${clusterProblem ? ` (skipped: ${clusterProblem})` : ''}`;

describe.skipIf(clusterProblem !== undefined)(title, () => {
  let cluster: Cluster;
  let namespace: string;
  let provider: Provider;
  let folder: string;
  let serial = 0;
  const echo = createServer((socket) => socket.pipe(socket));
  const providers: Provider[] = [];

  beforeAll(async () => {
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    cluster = await startCluster({ forwards: { [PORT]: (echo.address() as { port: number }).port } });
  }, CLUSTER_STARTS_WITHIN_MS);
  afterAll(async () => {
    echo.close();
    await cluster?.stop();
  });
  beforeEach(async () => {
    namespace = await namespaceFor(cluster, `faults-${++serial}`);
    folder = mkdtempSync(join(tmpdir(), 'prewarm-kubernetes-'));
    provider = make();
  });
  afterEach(async () => {
    for (const made of providers.splice(0)) await made.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function make(kubeconfig = cluster.kubeconfig): Provider {
    const made = createKubernetesProvider({ kubeconfig, context: 'test', namespace });
    providers.push(made);
    return made;
  }
  const context = (more: Partial<Context> = {}): Context => ({
    workspace: 'faults',
    storage: folder,
    leases: join(folder, 'leases'),
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    progress: () => {},
    instance: 'window-1-faults',
    onBehalfOf: 'prediction',
    ...more,
  });
  const observe = async (resource: Resource, by = provider): Promise<Observation> =>
    (await by.observe([resource], context()))[0] as Observation;
  const faultOf = (result: Result<unknown>) => (result.ok ? undefined : result.fault);
  const readOf = (kind: string, name: string) => cluster.api('GET', `/apis/apps/v1/namespaces/${namespace}/${kind}/${name}`);

  it('the API server restarts in the middle: unknown meanwhile, then it goes on, and nothing is doubled', async () => {
    const [kept, fresh] = [workload('kept'), workload('fresh')];
    expect(await provider.reach(kept, 'ready', context())).toMatchObject({ ok: true });
    const halfWay = provider.reach(fresh, 'ready', context({ progress: (text) => text === 'starting' && void cluster.stopApiServer() }));
    expect(faultOf(await halfWay)?.code).toBe('engine-unreachable');
    await until(async () => (await observe(kept)).rung === 'unknown', 5000, 'it is still taken for known');
    expect((await provider.sweep(context())).ok).toBe(false);
    await cluster.startApiServer();
    expect(await provider.reach(fresh, 'ready', context())).toMatchObject({ ok: true, value: { rung: 'ready' } });
    expect((await observe(kept)).rung).toBe('ready');
    for (const resource of [kept, fresh]) expect(await countWorkloads(cluster, namespace, resource, context())).toBe(1);
  });

  it('the network is cut: what does not answer is unknown, and comes back', async () => {
    const resource = workload('cut');
    const hasty = createKubernetesProvider({ kubeconfig: cluster.kubeconfig, context: 'test', namespace, answersWithinMs: 1000 });
    providers.push(hasty);
    cluster.pauseApiServer();
    try {
      expect((await observe(resource, hasty)).rung).toBe('unknown');
      expect((await hasty.check(context().signal)).ok).toBe(false);
    } finally {
      cluster.resumeApiServer();
    }
    expect(await hasty.reach(resource, 'created', context())).toMatchObject({ ok: true, value: { rung: 'created' } });
  });

  it('a watch whose version is gone (410) is begun anew, and misses nothing', async () => {
    const connection = connectCluster({ kubeconfig: cluster.kubeconfig, context: 'test', namespace });
    let lies = 1;
    // The first watch asks from a version that was compacted long ago, as after a long sleep.
    const informer = createInformer(
      {
        ...connection,
        stream: (path, signal) => connection.stream(lies-- > 0 ? path.replace(/resourceVersion=\d+/, 'resourceVersion=1') : path, signal),
      },
      DEPLOYMENT,
    );
    const heard: string[] = [];
    informer.listen((did, object) => heard.push(`${did} ${object.metadata.name}`));
    expect(await informer.items()).toEqual([]);
    await provider.reach(workload('late'), 'created', context());
    await until(
      () => heard.includes('added late'),
      10_000,
      () => `heard only: ${heard.join(', ')}`,
    );
    expect((await informer.items()).map((o) => o.metadata.name)).toEqual(['late']);
    informer.close();
    connection.close();
  });

  it('what is forbidden is said before anything is tried, with the right that is missing', async () => {
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }];
    await cluster.api('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', role('looks', rules));
    await cluster.api('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding('looks', 'viewers'));
    const looking = make(cluster.kubeconfigFor('vera', ['viewers']));
    const resource = workload('forbidden');
    expect((await observe(resource, looking)).rung).toBe('absent');
    const fault = faultOf(await looking.reach(resource, 'ready', context()));
    expect(fault).toMatchObject({ code: 'forbidden', retry: 'never' });
    expect(fault?.message).toMatch(new RegExp(`you may not create deployments\\.apps in the namespace ${namespace}`));
    expect((await observe(resource, make(cluster.kubeconfigFor('nobody')))).rung).toBe('unknown');
  });

  it('a quota that has no room: one fault that says which, and nothing is left running', async () => {
    await cluster.api('POST', `/api/v1/namespaces/${namespace}/resourcequotas`, quota({ 'requests.memory': '1Gi' }));
    await until(
      async () => (await cluster.api('GET', `/api/v1/namespaces/${namespace}/resourcequotas/team`)).body.status?.hard,
      10_000,
      'the quota has no status',
    );
    const large = workload('large', { resources: { requests: { memory: '2Gi' } } });
    expect(faultOf(await provider.reach(large, 'ready', context()))?.message).toMatch(/requests\.memory is 0 of 1Gi/);
    // Without a request it is refused by the quota as well, which only the cluster knows.
    for (const kind of ['Deployment', 'StatefulSet'] as const) {
      const silent = workload(`silent-${kind.toLowerCase()}`, { kind });
      const fault = faultOf(await provider.reach(silent, 'ready', context()));
      expect(fault).toMatchObject({ code: 'storage-failed', retry: 'later' });
      expect(fault?.message).toMatch(/must specify|failed quota/);
      expect((await observe(silent)).rung).toBe('created');
    }
    const small = workload('small', { resources: { requests: { memory: '512Mi' } } });
    expect(await provider.reach(small, 'ready', context())).toMatchObject({ ok: true });
  });

  it('a field that another program manages is left to it', async () => {
    const resource = workload('shared');
    await provider.reach(resource, 'ready', context());
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/shared?fieldManager=somebody`;
    expect((await cluster.api('PATCH', path, { spec: { replicas: 3 } })).status).toBe(200);
    const fault = faultOf(await provider.reach(resource, 'created', context()));
    expect(fault).toMatchObject({ code: 'held-by-other', retry: 'never' });
    expect(fault?.message).toMatch(/somebody.*\.spec\.replicas/s);
    expect((await readOf('deployments', 'shared')).body.spec.replicas).toBe(3);
  });

  it('what a person made under the same name is used and never changed', async () => {
    const resource = workload('theirs');
    const [object] = (resource.spec as Extract<Resource['spec'], { type: 'kubernetes' }>).objects;
    await cluster.api('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, object);
    expect(await provider.reach(resource, 'ready', context())).toMatchObject({ ok: true, value: { rung: 'ready', owner: 'developer' } });
    expect(await provider.reach(resource, 'absent', context({ onBehalfOf: 'person' }))).toMatchObject({ ok: true });
    expect((await readOf('deployments', 'theirs')).body.spec.replicas).toBe(1);
    expect((await provider.sweep(context({ now: () => Date.now() + 1e9 }))).ok).toBe(true);
    expect((await readOf('deployments', 'theirs')).body.spec.replicas).toBe(1);
  });

  it('a volume claim is used, and stays when all else is taken away', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'claims' },
      spec: { selector: { app: 'claims' }, ports: [{ port: PORT }] },
    };
    const resource = workload('claims', { others: [claim, service] });
    await provider.reach(resource, 'created', context());
    const has = async (kind: string, name: string) => (await cluster.api('GET', `/api/v1/namespaces/${namespace}/${kind}/${name}`)).status;
    expect([await has('persistentvolumeclaims', 'data'), await has('services', 'claims')]).toEqual([200, 200]);
    await provider.reach(resource, 'absent', context());
    expect([await has('persistentvolumeclaims', 'data'), await has('services', 'claims')]).toEqual([200, 404]);
  });

  it('in a namespace that enforces Pod Security restricted, what we make is let in', async () => {
    namespace = await namespaceFor(cluster, `restricted-${serial}`, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const strict = make();
    const resource = workload('safe');
    for (const rung of ['fetched', 'created', 'ready'] as const)
      expect(await strict.reach(resource, rung, context()), rung).toMatchObject({ ok: true, value: { rung } });
    const privileged = workload('unsafe', { pod: { hostNetwork: true } });
    const fault = faultOf(await strict.reach(privileged, 'ready', context()));
    expect(fault).toMatchObject({ code: 'forbidden' });
    expect(fault?.message).toMatch(/violates PodSecurity "restricted:latest": host namespaces/);
  });

  it('warmed pods give way: they bear the low class, which pushes nothing out', async () => {
    await provider.reach(workload('low'), 'ready', context());
    const { body } = await cluster.api('GET', `/api/v1/namespaces/${namespace}/pods`);
    expect(body.items[0].spec).toMatchObject({ priorityClassName: 'prewarm-warm', priority: -1000, preemptionPolicy: 'Never' });
  });

  it('a stateful set and a job climb and come down as well', async () => {
    for (const kind of ['StatefulSet', 'Job'] as const) {
      const resource = workload(`a-${kind.toLowerCase()}`, { kind });
      for (const rung of ['fetched', 'created', 'ready', 'created', 'absent'] as const) {
        const result = await provider.reach(resource, rung, context({ onBehalfOf: 'person' }));
        expect(result, `${kind} to ${rung}: ${faultOf(result)?.message ?? ''}`).toMatchObject({ ok: true, value: { rung } });
      }
    }
  });

  it('another machine’s lease holds against a prediction, not against a person; swept, it is taken up again without a fight', async () => {
    const resource = workload('leased');
    expect(await provider.reach(resource, 'ready', context())).toMatchObject({ ok: true });
    const elsewhere = { leases: join(folder, 'another-machine'), instance: 'window-2-elsewhere' };
    expect(faultOf(await make().reach(resource, 'created', context(elsewhere)))).toMatchObject({ code: 'held-by-other', retry: 'later' });
    // A window that lives and renews other things has let go of this one.
    await provider.renew([workload('another')], context({ now: () => Date.now() + 50_000 }));
    const later = context({ now: () => Date.now() + 70_000 });
    expect(await provider.sweep(later)).toMatchObject({ ok: true, value: [{ resource: resource.id, what: 'Deployment leased' }] });
    expect((await observe(resource)).rung).toBe('created');
    expect(await provider.reach(resource, 'ready', context())).toMatchObject({ ok: true, value: { rung: 'ready' } });
  });

  it('a client on this machine reaches the pod’s port, both ways and in bulk', async () => {
    const result = await provider.reach(workload('served'), 'ready', context());
    if (!result.ok) throw new Error(result.fault.message);
    const sent = Buffer.alloc(3_000_000, 'prewarm');
    expect(await echoed(result.value.backends[0]?.port as number, sent)).toEqual(sent);
  });

  it('a watch tells what becomes of a workload', async () => {
    const resource = workload('watched');
    const heard: string[] = [];
    const end = provider.watch?.([resource], ({ did, resource: id, owner }) => heard.push(`${did} ${id} ${owner}`));
    await provider.reach(resource, 'ready', context());
    await provider.reach(resource, 'absent', context());
    const of = (did: string) => `${did} ${resource.id} prewarm`;
    await until(
      () => heard.at(-1) === of('destroy'),
      10_000,
      () => `heard: ${heard.join(', ')}`,
    );
    expect(heard).toEqual([of('start'), of('ready'), of('die'), of('destroy')]);
    end?.();
  });
});

const role = (name: string, rules: readonly object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
});

const binding = (name: string, group: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
});

const quota = (hard: object) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'team' }, spec: { hard } });

function echoed(port: number, sent: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const client = connect(port, '127.0.0.1', () => client.write(sent));
    client.on('error', reject);
    client.on('close', () => reject(new Error(`the connection ended after ${length} of ${sent.length} bytes`)));
    client.on('data', (data) => {
      parts.push(data);
      length += data.length;
      if (length < sent.length) return;
      resolve(Buffer.concat(parts));
      client.destroy();
    });
  });
}
