export { ensureKubernetes, NO_GO } from './kubernetes/build.mjs';
export { startCluster } from './kubernetes/startCluster.mjs';
