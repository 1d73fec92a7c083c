import type { DatasetSource } from '../../domain/index.ts';
import { isAbsolute, resolvePath } from './filePath.ts';

export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** Where a dataset comes from, of what its declaration says; `endpoint` is of use for S3 only. Pure; no secret comes through. */
export function datasetSource(from: string, endpoint: string | undefined, folder: string): Parsed<DatasetSource> {
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]+):\/\/(.*)$/s.exec(from) ?? [];
  switch (scheme.toLowerCase()) {
    case '':
      return pathSource(from, folder);
    case 'http':
    case 'https':
      return httpSource(from);
    case 's3':
      return s3Source(rest, endpoint);
    case 'oci':
      return ociSource(rest);
    default:
      return { problem: `“from” has the scheme “${scheme}:”. Use a path, http(s)://, s3://bucket/key or oci://registry/repository:tag` };
  }
}

function pathSource(from: string, folder: string): Parsed<DatasetSource> {
  if (from.startsWith('~')) return { problem: '“from” begins with ~. Write the whole path' };
  if (isAbsolute(from)) return { value: { type: 'path', path: from.replaceAll('\\', '/') } };
  const inside = resolvePath('', from.replaceAll('\\', '/'));
  if (inside === undefined) return { problem: `“from” (${from}) leaves the workspace folder. Write an absolute path if that is meant` };
  return { value: { type: 'path', path: inside === '' ? folder : `${folder}/${inside}` } };
}

const SIGNED = /[?&](x-amz-[a-z-]+|x-goog-[a-z-]+|sig|signature|token|access_token|api[-_]?key|key|password|secret)=(?!\$\{)/i;

function httpSource(from: string): Parsed<DatasetSource> {
  const problem = urlProblem(from);
  return problem ? { problem: `“from” ${problem}` } : { value: { type: 'http', url: from } };
}

/** Why a URL is not taken; the URL itself is not quoted, since it may hold a secret. */
function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'is not a valid http(s) URL';
  if (url.username || url.password) return 'holds a user or password. Keep it in a variable, and write ${NAME} in the query instead';
  if (SIGNED.test(url.search.replaceAll('%7B', '{').replaceAll('%7D', '}')))
    return 'holds a secret in its query. Keep it in a variable of your environment, and write ${NAME} in its place';
  return undefined;
}

function s3Source(rest: string, endpoint: string | undefined): Parsed<DatasetSource> {
  const [, bucket, key] = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^?#]+)$/.exec(rest) ?? [];
  if (!bucket || !key) return { problem: '“from” is not of the form s3://bucket/key' };
  const problem = endpoint === undefined ? undefined : urlProblem(endpoint);
  if (problem) return { problem: `“endpoint” ${problem}` };
  return { value: { type: 's3', bucket, key, ...(endpoint ? { endpoint: endpoint.replace(/\/+$/, '') } : {}) } };
}

/** As the OCI distribution specification 1.1 writes names, tags and digests. */
const OCI =
  /^((?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?:@(sha256:[0-9a-f]{64})|:(\w[\w.-]{0,127}))?$/;

function ociSource(rest: string): Parsed<DatasetSource> {
  const [, registry, repository, digest, tag] = (rest.length < 512 && OCI.exec(rest)) || [];
  if (!registry || !repository)
    return { problem: '“from” is not of the form oci://registry/repository:tag or oci://registry/repository@sha256:…' };
  return { value: { type: 'oci', registry, repository, reference: digest ?? tag ?? 'latest' } };
}
