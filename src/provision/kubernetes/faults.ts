import { type Fault, failed, type Resource } from '../../domain/index.ts';
import { ApiError, KubeconfigError } from './connection.ts';

/** What the cluster, or the way to it, said of this resource. */
export function faultOf(error: unknown, resource: Pick<Resource, 'id' | 'declaredIn'>): Fault {
  if (!(error instanceof ApiError)) return unreachable(error);
  const text = error.message;
  const said = text.slice(0, 400);
  if (error.status === 401)
    return failed('engine-unreachable', 'later', 'The cluster does not accept your credentials. Log in to it again, as for kubectl.', text)
      .fault;
  if (/exceeded quota/.test(text)) return overQuota(resource, text);
  if (error.status === 403)
    return failed('forbidden', 'never', `${resource.id}: the cluster forbids it: ${said}. Ask its administrator for the right.`, text)
      .fault;
  if (error.status === 409 && /conflict with|Apply failed/.test(text))
    return failed(
      'held-by-other',
      'never',
      `${resource.id}: another program manages the same fields (${said}). Remove them in ${resource.declaredIn}, or let go of them there.`,
      text,
    ).fault;
  if (error.status === 409) return failed('start-failed', 'now', `${resource.id}: it was changed at the same moment.`, text).fault;
  if (error.status === 404) return failed('not-found', 'never', `${resource.id}: the cluster has no such thing: ${said}.`, text).fault;
  if (error.status === 422 || error.status === 400)
    return failed('bad-file', 'never', `${resource.id}: the cluster does not accept it: ${said}. Correct ${resource.declaredIn}.`, text)
      .fault;
  if (error.status === 429 || error.status >= 500) return unreachable(error);
  return failed('start-failed', 'later', `${resource.id} could not be made in the cluster: ${said}`, text).fault;
}

export const overQuota = (resource: Pick<Resource, 'id'>, text: string): Fault =>
  failed(
    'storage-failed',
    'later',
    `${resource.id}: the namespace has no room for it (${text.slice(-300)}). Cool something down, or ask for a larger ResourceQuota.`,
    text,
  ).fault;

export function unreachable(error: unknown): Fault {
  if (error instanceof KubeconfigError)
    return failed('engine-unreachable', 'later', `The cluster cannot be reached: ${error.message}. Check \`prewarm.kubernetes.context\`.`)
      .fault;
  const text = String((error as Error).message ?? error);
  return failed(
    'engine-unreachable',
    'later',
    'The Kubernetes API server cannot be reached. Check that the cluster is up and `prewarm.kubernetes.context` names it.',
    text,
  ).fault;
}

export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
/** The version from which a watch should go on is no longer kept. */
export const isExpired = (error: unknown): boolean => error instanceof ApiError && (error.status === 410 || error.reason === 'Expired');
export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.status === 403;
