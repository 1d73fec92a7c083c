import { createServer } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import { createKubernetesProvider } from '../../../src/provision/providers/kubernetes.ts';
import { startCluster } from '../../harness/kubernetes.mjs';
import { CLUSTER_STARTS_WITHIN_MS, clusterProblem } from '../cluster.ts';
import { contract } from '../contract.ts';
import { type Cluster, countWorkloads, PORT, workload } from './workloads.ts';

/** The API server, its controllers, scheduler and admission are real; that pods run is played by kwok. What a forwarded port leads to is a server here. */
let cluster: Cluster;
const echo = createServer((socket) => socket.pipe(socket));

if (clusterProblem === undefined) {
  beforeAll(async () => {
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    cluster = await startCluster({ forwards: { [PORT]: (echo.address() as { port: number }).port } });
  }, CLUSTER_STARTS_WITHIN_MS);
  afterAll(async () => {
    echo.close();
    await cluster?.stop();
  });
}

const provider = () => createKubernetesProvider({ kubeconfig: cluster.kubeconfig, context: 'test', namespace: 'default' });
const changed = (resource: Resource): Resource => ({ ...workload(resource.name, { image: 'redis:8' }), id: resource.id });

contract({
  name: 'kubernetes',
  unavailable: clusterProblem,
  make: provider,
  resource: (name) => workload(name),
  changed,
  forwards: true,
  broken: [
    {
      what: 'an image that does not exist',
      resource: () => workload('noimage', { fate: 'image-missing', image: 'no/such:1' }),
      message: /kubernetes:test\/noimage: its image could not be had \(no\/such:1.*not found.*k8s\/test\.yaml/s,
    },
    {
      what: 'a container that ends at once',
      resource: () => workload('ends', { fate: 'ends' }),
      message: /kubernetes:test\/ends ended before it was ready.*exit code 3.*bad config/s,
    },
    {
      what: 'pods that never become ready',
      resource: () => workload('never', { fate: 'never-ready', probe: { type: 'health', timeoutMs: 1500 } }),
      message: /kubernetes:test\/never did not become ready.*containers with unready status/,
    },
  ],
  unreachable: () =>
    createKubernetesProvider({ kubeconfig: cluster.unreachableKubeconfig, context: 'test', namespace: 'default', answersWithinMs: 1000 }),
  count: (resource, context) => countWorkloads(cluster, 'default', resource, context),
  cleanUp: async () => {},
});
