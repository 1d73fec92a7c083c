import type { Reason, UnixMs } from '../domain/index.ts';
import type { Plan } from '../plan/decide.ts';
import type { Pressure } from '../plan/pressure.ts';
import { createExclusion } from '../sense/excluded.ts';
import type { Dropped } from '../sense/redact.ts';
import { until } from '../show/statusBar.ts';
import type { Memory, Pause, Ports } from './ports.ts';
import type { Attention } from './sensing.ts';

export interface PrivacyPorts extends Pick<Ports, 'now' | 'workspace' | 'settings' | 'home'> {
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  /** Ends the session under way, which is learnt from. */
  readonly endSession: () => void;
  readonly forgetIncognito: () => void;
  /** Calls back what is on its way for a prediction. */
  readonly callBack: () => void;
}

/** What the views show of it. */
export interface PrivacyState {
  readonly incognito: boolean;
  readonly pause: Pause | undefined;
  /** What nothing is recorded of, as it stands in the settings. */
  readonly excludedFolders: readonly string[];
}

/** What is said for the moment tells what was done in it. */
const spoken = (feedback: Memory['feedback']): Memory['feedback'] =>
  Object.fromEntries(Object.entries(feedback).filter(([, { verdict }]) => verdict !== 'asked' && verdict !== 'cooled'));

/** What a window that records nothing must leave on the disk as it found it. Words that a person says (mode, “never”) hold on. */
const LEARNT = ['ledger', 'bandit', 'choices', 'climbs', 'steps', 'usage', 'branches'] as const;
type Learnt = Partial<Pick<Memory, (typeof LEARNT)[number]>>;

/** Why a plan lets something go without a person's word and without need: what a pause does not do before the lease ends. */
const ON_A_PREDICTION: readonly Reason['code'][] = ['abstained', 'not-worth-it', 'idle', 'settling'];

/** What may be recorded and learnt at this moment: incognito, pause and excluded folders; and the tally of what the gate took. */
export function createPrivacy(ports: PrivacyPorts) {
  const { now, memory, remember, workspace } = ports;
  const place = { folder: workspace.folder, home: ports.home };
  let excludedFolders: readonly string[] = [];
  let exclusion = createExclusion(excludedFolders, place);
  /** What stood when incognito began; undefined: this window is not. */
  let before: Learnt | undefined;
  let dropped: Readonly<Record<string, number>> = {};

  function pauseNow(): Pause | undefined {
    const { pause } = memory();
    return pause && (pause.until === undefined || pause.until > now()) ? pause : undefined;
  }

  /** By the setting as it stands now. */
  function exclusionNow(): typeof exclusion {
    const { excludedFolders: folders = [] } = ports.settings;
    if (folders.join('\n') !== excludedFolders.join('\n')) {
      excludedFolders = folders;
      exclusion = createExclusion(folders, place);
    }
    return exclusion;
  }

  function reasonOf(pause: Pause): Reason {
    return { code: 'yielding', text: `You paused Prewarm ${until(pause)}, so nothing is begun on a prediction.` };
  }

  function keepCounts(): void {
    if (Object.keys(dropped).length === 0) return;
    const counts = added(memory().dropped, dropped);
    dropped = {};
    remember({ dropped: counts, droppedSince: memory().droppedSince ?? now() });
  }

  return {
    state: (): PrivacyState => ({
      incognito: before !== undefined,
      pause: pauseNow(),
      excludedFolders: ports.settings.excludedFolders ?? [],
    }),
    exclusion: exclusionNow,
    attention: (): Attention => (pauseNow() ? 'paused' : before ? 'incognito' : 'recording'),
    /** As it may be kept: what an incognito window has learnt stays in its own head. */
    keepable: (all: Memory): Memory => (before ? { ...all, ...before, feedback: spoken(all.feedback) } : all),
    setIncognito(on: boolean): void {
      if (on === (before !== undefined)) return;
      if (on) {
        before = learntIn(memory());
        return;
      }
      const back = before as Learnt;
      before = undefined;
      ports.forgetIncognito();
      remember(back);
    },
    /** Everything was erased: what stood before incognito is gone as well. */
    erased(): void {
      dropped = {};
      if (before) before = learntIn(memory());
    },
    pause(until?: UnixMs): void {
      ports.endSession();
      remember({ pause: { since: now(), ...(until === undefined ? {} : { until }) } });
      ports.callBack();
    },
    resume: (): void => remember({ pause: undefined }),
    /** Held in memory until `keepCounts`: it is not worth a write for every command. */
    count(some: readonly Dropped[]): void {
      const counts = { ...dropped };
      for (const { kind, count } of some) counts[kind] = (counts[kind] ?? 0) + count;
      dropped = counts;
    },
    counts: (): { readonly dropped: Readonly<Record<string, number>>; readonly since: UnixMs | undefined } => ({
      dropped: added(memory().dropped, dropped),
      since: memory().droppedSince ?? (Object.keys(dropped).length > 0 ? now() : undefined),
    }),
    keepCounts,
    pressure(pressure: Pressure): Pressure {
      const pause = pauseNow();
      if (!pause) return pressure;
      const reason = reasonOf(pause);
      return { ...pressure, yielding: reason, fetching: reason };
    },
    /** What was warm when a pause began stays so until its lease ends, unless a person wants it otherwise. */
    plan(plan: Plan): Plan {
      const pause = pauseNow();
      if (!pause || now() - pause.since >= ports.settings.leaseMs) return plan;
      return { ...plan, actions: plan.actions.filter((a) => a.verb === 'climb' || !ON_A_PREDICTION.includes(a.reason.code)) };
    },
    /** When something of this changes by itself. */
    nextAt: (): UnixMs | undefined => pauseNow()?.until,
  };
}

/** A field that was not there yet is not held back: what it stands for began in this window. */
function learntIn(memory: Memory): Learnt {
  return Object.fromEntries(LEARNT.flatMap((key) => (memory[key] === undefined ? [] : [[key, memory[key]]])));
}

function added(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const sum = { ...a };
  for (const [kind, count] of Object.entries(b)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}
