import type { ProviderOptions } from '../node/createProviders.ts';

/** The cluster and namespace that the environment names for the command line, as the settings do for the editor; KUBECONFIG says where its file is. */
export function namedCluster(environment: Readonly<Record<string, string | undefined>>): Pick<ProviderOptions, 'kubernetes'> {
  const { PREWARM_KUBERNETES_CONTEXT: context, PREWARM_KUBERNETES_NAMESPACE: namespace } = environment;
  return context && namespace ? { kubernetes: { context, namespace } } : {};
}
