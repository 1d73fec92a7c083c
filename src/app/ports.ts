import type { Activity, Fault, Feedback, LedgerEntry, Mode, ResourceId, Result, Rung, UnixMs } from '../domain/index.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { type Bandit, EMPTY_BANDIT } from '../learn/value/bandit.ts';
import type { Logged } from '../learn/value/offPolicy.ts';
import type { CalibratedModel } from '../predict/calibrate.ts';
import type { Provider } from '../provision/provider.ts';
import type { WorkspaceFiles } from '../sense/scan/scan.ts';
import type { History } from './history.ts';
import type { RhythmData } from './rhythms.ts';

/** What the app needs of the world. A host builds these; tests hand in their own. */
export interface Ports {
  readonly workspace: Workspace;
  /** Absolute folder of our own for this workspace; never inside the workspace. */
  readonly storage: string;
  /** Absolute folder that every Prewarm of this user shares for leases. */
  readonly leases: string;
  readonly actor: string;
  readonly now: () => UnixMs;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Calls back once; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly journal: Journal;
  readonly store: Store;
  readonly readWorkspace: () => Promise<WorkspaceFiles>;
  readonly providers: readonly Provider[];
  readonly learner: Learner;
  readonly histories: Histories;
  readonly log: (line: string) => void;
  readonly settings: Settings;
}

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
}

export interface Settings {
  /** The mode of a workspace in which none was chosen yet. */
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly memoryBytes: number;
  readonly idleMs: number;
  readonly horizonMs: number;
  readonly leaseMs: number;
  readonly settleMs: number;
  /** Whether the gateway may listen on the ports that the workspace declares. */
  readonly gateway: 'on' | 'off';
}

export interface Journal {
  append(activities: readonly Activity[]): void;
  /** All of it; with `since`, what was appended from then on, and perhaps more. */
  read(since?: UnixMs): AsyncIterable<Activity>;
  flush(): Promise<void>;
  close(): Promise<void>;
  /** What could not be read: torn or malformed lines, unreadable segments. */
  readonly problems: readonly { readonly message: string }[];
}

export interface Learner {
  /**
   * Anew from all of history, which the learner reads by itself; ids, names and hand edits of `previous` survive. Aborted, it is
   * `cancelled` and nothing has changed.
   */
  learn(history: History, previous: PersonaModel | undefined, options?: LearningOptions): Promise<Result<Learning>>;
  dispose(): Promise<void>;
}

export interface LearningOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number) => void;
  /** Left for later, personas are there sooner by a third or more; what they say of needs is not put right yet. */
  readonly rehearsal?: 'later';
}

export interface Learning {
  readonly model: CalibratedModel;
  readonly rhythms: RhythmData;
  /** That it was learnt from. */
  readonly sessions: number;
  /** How long the actor pauses within a session, ms. */
  readonly idleMs: number;
  /** What of history could not be read. */
  readonly problems: readonly string[];
}

/** A foreign history: a file in one of the formats that `prewarm import` knows. */
export interface HistorySource {
  readonly format: string;
  /** Absolute. */
  readonly path: string;
}

export interface FoundHistory extends HistorySource {
  /** The same for the same file and format. */
  readonly id: string;
  readonly kind: 'shell' | 'git';
  readonly bytes: number;
  readonly changedAt: UnixMs;
}

export interface KeptHistory {
  readonly id: string;
  /** For the learner. */
  readonly trace: string;
}

/** What one history gave. */
export interface ImportedHistory extends HistorySource {
  readonly id: string;
  /** Commands and deeds of which something is left behind the gate. */
  readonly commands: number;
  /** Things that the gate took. */
  readonly dropped: number;
  /** Entries that do not fit the format. */
  readonly rejected: number;
}

/** Histories of before Prewarm: those on this machine, and the redacted traces that were made of some, one each. */
export interface Histories {
  /** Shell histories of this user, and git's log of HEAD of these folders. */
  find(folders: readonly string[]): Promise<readonly FoundHistory[]>;
  kept(): Promise<readonly KeptHistory[]>;
  /** Imports beside what is kept. What can't be read is a fault of its own, and the others go on. */
  stage(
    sources: readonly HistorySource[],
    options?: { readonly signal?: AbortSignal; readonly progress?: (read: number) => void },
  ): Promise<Result<Staged>>;
  /** Resolves to what could not be removed. */
  remove(ids: readonly string[]): Promise<Fault | undefined>;
}

export interface Staged {
  readonly imported: readonly ImportedHistory[];
  readonly faults: readonly Fault[];
  /** For the learner, in the order of `imported`. */
  readonly traces: readonly string[];
  /** In place of what was kept of the same histories. */
  keep(): Promise<Fault | undefined>;
  discard(): Promise<void>;
}

/** What outlives a session, per workspace. */
export interface Memory {
  readonly mode?: Mode;
  readonly model?: PersonaModel;
  readonly feedback: Readonly<Record<ResourceId, Feedback>>;
  /** Climbs to ready that were measured, newest last; at most 20 a resource. */
  readonly climbs: Readonly<Record<ResourceId, readonly Climb[]>>;
  /** At most 500, newest last. */
  readonly ledger: readonly LedgerEntry[];
  /** What each eagerness earned, and the last choices (at most 500), for off-policy estimates. */
  readonly bandit: Bandit;
  readonly choices: readonly Logged[];
  /** The usual port is taken: the other one that was used, so that it stays the same. */
  readonly ports: Readonly<Record<string, number>>;
}

/** How long it took from this rung to ready, ms. */
export interface Climb {
  readonly from: Rung;
  readonly ms: number;
}

export const EMPTY_MEMORY: Memory = { feedback: {}, climbs: {}, ledger: [], bandit: EMPTY_BANDIT, choices: [], ports: {} };

export interface Store {
  /** A file that can't be read is set aside and named; the app goes on from empty. */
  load(): Promise<{ memory: Memory; fault?: Fault }>;
  save(memory: Memory): void;
  flush(): Promise<void>;
}
