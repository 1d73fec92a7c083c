import type { Activity, Fault, Feedback, LedgerEntry, Mode, ResourceId, Result, Rung, UnixMs, Usage } from '../domain/index.ts';
import type { EditHistory } from '../learn/edits/editHistory.ts';
import type { Experiment } from '../learn/experiment/experiment.ts';
import type { Component, PersonaModel } from '../learn/personaModel.ts';
import { type Bandit, EMPTY_BANDIT } from '../learn/value/bandit.ts';
import type { Logged } from '../learn/value/offPolicy.ts';
import type { Branches, Head } from '../plan/branches.ts';
import type { BatteryRule } from '../plan/pressure.ts';
import type { Readings } from '../plan/readings.ts';
import type { Remediation } from '../plan/remedies/guard.ts';
import type { CalibratedModel } from '../predict/calibrate.ts';
import type { Provider } from '../provision/provider.ts';
import type { WorkspaceFiles } from '../sense/scan/scan.ts';
import type { WarmBacktest } from './backtest/warm/warmBacktest.ts';
import type { DemandAsk, DemandHistory } from './demand/demandSeries.ts';
import type { Forecasts } from './demand/forecasts.ts';
import type { AskFeed, FeedCache } from './feeds/feed.ts';
import type { History } from './history.ts';
import type { FileMemory } from './personaFile/fromFile.ts';
import type { Remedy, RemedyLine } from './remedies/remedy.ts';
import type { Replay } from './replayPolicies.ts';
import type { RhythmData } from './rhythms.ts';

/** What the app needs of the world. A host builds these; tests hand in their own. */
export interface Ports {
  readonly workspace: Workspace;
  /** Absolute folder of our own for this workspace; never inside the workspace. */
  readonly storage: string;
  /** Absolute folder that every Prewarm of this user shares for leases. */
  readonly leases: string;
  /** This Prewarm among all that run: `window-4711-9f3a2b1c`, `cli-…`. */
  readonly instance: string;
  /** Sees to it that what was made warm is stopped when its lease has ended and no window is open any more. Absent where nothing outlives the app. */
  readonly startSweeper?: () => void;
  /** Whether another window or command wants it warmer than this; what stays up for it keeps its clients. Absent where there are no others. */
  readonly heldElsewhere?: (id: ResourceId, rung: Rung) => Promise<boolean>;
  readonly actor: string;
  /** What is checked out in the workspace's folder; undefined where that can't be told. */
  readonly head?: () => Promise<Head | undefined>;
  readonly now: () => UnixMs;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Calls back once; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly journal: Journal;
  readonly store: Store;
  /** Where versions of personas are kept; undefined: for as long as the app is open. */
  readonly versions?: VersionStore;
  /** The persona document of the workspace's own files; absent where there is none to be had. */
  readonly personaFile?: DocumentFile;
  readonly readWorkspace: () => Promise<WorkspaceFiles>;
  /** The text of `.prewarm/prices.json`; undefined: there is none. Absent: the prices that come with Prewarm hold. */
  readonly readPrices?: () => Promise<string | undefined>;
  readonly providers: readonly Provider[];
  /** What the machine says of itself, kept for a few seconds; undefined: nothing is known of it. */
  readonly readings?: () => Promise<Readings>;
  readonly learner: Learner;
  /** Who foresees series; absent: nothing is foreseen. */
  readonly forecasts?: Forecasts;
  readonly histories: Histories;
  readonly log: (line: string) => void;
  readonly settings: Settings;
  /** Generated roles of databases; undefined: none are made, and what was made before is not used. */
  readonly credentials?: CredentialOptions;
  /** How sources of demand are asked; undefined: none is. */
  readonly feeds?: { readonly ask: AskFeed; readonly cache?: FeedCache };
  /** All that is kept of the developer, as one; absent where nothing is. */
  readonly records?: Records;
  /** What `~` stands for in a path that a person gives. */
  readonly home?: string;
}

/** All that is kept of the developer, wherever it is: what may be taken along, and what is gone when it is erased. */
export interface Records {
  /** Absolute folder of what is kept of this workspace. */
  readonly folder: string;
  readonly retentionDays: number;
  /** Copies all of it into a new folder below `into`. Cancelled or failed, nothing is left there. */
  export(into: string, settings: object, options?: RecordOptions): Promise<Result<Exported>>;
  /**
   * Erases journal, imported histories and memory, of this workspace and, asked for, of all others and the cache of datasets. What a
   * crash interrupts is finished before the app next begins. The store must be loaded again afterwards.
   */
  erase(what: Omit<Erasure, 'snapshots'>): Promise<Result<Erased>>;
  /** What there is to erase, by what it is. */
  measure(): Promise<Measured>;
}

export interface RecordOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (text: string) => void;
}

export interface Exported {
  /** Absolute. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export interface Erasure {
  /** `everywhere`: of every workspace that was ever opened here. */
  readonly scope: 'workspace' | 'everywhere';
  readonly datasetCache: 'erase' | 'keep';
  /** Seeded states and copies, with what was changed in them. */
  readonly snapshots: 'erase' | 'keep';
}

export interface Erased {
  readonly workspaces: number;
  readonly bytes: number;
}

export interface Measured {
  readonly journalBytes: number;
  readonly importedHistories: number;
  readonly savedRehearsals: number;
  readonly memoryBytes: number;
  /** Others than this one of which something is kept. */
  readonly otherWorkspaces: number;
  readonly datasetCacheBytes: number;
}

export interface CredentialOptions {
  readonly secrets: Secrets;
  /** Fit for keys. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** `all`: every database gets one. `kept`: those for which a person had one made. */
  readonly scope: 'all' | 'kept';
}

/** A store that the operating system or the editor protects. Nothing that it holds is ever written elsewhere. */
export interface Secrets {
  /**
   * Who keeps them, `[a-z0-9_]`, at most 10 characters. It is part of the names of roles: two keepers (an editor's window and the
   * command line) do not know each other's passwords and would change them to and fro.
   */
  readonly keeper: string;
  /** Undefined: nothing is kept under this name. */
  get(name: string): Promise<Result<string | undefined>>;
  set(name: string, value: string): Promise<Result<void>>;
  delete(name: string): Promise<Result<void>>;
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
  /** What is begun on a prediction while the machine runs on its battery (default: careful). */
  readonly battery?: BatteryRule;
  /** What is decided is done (default), or only what somebody asks for: a guest beside a window decides as that one does. */
  readonly acts?: 'on-decisions' | 'when-asked';
  /** Whether the gateway may listen on the ports that the workspace declares. */
  readonly gateway: 'on' | 'off';
  /** What is done about recommendations by itself (default: off). */
  readonly remediation?: Remediation;
  /** Whether each branch has its own copy of the databases (default: off). */
  readonly branchCopies?: 'on' | 'off';
  /** Folders of which nothing is recorded: paths and globs (default: none). */
  readonly excludedFolders?: readonly string[];
  /** Sources of demand, as the setting names them; read entry by entry (default: none). */
  readonly feeds?: readonly object[];
  /** How long what was recorded is kept, ms (default: for good). The journal and imported histories are the host's to expire. */
  readonly retentionMs?: number;
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
  /** What other policies would have done with the journal's uses; undefined: there are none. Absent: it is done where the app runs. */
  replay?(replay: Replay): Promise<Result<WarmBacktest | undefined>>;
  /** What history tells of demand, in even steps. Absent: nothing is counted. */
  demand?(history: History, ask: DemandAsk, options?: { readonly signal?: AbortSignal }): Promise<Result<DemandHistory>>;
  dispose(): Promise<void>;
}

export interface LearningOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number) => void;
  /** Left for later, personas are there sooner by a third or more; what they say of needs is not put right yet. */
  readonly rehearsal?: 'later';
  /** The persona that is to be split into the workflows that its sessions show; refused where there is one. */
  readonly split?: string;
}

export type SplitOptions = Pick<LearningOptions, 'signal' | 'progress'>;

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

/** What an import of one history would keep. */
export interface HistoryPreview {
  /** Entries in it, and those of which something would be left behind the gate. */
  readonly read: number;
  readonly kept: number;
  readonly rejected: number;
  /** Everything that would be stored of it, the most frequent first. */
  readonly tokens: readonly { readonly token: string; readonly count: number }[];
  /** What the gate would take, by kind. */
  readonly dropped: readonly { readonly kind: string; readonly count: number }[];
  /** It is longer than what was read for the preview. */
  readonly more: boolean;
}

/** Histories of before Prewarm: those on this machine, and the redacted traces that were made of some, one each. */
export interface Histories {
  /** Shell histories of this user, and git's log of HEAD of these folders. */
  find(folders: readonly string[]): Promise<readonly FoundHistory[]>;
  kept(): Promise<readonly KeptHistory[]>;
  /** What is in it and what would be kept, from reading it here and now; nothing is stored. */
  preview(source: HistorySource): Promise<Result<HistoryPreview>>;
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
  /** Single steps that were measured, newest last; at most 20 of each from and to, and resource. */
  readonly steps: Readonly<Record<ResourceId, readonly Step[]>>;
  /** Of which branches have databases of their own; absent until that is switched on. */
  readonly branches?: Branches;
  /** Resources for which a person wants a standby kept. */
  readonly standbys: readonly ResourceId[];
  /** What the workspace's persona document said when it was last read, and what was known then; absent until there is one. */
  readonly personaFile?: FileMemory;
  /** What the developer edited of workflows; absent until something was. */
  readonly edits?: EditHistory;
  /** What each took of the machine when it was last measured, idle. */
  readonly usage: Readonly<Record<ResourceId, Usage>>;
  /** At most 500, newest last. */
  readonly ledger: readonly LedgerEntry[];
  /** What each eagerness earned, and the last choices (at most 500), for off-policy estimates. */
  readonly bandit: Bandit;
  readonly choices: readonly Logged[];
  /** Tests of versions of personas, by id; at most 20 that have ended. Absent until there was one. */
  readonly experiments?: Readonly<Record<string, Experiment>>;
  /** How eager a test found Prewarm should be for a persona, by its id. */
  readonly eagernessOf?: Readonly<Record<string, number>>;
  /** Recommendations that were applied, by id; absent until one was. */
  readonly remedies?: Readonly<Record<string, Remedy>>;
  /** At most 200, newest last. */
  readonly remedyLedger?: readonly RemedyLine[];
  /** The usual port is taken: the other one that was used, so that it stays the same. */
  readonly ports: Readonly<Record<string, number>>;
  /** Nothing is heard, and nothing begun on a prediction. */
  readonly pause?: Pause | undefined;
  /** What the gate took, by kind, since that day; never what it was. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedSince?: UnixMs;
}

export interface Pause {
  readonly since: UnixMs;
  /** Undefined: until it is taken back. */
  readonly until?: UnixMs;
}

/** How long it took from this rung to ready, ms. */
export interface Climb {
  readonly from: Rung;
  readonly ms: number;
}

/** One movement from rung to rung, ms; what is resumed from `paused` is one step up to warm. */
export interface Step {
  readonly from: Rung;
  readonly to: Rung;
  readonly ms: number;
}

export const EMPTY_MEMORY: Memory = {
  feedback: {},
  climbs: {},
  steps: {},
  usage: {},
  standbys: [],
  ledger: [],
  bandit: EMPTY_BANDIT,
  choices: [],
  ports: {},
  dropped: {},
};

/** A persona as it was once: after a person's edit, or after a learning that changed it. */
export interface PersonaVersion {
  /** Its id. */
  readonly persona: string;
  /** Counted up per persona, and never given again. */
  readonly number: number;
  readonly at: UnixMs;
  /** `test`: a test of versions decided it; `file`: it came with the persona document of the workspace. */
  readonly author: 'learnt' | 'person' | 'test' | 'file';
  /** In a few words: what was done. */
  readonly reason: string;
  /** All of it, so that going back is exact. */
  readonly snapshot: Component;
  /** It ended with this version. */
  readonly gone?: true;
}

/** A text file of the workspace that people edit, too. */
export interface DocumentFile {
  /** For people: `.prewarm/personas.json`. */
  readonly name: string;
  /** Its text; undefined where there is none. Cheap where it did not change. */
  read(): Promise<Result<string | undefined>>;
  /** As a whole or not at all. Refused, to be tried again, where it is no longer what it was taken to be (`instead`). */
  write(text: string, instead: string | undefined): Promise<Result<void>>;
}

export interface VersionStore {
  /** What can't be read is none. Cheap where nothing changed. */
  load(): Promise<readonly PersonaVersion[]>;
  /** In place of what was last loaded; what another window added since then stays. */
  save(versions: readonly PersonaVersion[]): void;
  flush(): Promise<void>;
}

export interface Store {
  /** A file that can't be read is set aside and named; the app goes on from empty. */
  load(): Promise<{ memory: Memory; fault?: Fault }>;
  save(memory: Memory): void;
  flush(): Promise<void>;
  /** Tells what was saved, merged with what another window or command wrote meanwhile, if one did. */
  news?(tell: (memory: Memory) => void): Promise<void>;
  /** All was erased by another window or command: what this one still knows is written no more, until it has loaded again. */
  isSuperseded?(): Promise<boolean>;
}
