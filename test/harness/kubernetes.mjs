export { ensureKubernetes } from './kubernetes/build.mjs';
export { startCluster } from './kubernetes/startCluster.mjs';
