import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/provision/kubernetes/connection.ts';
import { startCluster } from '../../harness/kubernetes.mjs';
import { CLUSTER_STARTS_WITHIN_MS, clusterProblem } from '../cluster.ts';
import type { Cluster } from './workloads.ts';

/** The bench itself: what the suites over a cluster stand on. Etcd and the API server alone. */
describe.skipIf(clusterProblem !== undefined)(`the control plane${clusterProblem ? ` (skipped: ${clusterProblem})` : ''}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0 });
  }, CLUSTER_STARTS_WITHIN_MS);
  afterAll(() => cluster?.stop());

  const whoAmI = async (kubeconfig: string) => {
    const connection = connect({ kubeconfig, context: 'test', namespace: 'default' });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await connection.ask<{ status: { userInfo: { username: string; groups: string[] } } }>(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      review,
    );
    connection.close();
    return answer.status.userInfo;
  };

  it('knows users and their groups by their tokens, and lets each do what their role says', async () => {
    expect(await whoAmI(cluster.kubeconfigFor('ada', ['team']))).toMatchObject({
      username: 'ada',
      groups: ['team', 'system:authenticated'],
    });
    const list = connect({ kubeconfig: cluster.kubeconfigFor('ada'), context: 'test', namespace: 'default' });
    await expect(list.ask('GET', '/api/v1/namespaces/default/configmaps')).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
    list.close();
  });

  it('keeps what it was told when the API server is restarted', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { a: '1' } };
    expect((await cluster.api('POST', '/api/v1/namespaces/default/configmaps', object)).status).toBe(201);
    await cluster.restartApiServer();
    expect((await cluster.api('GET', '/api/v1/namespaces/default/configmaps/kept')).body.data).toEqual({ a: '1' });
    expect(await whoAmI(cluster.kubeconfig)).toMatchObject({ username: 'admin' });
  });

  it('is a Kubernetes that says its version', async () => {
    expect((await cluster.api('GET', '/version')).body.gitVersion).toMatch(/^v1\.\d+\.\d+$/);
  });
});
