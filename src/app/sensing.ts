import type { Activity, Fault, ResourceId, UnixMs } from '../domain/index.ts';
import type { Exclusion } from '../sense/excluded.ts';
import { type Normalised, normalise } from '../sense/normalise.ts';
import type { Dropped } from '../sense/redact.ts';
import { advance, type Live, sessionsOf, withoutBursts, withoutRepeats } from '../sense/sessions.ts';
import type { Signal } from '../sense/signal.ts';
import type { Declared } from './declared.ts';
import type { Ports } from './ports.ts';

/** The developer starts containers by hand: they will want the ports that our gateways hold. */
const STARTS_CONTAINERS =
  /\bdocker(-|\s+)compose\b.*\b(up|start|run|create|restart)\b|\bdocker\s+(container\s+)?(run|start|create)\b|\bpodman\b.*\b(run|up)\b/;
/** A session under way began no longer ago than this. */
const RESUME_WITHIN_MS = 24 * 60 * 60_000;

/** `incognito`: heard for the session's sake, and forgotten; `paused`: not heard. */
export type Attention = 'recording' | 'incognito' | 'paused';

export interface SensingPorts extends Pick<Ports, 'journal' | 'actor' | 'workspace' | 'now'> {
  readonly declared: Declared;
  readonly tell: (fault: Fault) => void;
  readonly attention: () => Attention;
  readonly exclusion: () => Exclusion;
  /** What the gate took of what was recorded, or what was excluded. */
  readonly dropped: (dropped: readonly Dropped[]) => void;
  /** A recorded activity of the session, once each. */
  readonly heard: (activity: Activity) => void;
  readonly used: (id: ResourceId, at: UnixMs) => void;
  readonly sessionEnded: (activities: readonly Activity[]) => void;
  readonly startsContainers: () => void;
}

/** From signals to the live session: past the gate, into the journal, and split where the actor pauses. */
export function createSensing(ports: SensingPorts, firstIdleMs: number) {
  const { journal, declared, workspace } = ports;
  let live: Live | undefined;
  let session: readonly Activity[] = [];
  let idleMs = firstIdleMs;
  let recorded = 0;
  let redacted = 0;
  /** Of the session, and never to be kept or learnt from. */
  const incognito = new WeakSet<Activity>();
  const isRecorded = (activity: Activity): boolean => !incognito.has(activity);

  /** A full disk must not take the editor's events down with it; the session goes on in memory. */
  function keep(activities: readonly Activity[]): void {
    try {
      journal.append(activities);
    } catch (error) {
      ports.tell({
        code: 'storage-failed',
        retry: 'later',
        message: `The activity journal could not be written (${(error as Error).message}). Free some space; until then nothing is remembered.`,
      });
    }
  }

  function observe(activity: Activity): void {
    const step = advance(live, activity, { idleMs });
    if (step.did === 'began' && session.length > 0) endSession();
    live = step.live;
    session = live.activities;
    if (isRecorded(activity)) ports.heard(activity);
    if (declared.get(activity.resource) && (activity.kind === 'resource.used' || activity.kind === 'connection.opened'))
      ports.used(activity.resource, activity.at);
  }

  function endSession(): void {
    const ended = session;
    live = undefined;
    session = [];
    ports.sessionEnded(ended.filter(isRecorded));
  }

  /** Past the gate; of an excluded folder nothing is left but that there was something. */
  function heardOf(signal: Signal): Normalised {
    const exclusion = ports.exclusion();
    if (exclusion.excludes(signal)) return { activities: [], dropped: [{ kind: 'excluded', count: 1 }] };
    const { activities: heard, dropped } = normalise(signal, {
      actor: ports.actor,
      workspace: { id: workspace.id, folder: workspace.folder },
      uses: declared.uses,
      resources: declared.resources(),
    });
    const activities =
      signal.type === 'call' ? withoutBursts(session, heard) : signal.type === 'connection' ? withoutRepeats(session, heard) : heard;
    // What was heard a moment ago is no news, and what the gate took of it was counted then.
    if (activities.length === 0) return { activities, dropped: heard.length > 0 ? [] : dropped };
    const left = activities.filter((a) => !exclusion.declares(declared.get(a.resource)));
    const excluded = activities.length - left.length;
    return { activities: left, dropped: excluded > 0 ? [...dropped, { kind: 'excluded', count: excluded }] : dropped };
  }

  function count(dropped: readonly Dropped[]): void {
    redacted += dropped.reduce((sum, d) => sum + d.count, 0);
    if (dropped.length > 0) ports.dropped(dropped);
  }

  async function remembered(since?: UnixMs): Promise<readonly Activity[]> {
    const activities: Activity[] = [];
    for await (const activity of journal.read(since)) if (activity.workspace === workspace.id) activities.push(activity);
    return activities;
  }

  return {
    session: (): readonly Activity[] => session,
    /** Of the session, what may be learnt from. */
    recordedSession: (): readonly Activity[] => session.filter(isRecorded),
    counts: () => ({ recorded, redacted }),
    /** Every activity of this workspace in the journal. */
    remembered,
    idle(ms: number): void {
      idleMs = ms;
    },
    /** True where it said anything. */
    record(signal: Signal): boolean {
      if (signal.type === 'command' && signal.did === 'started' && STARTS_CONTAINERS.test(signal.line)) ports.startsContainers();
      const attention = ports.attention();
      if (attention === 'paused') return false;
      const heard = heardOf(signal);
      if (attention === 'recording') count(heard.dropped);
      if (heard.activities.length === 0) return false;
      if (attention === 'recording') {
        recorded += heard.activities.length;
        keep(heard.activities);
      } else for (const activity of heard.activities) incognito.add(activity);
      for (const activity of heard.activities) observe(activity);
      return true;
    },
    /** Ends the session where its actor's pause has ended it. */
    endIfIdle(): void {
      const last = session.at(-1);
      if (last && ports.now() - last.at > idleMs) endSession();
    },
    /** By a person's word, whatever the time. */
    end(): void {
      if (session.length > 0) endSession();
    },
    /** What was heard incognito is no part of the session any more. */
    forgetIncognito(): void {
      const left = session.filter(isRecorded);
      live = left.length > 0 && live ? { ...live, activities: left } : undefined;
      session = live?.activities ?? [];
    },
    /** As if nothing had ever been heard; nothing is learnt from what is dropped here. */
    forget(): void {
      live = undefined;
      session = [];
      recorded = 0;
      redacted = 0;
    },
    /** After a reload the session goes on: the journal's last one, if it is not yet an idle gap away. Older ones are the learner's to read. */
    async resume(): Promise<void> {
      const sessions = sessionsOf(await remembered(ports.now() - RESUME_WITHIN_MS), { idleMs });
      const last = sessions.at(-1)?.activities ?? [];
      const end = last.at(-1);
      // A split that is written down, as in imported history, is over.
      const goesOn = end !== undefined && end.session === undefined && ports.now() - end.at <= idleMs;
      live = goesOn ? { activities: last, told: {} } : undefined;
      session = live?.activities ?? [];
    },
  };
}

export type Sensing = ReturnType<typeof createSensing>;
