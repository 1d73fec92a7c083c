import type { Resource, ResourceId } from '../domain/index.ts';

/** A replica's own identity: it serves beside the first, through the first's gateway, so it has no usual port of its own. */
export function replicaOf(resource: Resource, number: number): Resource {
  return {
    ...resource,
    id: `${resource.id}${MARK}${number}`,
    name: `${resource.name} (replica ${number})`,
    variant: `replica:${number}`,
    ports: resource.ports.map(({ host: _usual, ...port }) => port),
  };
}

const MARK = '~replica';

export const isReplica = ({ variant }: Pick<Resource, 'variant'>): boolean => variant?.startsWith('replica:') === true;

/** Whose replica it is; its own id where it is none. */
export const replicatedBy = (id: ResourceId): ResourceId => id.split(MARK)[0] as ResourceId;
