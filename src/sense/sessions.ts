import type { Activity, Session } from '../domain/index.ts';

export interface SessionOptions {
  /** A gap longer than this ends a session, ms. */
  readonly idleMs: number;
}

/** The same thing seen by two sources within this time is one. */
const OVERLAP_MS = 2000;

/**
 * Splits activities into sessions: by actor and workspace, at idle gaps; where `session` is given, it is the split.
 * The order of the input does not matter. Sessions are ordered by their first activity.
 */
export function sessionsOf(activities: Iterable<Activity>, { idleMs }: SessionOptions): readonly Session[] {
  const lanes = new Map<string, Activity[]>();
  for (const activity of activities) {
    const key = JSON.stringify([activity.actor, activity.workspace ?? '', activity.session ?? null]);
    const lane = lanes.get(key);
    if (lane) lane.push(activity);
    else lanes.set(key, [activity]);
  }
  const sessions = [...lanes.values()].flatMap((lane) => split(withoutEchoes(inOrder(lane)), idleMs));
  return sessions.sort((a, b) => startOf(a) - startOf(b));
}

function split(lane: readonly Activity[], idleMs: number): Session[] {
  const sessions: Activity[][] = [];
  for (const activity of lane) {
    const current = sessions.at(-1);
    const last = current?.at(-1);
    if (!current || !last || (activity.session === undefined && activity.at - last.at > idleMs)) sessions.push([activity]);
    else current.push(activity);
  }
  return sessions.map((own) => {
    const first = own[0] as Activity;
    const workspace = first.workspace ?? '';
    return { id: first.session ?? `${first.actor}/${workspace}/${first.at}`, actor: first.actor, workspace, activities: own };
  });
}

/** By time; equal times keep the order in which they were recorded (the sort is stable). */
function inOrder(lane: readonly Activity[]): readonly Activity[] {
  for (let i = 1; i < lane.length; i++) {
    if ((lane[i] as Activity).at < (lane[i - 1] as Activity).at) return [...lane].sort((a, b) => a.at - b.at);
  }
  return lane;
}

/** Overlapping sources: a shell history and the live terminal tell of the same command twice. */
function withoutEchoes(lane: readonly Activity[]): readonly Activity[] {
  const seen = new Map<string, Activity>();
  return lane.filter((activity) => {
    const key = `${activity.resource}\u0000${activity.kind ?? ''}`;
    const before = seen.get(key);
    const echo = before !== undefined && before.source !== activity.source && activity.at - before.at <= OVERLAP_MS;
    if (!echo) seen.set(key, activity);
    return !echo;
  });
}

const startOf = (session: Session): number => session.activities[0]?.at ?? 0;
