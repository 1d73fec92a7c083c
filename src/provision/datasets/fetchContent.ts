import { type DatasetSource, failed, ok, type Resource, type ResourceSpec, type Result } from '../../domain/index.ts';
import type { DatasetCache, Known } from './cache.ts';
import type { Content, Step } from './content.ts';
import { type Environment, httpRequest } from './httpSource.ts';
import { fromOci } from './ociSource.ts';
import { fromPath, pathStamp } from './pathSource.ts';
import { fetchRemote, type Patience } from './remote.ts';
import { s3Request } from './s3Source.ts';

export type DatasetSpec = Extract<ResourceSpec, { type: 'dataset' }>;

export interface Fetching extends Patience {
  readonly cache: DatasetCache;
  readonly environment: Environment;
}

export const specOf = (resource: Resource): DatasetSpec => resource.spec as DatasetSpec;
const sourceKey = (from: DatasetSource): string => JSON.stringify(from);

/** Brings the content of a dataset to this machine, unless it is there and its source has nothing newer. */
export async function fetchContent(
  resource: Resource,
  { cache, environment, ...patience }: Fetching,
  step: Step,
): Promise<Result<Content>> {
  const spec = specOf(resource);
  const source = sourceKey(spec.from);
  const known = await cache.recall(source);
  const fetched = await fromSource(resource, known, { cache, environment, ...patience }, step);
  if (!fetched.ok) return fetched;
  const { content } = fetched.value;
  if (spec.sha256 !== undefined && content.digest !== spec.sha256)
    return failed(
      'fetch-failed',
      'never',
      `${resource.name}: its content has the digest sha256:${content.digest}, and sha256:${spec.sha256} is declared in ${resource.declaredIn}.`,
    );
  if (fetched.value !== known) await cache.remember(source, fetched.value);
  return ok(content);
}

function fromSource(resource: Resource, known: Known | undefined, fetching: Fetching, step: Step): Promise<Result<Known>> {
  const { from, sha256 } = specOf(resource);
  const { name } = resource;
  const { cache, environment, ...patience } = fetching;
  const source = sourceKey(from);
  switch (from.type) {
    case 'path':
      return fromPath(from, name, known, step);
    case 'oci':
      return fromOci({ name, source, from, environment, known }, cache, patience, step);
    case 's3':
      return fetchRemote({ name, source, sha256, known, ...s3Request(from, environment) }, cache, patience, step);
    case 'http': {
      const request = httpRequest(name, from.url, environment);
      return request.ok ? fetchRemote({ name, source, sha256, known, ...request.value }, cache, patience, step) : Promise.resolve(request);
    }
  }
}

/** What of it is on this machine, without asking its source; undefined where it must be fetched. */
export async function heldContent(resource: Resource, cache: DatasetCache): Promise<Content | undefined> {
  const { from, sha256 } = specOf(resource);
  const known = await cache.recall(sourceKey(from));
  if (!known || (sha256 !== undefined && known.content.digest !== sha256)) return undefined;
  if (from.type === 'path' && known.stamp !== (await pathStamp(from))) return undefined;
  return known.content;
}

export const forgetSource = (resource: Resource, cache: DatasetCache): Promise<void> => cache.forget(sourceKey(specOf(resource).from));

/** Forgets content that was found damaged, so that the next climb fetches it anew. */
export async function dropContent(resource: Resource, content: Content, cache: DatasetCache): Promise<void> {
  await forgetSource(resource, cache);
  await cache.discard(content);
}
