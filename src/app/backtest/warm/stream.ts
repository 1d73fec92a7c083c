import type { Activity } from '../../../domain/index.ts';
import type { Happening } from '../../../learn/rhythm/useRhythm.ts';
import { numberOf } from '../../numbering.ts';

/** Whose uses share one model: of `actor-resource` keys each actor's own, of `resource` keys everybody's. */
export type Key = 'actor-resource' | 'resource';

/** All that happened to one group of actors, in the order of time, with the resources' names by number. */
export interface Group {
  readonly happenings: readonly Happening[];
  readonly resources: readonly string[];
}

interface Draft {
  readonly happenings: Happening[];
  readonly actors: Map<string, number>;
  readonly resources: Map<string, number>;
}

/**
 * Uses and, where it is given, a context of further activities. Without a context the uses are all the activity that is known.
 * At equal times uses come first, so that a decision never sees what happened at the same moment.
 */
export async function groupsOf(
  uses: AsyncIterable<readonly Activity[]>,
  context: AsyncIterable<readonly Activity[]> | undefined,
  key: Key,
): Promise<readonly Group[]> {
  const drafts = new Map<string, Draft>();
  const activities = new Map<string, number>();
  const draftOf = (actor: string): Draft => {
    const name = key === 'resource' ? '' : actor;
    let draft = drafts.get(name);
    if (!draft) drafts.set(name, (draft = { happenings: [], actors: new Map(), resources: new Map() }));
    return draft;
  };
  for await (const batch of uses)
    for (const { at, actor, resource } of batch) {
      const { happenings, actors, resources } = draftOf(actor);
      const use = numberOf(resources, resource);
      happenings.push({ at, actor: numberOf(actors, actor), use, ...(context ? {} : { activity: numberOf(activities, resource) }) });
    }
  if (context)
    for await (const batch of context)
      for (const { at, actor, resource } of batch) {
        const { happenings, actors } = draftOf(actor);
        happenings.push({ at, actor: numberOf(actors, actor), activity: numberOf(activities, resource) });
      }
  return [...drafts.values()]
    .filter(({ resources }) => resources.size > 0)
    .map(({ happenings, resources }) => ({ happenings: happenings.sort(inTime), resources: [...resources.keys()] }));
}

const inTime = (a: Happening, b: Happening): number => a.at - b.at || Number(b.use !== undefined) - Number(a.use !== undefined);
