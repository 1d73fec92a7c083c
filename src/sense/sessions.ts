import { type Activity, type Session, SOURCES } from '../domain/index.ts';

export interface SessionOptions {
  /** A gap longer than this ends a session, ms; a function where it is learnt per actor. */
  readonly idleMs: number | ((actor: string) => number);
}

/** The same thing seen by two sources within this time is one. */
const OVERLAP_MS = 2000;
/** A branch change this soon after a session's begin is how the work begins, not the end of it. */
const SETTLING_IN_MS = 2 * 60_000;

/**
 * Splits activities into sessions: by actor and workspace, at idle gaps and at branch changes; where `session` is given, it is
 * the split. What two sources tell of the same thing is one. The order of the input matters only among activities of one
 * source at the same time, which stay as recorded. Sessions are ordered by their first activity.
 */
export function sessionsOf(activities: Iterable<Activity>, options: SessionOptions): readonly Session[] {
  const lanes = new Map<string, Activity[]>();
  for (const activity of activities) {
    const key = laneOf(activity);
    const lane = lanes.get(key);
    if (lane) lane.push(activity);
    else lanes.set(key, [activity]);
  }
  const sessions = [...lanes.values()].flatMap((lane) => split(inOrder(lane), options));
  return sessions.sort((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
}

/** A session under way, and what could still be told a second time by another source. Plain data; never empty. */
export interface Live {
  readonly activities: readonly Activity[];
  readonly told: Told;
}

/** The last tellings of each thing, by source: a telling that another source repeated is not repeated again by it. */
type Told = Readonly<Record<string, readonly Telling[]>>;
interface Telling {
  readonly at: number;
  readonly sources: readonly string[];
}

/** What an activity did to the session of its actor and workspace that is under way. */
export interface Advance {
  readonly did: 'began' | 'went-on' | 'echoed';
  readonly live: Live;
}

/** The live form of `sessionsOf`, for activities of one actor and workspace in the order of time. */
export function advance(live: Live | undefined, activity: Activity, options: SessionOptions): Advance {
  const key = keyOf(activity);
  if (!live || !goesOn(live.activities, activity, options))
    return { did: 'began', live: { activities: [activity], told: { [key]: [tellingOf(activity)] } } };
  const { echo, tellings } = hear(live.told[key], activity);
  const told = { ...live.told, [key]: tellings };
  return echo
    ? { did: 'echoed', live: { activities: live.activities, told } }
    : { did: 'went-on', live: { activities: [...live.activities, activity], told } };
}

/** A session that is given is the whole split: it may move between workspaces, as an exercise does between its hosts. */
const laneOf = ({ actor, workspace, session }: Activity): string =>
  session === undefined ? `${actor}\u0000w${workspace ?? ''}` : `${actor}\u0000s${session}`;

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

/** A test suite opens connections by the thousand: one of a kind in half a minute says as much. */
export function withoutRepeats(session: readonly Activity[], activities: readonly Activity[]): readonly Activity[] {
  const at = activities[0]?.at ?? 0;
  const recent = new Set<string>();
  for (let i = session.length - 1; i >= 0; i--) {
    const before = session[i] as Activity;
    if (before.at < at - BURST_MS) break;
    recent.add(`${before.kind} ${before.resource}`);
  }
  return activities.filter((a) => !recent.has(`${a.kind} ${a.resource}`));
}

function split(lane: readonly Activity[], options: SessionOptions): Session[] {
  const sessions: Activity[][] = [];
  let told = new Map<string, readonly Telling[]>();
  const overlap = lane.some((a) => a.source !== lane[0]?.source);
  for (const activity of lane) {
    const current = sessions.at(-1);
    if (!current || !goesOn(current, activity, options)) {
      sessions.push([activity]);
      told = new Map(overlap ? [[keyOf(activity), [tellingOf(activity)]]] : []);
    } else if (!overlap || !echoes(told, activity)) current.push(activity);
  }
  return sessions.map((own) => {
    const first = own[0] as Activity;
    const workspace = first.workspace ?? '';
    return { id: `${first.actor}/${first.session ?? `${workspace}/${first.at}`}`, actor: first.actor, workspace, activities: own };
  });
}

function echoes(told: Map<string, readonly Telling[]>, activity: Activity): boolean {
  const key = keyOf(activity);
  const { echo, tellings } = hear(told.get(key), activity);
  told.set(key, tellings);
  return echo;
}

/** Echo: the oldest recent telling that this source has not had yet. Each telling is matched by each source at most once. */
function hear(
  tellings: readonly Telling[] | undefined,
  activity: Activity,
): { readonly echo: boolean; readonly tellings: readonly Telling[] } {
  const source = sourceOf(activity);
  const recent = (tellings ?? []).filter((t) => activity.at - t.at <= OVERLAP_MS);
  const same = recent.findIndex((t) => !t.sources.includes(source));
  if (same === -1) return { echo: false, tellings: [...recent, tellingOf(activity)] };
  return { echo: true, tellings: recent.map((t, i) => (i === same ? { ...t, sources: [...t.sources, source] } : t)) };
}

const sourceOf = (activity: Activity): string => activity.source ?? '';
const tellingOf = (activity: Activity): Telling => ({ at: activity.at, sources: [sourceOf(activity)] });

function goesOn(session: readonly Activity[], next: Activity, { idleMs }: SessionOptions): boolean {
  const [first, last] = [session[0] as Activity, session.at(-1) as Activity];
  if (last.session !== next.session) return false;
  if (next.session !== undefined) return true;
  if (next.at - last.at > (typeof idleMs === 'number' ? idleMs : idleMs(next.actor))) return false;
  return !changesBranch(next) || next.at - first.at <= SETTLING_IN_MS;
}

const changesBranch = ({ kind, resource }: Activity): boolean => kind === 'branch.switched' || resource === 'command:git switch';

/** By time, then by source, the cause first (a command before the database that it uses); one source's own order stays (a stable sort). */
function inOrder(lane: readonly Activity[]): readonly Activity[] {
  for (let i = 1; i < lane.length; i++) {
    if (compare(lane[i - 1] as Activity, lane[i] as Activity) > 0) return [...lane].sort(compare);
  }
  return lane;
}

function compare(a: Activity, b: Activity): number {
  return a.at - b.at || rankOf(a) - rankOf(b);
}

const rankOf = ({ source }: Activity): number => (source === undefined ? SOURCES.length : SOURCES.indexOf(source));

const keyOf = (activity: Activity): string => `${activity.resource}\u0000${activity.kind ?? ''}`;
const startOf = (session: Session): number => session.activities[0]?.at ?? 0;
