import { aside, type Entry, type Importer, misfit, type Row } from './importer.ts';
import { objectIn, ofJson, textIn } from './json.ts';
import { numberOf, quantity, timeOf } from './times.ts';

/**
 * Audit events of the Kubernetes API (audit.k8s.io/v1 and v1beta1), as JSON Lines or an EventList: `api:k8s/get pods`,
 * `api:k8s/create deployments.apps/scale` in kubectl's way of naming, `api:k8s/GET /healthz`. Names and namespaces are left. An event
 * has several stages; the last one counts.
 */
export const kubernetesAudit: Importer = ofJson({ summary: 'Audit log of Kubernetes', paths: ['$.items.*'], entryOf });

function entryOf(event: Row, line: number): Entry {
  const { verb, stage, requestReceivedTimestamp, stageTimestamp, objectRef, requestURI, responseStatus, user } = event;
  const began = timeOf(requestReceivedTimestamp);
  const ended = timeOf(stageTimestamp);
  const at = began ?? ended;
  if (at === undefined) return misfit(line, 'no time in it');
  if (textIn(verb) === undefined) return misfit(line, 'no verb in it');
  if (stage === 'RequestReceived' || stage === 'ResponseStarted') return aside(line, 'earlier stages of a request');
  const named = objectName(objectIn(objectRef));
  if (named === undefined && textIn(requestURI) === undefined) return misfit(line, 'neither objectRef nor requestURI in it');
  const code = numberOf(objectIn(responseStatus).code);
  const client = textIn(objectIn(user).username);
  return {
    is: 'deed',
    line,
    at,
    source: 'api',
    kind: 'api.called',
    ...(named === undefined
      ? { prefix: 'api:k8s/', as: 'route', name: `${verb} ${requestURI}` }
      : { prefix: 'api:k8s/', as: 'name', name: `${verb} ${named}` }),
    ...(client === undefined ? {} : { client }),
    ...quantity('durationMs', began !== undefined && ended !== undefined ? ended - began : Number.NaN),
    ...(Number.isNaN(code) ? {} : { ok: code < 400 }),
  };
}

function objectName({ resource, subresource, apiGroup }: Row): string | undefined {
  const kind = textIn(resource);
  if (kind === undefined) return undefined;
  const group = textIn(apiGroup);
  const part = textIn(subresource);
  return `${kind}${group === undefined ? '' : `.${group}`}${part === undefined ? '' : `/${part}`}`;
}
