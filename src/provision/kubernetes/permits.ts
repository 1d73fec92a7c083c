import { failed, ok, type Resource, type Result, type Rung, rungIndex } from '../../domain/index.ts';
import { createAccess, type Verb } from './access.ts';
import type { Connection } from './connection.ts';
import { objectsOf } from './manifest.ts';
import { CLAIM, groupOf, JOB, type ObjectType, POD, typeOf } from './objects.ts';

type Act = readonly [verb: Verb, type: ObjectType, subresource?: string];

/** Whether we may do all that a rung needs; what we may not is not tried, and the fault names the right that is missing. */
export function createPermits(connection: Connection, now: () => number): (resource: Resource, rung: Rung) => Promise<Result<void>> {
  const access = createAccess(connection, now);
  return async (resource, rung) => {
    for (const [verb, type, subresource] of actsFor(resource, rung)) {
      if (await access.may(verb, type, subresource)) continue;
      const what = [groupOf(type) ? `${type.plural}.${groupOf(type)}` : type.plural, ...(subresource ? [subresource] : [])].join('/');
      return failed(
        'forbidden',
        'never',
        `${resource.id}: you may not ${verb} ${what} in the namespace ${connection.namespace}. Ask its administrator for that right.`,
      );
    }
    return ok(undefined);
  };
}

function actsFor(resource: Resource, rung: Rung): readonly Act[] {
  const types = objectsOf(resource).flatMap((o) => typeOf(o) ?? []);
  if (rung === 'absent') return types.filter((type) => type !== CLAIM).map((type) => ['delete', type]);
  if (rungIndex(rung) < rungIndex('created'))
    return [
      ['create', JOB],
      ['patch', JOB],
    ];
  const forwards: readonly Act[] = rung === 'ready' && resource.ports.length > 0 ? [['create', POD, 'portforward']] : [];
  return [
    ...types.flatMap((type): Act[] => [
      ['create', type],
      ['patch', type],
    ]),
    ...forwards,
  ];
}
