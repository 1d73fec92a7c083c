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
    const key = laneOf(activity);
    const lane = lanes.get(key);
    if (lane) lane.push(activity);
    else lanes.set(key, [activity]);
  }
  const sessions = [...lanes.values()].flatMap((lane) => split(withoutEchoes(inOrder(lane)), idleMs));
  return sessions.sort((a, b) => startOf(a) - startOf(b));
}

/** A session that is given is the whole split: it may move between workspaces, as an exercise does between its hosts. */
const laneOf = ({ actor, workspace, session }: Activity): string =>
  session === undefined ? `${actor}\u0000w${workspace ?? ''}` : `${actor}\u0000s${session}`;

/** What an activity did to the session of its actor and workspace that is under way. */
export interface Advance {
  readonly did: 'began' | 'went-on' | 'echoed';
  readonly activities: readonly Activity[];
}

/** The live form of `sessionsOf`, for activities of one actor and workspace in the order of time. */
export function advance(session: readonly Activity[], activity: Activity, { idleMs }: SessionOptions): Advance {
  const last = session.at(-1);
  if (!last || !goesOn(last, activity, idleMs)) return { did: 'began', activities: [activity] };
  const before = session.findLast((a) => keyOf(a) === keyOf(activity));
  return isEcho(before, activity) ? { did: 'echoed', activities: session } : { did: 'went-on', activities: [...session, activity] };
}

function goesOn(last: Activity, next: Activity, idleMs: number): boolean {
  return last.session === next.session && (next.session !== undefined || next.at - last.at <= idleMs);
}

function split(lane: readonly Activity[], idleMs: number): Session[] {
  const sessions: Activity[][] = [];
  for (const activity of lane) {
    const current = sessions.at(-1);
    const last = current?.at(-1);
    if (!current || !last || !goesOn(last, activity, idleMs)) sessions.push([activity]);
    else current.push(activity);
  }
  return sessions.map((own) => {
    const first = own[0] as Activity;
    const workspace = first.workspace ?? '';
    return { id: `${first.actor}/${first.session ?? `${workspace}/${first.at}`}`, actor: first.actor, workspace, activities: own };
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
    if (isEcho(seen.get(keyOf(activity)), activity)) return false;
    seen.set(keyOf(activity), activity);
    return true;
  });
}

function isEcho(before: Activity | undefined, activity: Activity): boolean {
  return before !== undefined && before.source !== activity.source && activity.at - before.at <= OVERLAP_MS;
}

const keyOf = (activity: Activity): string => `${activity.resource}\u0000${activity.kind ?? ''}`;
const startOf = (session: Session): number => session.activities[0]?.at ?? 0;
