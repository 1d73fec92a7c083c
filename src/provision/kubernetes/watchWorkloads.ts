import { LABEL, OWNER } from '../ownership.ts';
import type { EngineEvent } from '../provider.ts';
import type { Change } from './informer.ts';
import { ROLE } from './manifest.ts';
import { type ApiObject, WORKLOADS } from './objects.ts';
import type { View } from './view.ts';

/** Tells when a workload of the namespace is made, scaled up or down, becomes ready, or goes; `ids` names what is declared (`Kind/name`). */
export function watchWorkloads(view: View, ids: ReadonlyMap<string, string>, listener: (event: EngineEvent) => void): () => void {
  const last = new Map<string, string>();
  const stops = WORKLOADS.map((type) =>
    view.informer(type).listen((change, object) => {
      const key = `${type.kind}/${object.metadata.name}`;
      const did = wordFor(change, object);
      if (last.get(key) === did) return;
      last.set(key, did);
      const resource = object.metadata.annotations?.[LABEL.resource] ?? ids.get(key);
      if (resource === undefined || object.metadata.labels?.[ROLE] !== undefined) return;
      const owner = object.metadata.labels?.[LABEL.owner] === OWNER ? 'prewarm' : 'developer';
      const image: string = object.spec?.template?.spec?.containers?.[0]?.image ?? '';
      listener({ at: timeOf(object), did, resource, owner, image });
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

function wordFor(change: Change, { kind, metadata, spec, status }: ApiObject): string {
  if (change === 'deleted') return 'destroy';
  const wanted = kind === 'Job' ? (spec?.suspend ? 0 : 1) : (spec?.replicas ?? 1);
  if (wanted === 0 || metadata.deletionTimestamp !== undefined) return 'die';
  return (status?.readyReplicas ?? status?.succeeded ?? 0) >= wanted ? 'ready' : 'start';
}

/** When the API server last wrote it: its own clock, not ours. */
function timeOf({ metadata, status }: ApiObject): number {
  const times = [metadata.creationTimestamp, ...(status?.conditions ?? []).map((c: { lastUpdateTime?: string }) => c.lastUpdateTime)];
  return Math.max(0, ...times.map((t) => Date.parse(t ?? '') || 0));
}
