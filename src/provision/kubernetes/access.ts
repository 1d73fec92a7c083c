import type { Connection } from './connection.ts';
import { groupOf, type ObjectType } from './objects.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

/** Asks the cluster whether we may, before anything is tried; answers hold for `keepMs`. */
export function createAccess(connection: Connection, now: () => number, keepMs = 60_000) {
  const known = new Map<string, { readonly until: number; readonly allowed: Promise<boolean> }>();

  async function ask(verb: Verb, { plural, ...type }: ObjectType, subresource: string | undefined): Promise<boolean> {
    const resourceAttributes = {
      verb,
      group: groupOf({ plural, ...type }),
      resource: plural,
      namespace: connection.namespace,
      ...(subresource ? { subresource } : {}),
    };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
    const answer = await connection.ask<{ status: { allowed: boolean } }>(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      review,
    );
    return answer.status.allowed;
  }

  return {
    may(verb: Verb, type: ObjectType, subresource?: string): Promise<boolean> {
      const key = [verb, type.apiVersion, type.plural, subresource].join(' ');
      const before = known.get(key);
      if (before && before.until > now()) return before.allowed;
      const allowed = ask(verb, type, subresource).catch((error: unknown) => {
        known.delete(key);
        throw error;
      });
      known.set(key, { until: now() + keepMs, allowed });
      return allowed;
    },
  };
}
