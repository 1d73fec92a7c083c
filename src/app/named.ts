import { failed, ok, type ResourceId, type Result } from '../domain/index.ts';

interface Known {
  readonly resources: readonly { readonly resource: { readonly id: ResourceId } }[];
}

/** The id of what somebody named; the end of an id is enough where it is unique. */
export function resourceNamed({ resources }: Known, name: string): Result<ResourceId> {
  const ids = resources.map((r) => r.resource.id);
  if (ids.includes(name)) return ok(name);
  const fitting = ids.filter((id) => id.endsWith(`/${name}`));
  const [only, another] = fitting;
  if (only !== undefined && another === undefined) return ok(only);
  if (only !== undefined) return failed('not-found', 'never', `“${name}” could be ${fitting.join(' or ')}; give the whole id.`);
  return failed('not-found', 'never', `There is no resource “${name}” here. Known: ${ids.join(', ') || 'none'}.`);
}
