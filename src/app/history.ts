import type { Activity, ResourceId, Session, UnixMs } from '../domain/index.ts';
import { tokenOf } from '../learn/personaModel.ts';
import { idleGaps } from '../sense/idleGap.ts';
import type { CommandUse } from '../sense/scan/commands.ts';
import { sessionsOf } from '../sense/sessions.ts';

/** What personas are learnt from. Plain data: the learner's thread reads it all by itself. */
export interface History {
  readonly workspace: string;
  readonly actor: string;
  /** Until enough is known of the actor's own pauses, ms. */
  readonly idleMs: number;
  /** Begin of the session under way: it is not over and teaches nothing yet. */
  readonly before?: UnixMs;
  /** Traces of imported histories, by what the host calls them. */
  readonly traces: readonly string[];
  /** What commands use in this workspace: imported histories do not know it. */
  readonly uses: readonly CommandUse[];
}

/** Whose imported histories are: they have pauses of their own, and are no part of the journal's sessions. */
export const IMPORTED_ACTOR = 'history';

export interface Remembered {
  readonly sessions: readonly Session[];
  /** How long the actor pauses within a session, ms. */
  readonly idleMs: number;
  /** The journal's activities of these ended sessions, for the rhythm: imported histories tell of no uses. */
  readonly heard: readonly Activity[];
}

/** The ended sessions of the journal and of imported histories. What two of them tell of the same thing is learnt once. */
export function remembered(journal: readonly Activity[], imported: readonly (readonly Activity[])[], history: History): Remembered {
  const heard = journal.filter((a) => a.workspace === history.workspace);
  const recalled = withUses(withoutEchoes(heard, imported), history.uses);
  const heardGap = idleGaps(heard, history.idleMs);
  const recalledGap = idleGaps(recalled, history.idleMs);
  const before = history.before ?? Number.POSITIVE_INFINITY;
  const ended = sessionsOf(heard, { idleMs: heardGap }).filter((s) => (s.activities.at(-1)?.at ?? 0) < before);
  const sessions = [...ended, ...sessionsOf(recalled, { idleMs: recalledGap })];
  return { sessions, idleMs: heardGap(history.actor), heard: ended.flatMap((s) => s.activities) };
}

/** Shells write down whole seconds, some when a command begins and some a moment later. */
const ECHO_S = 1;

/** Without what the journal heard itself, and what an earlier trace (Atuin's, of the same shell) has already told. */
function withoutEchoes(heard: readonly Activity[], imported: readonly (readonly Activity[])[]): readonly Activity[] {
  if (imported.length === 0) return [];
  const known = new Map<string, Set<number>>();
  const isKnown = ({ resource, at }: Activity): boolean => {
    const seconds = known.get(resource);
    const second = secondOf(at);
    for (let s = second - ECHO_S; seconds && s <= second + ECHO_S; s++) if (seconds.has(s)) return true;
    return false;
  };
  const learn = (activities: readonly Activity[]): void => {
    for (const activity of activities) {
      if (tokenOf(activity) === undefined) continue;
      const seconds = known.get(activity.resource) ?? new Set();
      if (seconds.size === 0) known.set(activity.resource, seconds);
      seconds.add(secondOf(activity.at));
    }
  };
  learn(heard);
  const left: (readonly Activity[])[] = [];
  for (const trace of imported) {
    // Times that were laid back are not when it was.
    const own = trace.filter((a) => a.session !== undefined || !isKnown(a));
    learn(own.filter((a) => a.session === undefined));
    left.push(own);
  }
  return left.flat();
}

const secondOf = (at: UnixMs): number => Math.floor(at / 1000);

/** As the live sensors write it: a command that uses a resource of this workspace, and then the resource. */
function withUses(activities: readonly Activity[], uses: readonly CommandUse[]): readonly Activity[] {
  const known = new Map<string, readonly ResourceId[]>();
  const usesOf = (resource: string): readonly ResourceId[] => {
    const ids = known.get(resource) ?? [...new Set(uses.filter((use) => isOf(resource, use)).flatMap((use) => use.resources))];
    known.set(resource, ids);
    return ids;
  };
  return activities.flatMap((activity) => {
    const { at, actor, session } = activity;
    const used = usesOf(activity.resource).map(
      (resource): Activity => ({
        at,
        actor,
        resource,
        source: 'import',
        kind: 'resource.used',
        ...(session === undefined ? {} : { session }),
      }),
    );
    return used.length > 0 ? [activity, ...used] : [activity];
  });
}

function isOf(resource: string, { match: { program, sub } }: CommandUse): boolean {
  const token = `command:${program}${sub === undefined ? '' : ` ${sub}`}`;
  return resource === token || (sub === undefined && resource.startsWith(`${token} `));
}
