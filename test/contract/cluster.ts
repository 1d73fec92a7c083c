/** `npm test` says whether there is a control plane to test against, or why not; run by hand it is taken to be there. */
export const clusterProblem =
  process.env.PREWARM_KUBERNETES && process.env.PREWARM_KUBERNETES !== 'yes' ? process.env.PREWARM_KUBERNETES : undefined;

/** In a suite's `beforeAll`: etcd and the API server take some seconds to come up on a busy machine. */
export const CLUSTER_STARTS_WITHIN_MS = 180_000;
