import Docker from 'dockerode';
import type { Resource } from '../../src/domain/index.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import type { Context } from '../../src/provision/provider.ts';

/** `npm test` says whether there is an engine, or why not; run by hand it is taken to be there. */
export const engineProblem = process.env.PREWARM_DOCKER && process.env.PREWARM_DOCKER !== 'yes' ? process.env.PREWARM_DOCKER : undefined;

export const docker = new Docker();

export async function countContainers(resource: Resource, context: Context): Promise<number> {
  return (
    await docker.listContainers({
      all: true,
      filters: { label: [`${LABEL.resource}=${resource.id}`, `${LABEL.workspace}=${context.workspace}`] },
    })
  ).length;
}

export async function removeContainers(): Promise<void> {
  for (const { Id } of await docker.listContainers({ all: true, filters: { label: [`${LABEL.workspace}=contract-${process.pid}`] } }))
    await docker.getContainer(Id).remove({ force: true, v: true });
}
