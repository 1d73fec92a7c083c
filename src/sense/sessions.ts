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

/** A program calls in bursts: the same call again within this time says nothing new, and more than so many calls are noise. */
const BURST_MS = 30_000;
const MOST_CALLS_PER_BURST = 100;

/**
 * Those of a call's activities that the session does not have yet from the last half minute, whoever told of them: a connection
 * that the gateway saw and the queries over it are one use.
 */
export function withoutBursts(session: readonly Activity[], activities: readonly Activity[]): readonly Activity[] {
  const at = activities[0]?.at ?? 0;
  const recent = new Set<string>();
  let calls = 0;
  for (let i = session.length - 1; i >= 0; i--) {
    const before = session[i] as Activity;
    if (before.at < at - BURST_MS) break;
    recent.add(before.resource);
    if (before.source === 'api' || before.source === 'database') calls++;
  }
  return calls >= MOST_CALLS_PER_BURST ? [] : activities.filter((a) => !recent.has(a.resource));
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
