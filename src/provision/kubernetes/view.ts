import type { Observation, Resource, Rung } from '../../domain/index.ts';
import { LABEL, OWNER } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { Connection } from './connection.ts';
import { createInformer, type Informer } from './informer.ts';
import { fetchJobName, workloadOf } from './manifest.ts';
import { type ApiObject, JOB, type ObjectType, POD, typeOf, WORKLOADS } from './objects.ts';
import { isFetched, isReady, rungOf } from './rungOf.ts';

/** What the cluster has of a resource. */
export interface Seen {
  readonly rung: Rung;
  readonly owner: Observation['owner'];
  readonly workload: ApiObject | undefined;
  readonly pods: readonly ApiObject[];
}

/** The namespace as informers tell it; each is begun when its type is first asked for. */
export function createView(connection: Connection) {
  const informers = new Map<string, Informer>();

  function informer(type: ObjectType): Informer {
    const known = informers.get(type.plural) ?? createInformer(connection, type);
    informers.set(type.plural, known);
    return known;
  }

  async function podsOf(workload: ApiObject): Promise<readonly ApiObject[]> {
    const wanted = Object.entries((workload.spec?.selector?.matchLabels ?? {}) as Record<string, string>);
    if (wanted.length === 0) return [];
    return (await informer(POD).items()).filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value));
  }

  async function isImageThere(resource: Resource, context: Context): Promise<boolean> {
    const name = fetchJobName(resource, context);
    const job = (await informer(JOB).items()).find(({ metadata }) => metadata.name === name);
    return job !== undefined && job.metadata.deletionTimestamp === undefined && isFetched(await podsOf(job));
  }

  return {
    informer,
    podsOf,
    async look(resource: Resource, context: Context): Promise<Seen> {
      const declared = workloadOf(resource);
      const type = typeOf(declared) as ObjectType;
      const workload = (await informer(type).items()).find(({ metadata }) => metadata.name === declared.metadata.name);
      if (!workload || workload.metadata.deletionTimestamp !== undefined) {
        const rung = (await isImageThere(resource, context)) ? 'fetched' : 'absent';
        return { rung, owner: 'none', workload: undefined, pods: [] };
      }
      const pods = await podsOf(workload);
      return { rung: rungOf(workload, pods), owner: ownerOf(workload, context), workload, pods };
    },
    /** A pod that is served from. */
    async readyPod(resource: Resource): Promise<string | undefined> {
      const declared = workloadOf(resource);
      const workload = (await informer(typeOf(declared) as ObjectType).items()).find(
        ({ metadata }) => metadata.name === declared.metadata.name,
      );
      return workload && (await podsOf(workload)).find(isReady)?.metadata.name;
    },
    /** Every workload that Prewarm made, of whichever workspace. */
    async ours(): Promise<readonly ApiObject[]> {
      const all = await Promise.all(WORKLOADS.map((type) => informer(type).items()));
      return all.flat().filter(({ metadata }) => metadata.labels?.[LABEL.owner] === OWNER);
    },
    /** Resolves at the next change of these types, or when so long has gone by. */
    changed(types: readonly ObjectType[], withinMs: number, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        const ends = types.map((type) => informer(type).listen(() => end()));
        const timer = setTimeout(() => end(), withinMs);
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          for (const stop of ends) stop();
          resolve();
        };
        signal.addEventListener('abort', end);
        if (signal.aborted) end();
      });
    },
    close(): void {
      for (const informer of informers.values()) informer.close();
    },
  };
}

export type View = ReturnType<typeof createView>;

/** What another workspace's Prewarm made is as foreign as what a person made: it is used, and never changed. */
function ownerOf({ metadata }: ApiObject, context: Context): Observation['owner'] {
  const ours = metadata.labels?.[LABEL.owner] === OWNER && metadata.annotations?.[LABEL.workspace] === context.workspace;
  return ours ? 'prewarm' : 'developer';
}
