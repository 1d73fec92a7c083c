import type { KubernetesObject } from '../../domain/index.ts';
import type { ApiObject } from './objects.ts';

/** Why the namespace's ResourceQuotas have no room for a workload's pods; undefined where they have, or nothing can be told. */
export function quotaProblem(quotas: readonly ApiObject[], workload: KubernetesObject, replicas: number): string | undefined {
  const asked = asks(workload, replicas);
  for (const { metadata, status, spec } of quotas) {
    // A scoped quota counts only some pods; which, only the API server knows.
    if (spec?.scopes || spec?.scopeSelector) continue;
    for (const [name, hard] of Object.entries((status?.hard ?? {}) as Record<string, string>)) {
      const more = asked[name];
      if (!more) continue;
      const used = quantity(status?.used?.[name] ?? '0');
      if (used + more > quantity(hard))
        return `quota “${metadata.name}”: ${name} is ${status?.used?.[name] ?? 0} of ${hard}, and it asks for ${Number(more.toFixed(3))}`;
    }
  }
  return undefined;
}

/** By the names that a ResourceQuota uses. What the pods do not say is left out: a LimitRange may fill it in. */
function asks(workload: KubernetesObject, replicas: number): Readonly<Record<string, number>> {
  const pod = (
    workload.spec as { template?: { spec?: { containers?: readonly { resources?: Record<string, Record<string, string>> }[] } } }
  )?.template?.spec;
  const total = (list: string, name: string): number =>
    replicas * (pod?.containers ?? []).reduce((sum, c) => sum + quantity(c.resources?.[list]?.[name] ?? '0'), 0);
  const requests = {
    cpu: total('requests', 'cpu') || total('limits', 'cpu'),
    memory: total('requests', 'memory') || total('limits', 'memory'),
  };
  return {
    pods: replicas,
    'count/pods': replicas,
    cpu: requests.cpu,
    'requests.cpu': requests.cpu,
    memory: requests.memory,
    'requests.memory': requests.memory,
    'limits.cpu': total('limits', 'cpu'),
    'limits.memory': total('limits', 'memory'),
  };
}

const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity (`500m`, `1.5Gi`, `1e3`) as a number; 0 where it is none. */
export function quantity(text: string | number): number {
  const [, digits, suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(String(text)) ?? [];
  const value = Number(digits) * (SUFFIX[suffix] ?? Number.NaN);
  return Number.isFinite(value) ? value : 0;
}
