import type { Activity, Probability, ResourceId, UnixMs } from '../domain/index.ts';
import { tokenOf } from '../learn/personaModel.ts';
import { type LearntRhythm, UseRhythm } from '../learn/rhythm/useRhythm.ts';
import { bestWeight, type Heard } from '../predict/pool.ts';
import type { Prediction } from '../predict/replay.ts';
import { numberOf } from './numbering.ts';

/** The rhythm of one workspace, its names and numbers: what the learner's thread hands over. */
export interface RhythmData {
  readonly rhythm: LearntRhythm;
  readonly resources: readonly string[];
  readonly activities: readonly string[];
  /** When each resource was last seen in use. */
  readonly seen: ReadonlyMap<string, UnixMs>;
}

/** What is seen in use again within this time is still the same use, ms. */
const SAME_USE_MS = 60_000;

/** Fewer uses of a resource than this make no rhythm. */
const LEAST_USES = 5;

/** When each resource is used, by name; hears activities in the order of time. */
export function createRhythms(data?: RhythmData) {
  const rhythm = new UseRhythm(data?.rhythm);
  const resources = new Map(data?.resources.map((name, i) => [name, i]));
  const activities = new Map(data?.activities.map((name, i) => [name, i]));
  const fresh = createFreshUses(data?.seen);
  let heardAt = data?.rhythm.past.now ?? Number.NEGATIVE_INFINITY;
  return {
    hear(activity: Activity): void {
      const token = tokenOf(activity);
      if (token === undefined || activity.at < heardAt) return;
      heardAt = activity.at;
      if (isUse(activity) && !fresh.is(activity)) return;
      const what = isUse(activity) ? { use: numberOf(resources, token) } : { activity: numberOf(activities, token) };
      rhythm.observe({ at: activity.at, actor: 0, ...what });
    },
    /** P(used within the horizon), were nothing else to happen; undefined where it has no rhythm yet. */
    within(resource: ResourceId, at: UnixMs, horizonMs: number): Probability | undefined {
      const number = resources.get(resource);
      if (number === undefined || rhythm.uses(number) < LEAST_USES) return undefined;
      return rhythm.within(number, Math.max(at, heardAt), horizonMs);
    },
    data: (): RhythmData => ({
      rhythm: rhythm.learnt,
      resources: [...resources.keys()],
      activities: [...activities.keys()],
      seen: fresh.seen,
    }),
  };
}
export type Rhythms = ReturnType<typeof createRhythms>;

/**
 * The rhythm of all that was heard, and how much its opinion is worth beside the personas': by what both said of the same
 * uses before those came.
 */
export function learnRhythms(
  heard: readonly Activity[],
  predictions: readonly Prediction[],
  horizonMs: number,
): { readonly data: RhythmData; readonly weight: number } {
  const rhythms = createRhythms();
  const opinions: Heard[] = [];
  const asked = [...predictions].sort((a, b) => a.at - b.at);
  let next = 0;
  const answer = (before: UnixMs): void => {
    for (; next < asked.length && (asked[next] as Prediction).at < before; next++) {
      const { resource, at, said, used } = asked[next] as Prediction;
      const rhythm = rhythms.within(resource, at, horizonMs);
      if (rhythm !== undefined) opinions.push({ said, rhythm, used });
    }
  };
  for (const activity of [...heard].sort((a, b) => a.at - b.at)) {
    answer(activity.at);
    rhythms.hear(activity);
  }
  answer(Number.POSITIVE_INFINITY);
  return { data: rhythms.data(), weight: bestWeight(opinions) };
}

/** A command that uses a database, and the connections that it opens, tell of one use. */
export function createFreshUses(before?: ReadonlyMap<string, UnixMs>) {
  const seen = new Map(before);
  return {
    seen,
    is({ resource, at }: Activity): boolean {
      const last = seen.get(resource);
      seen.set(resource, at);
      return last === undefined || at - last >= SAME_USE_MS;
    },
  };
}

export const isUse = ({ kind }: Activity): boolean => kind === 'resource.used' || kind === 'connection.opened';
