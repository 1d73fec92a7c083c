import type {
  Addition,
  AskedEdit,
  Decision,
  EditPreview,
  Fault,
  Feedback,
  MadeEdit,
  Match,
  Mode,
  Need,
  Overlay,
  Persona,
  ProviderName,
  Resource,
  ResourceId,
  Result,
  Rung,
  StepCost,
  UnixMs,
  Usage,
} from '../domain/index.ts';

import type { ForeignEngine } from '../provision/foreign.ts';
import type { Signal } from '../sense/signal.ts';
import type { AppDemand } from './demand/demand.ts';
import type { Notice } from './demand/watch.ts';
import type { AppExperiments } from './experimentWishes.ts';
import type { AppFeeds } from './feeds/appFeeds.ts';
import type { Foresight } from './foresight.ts';
import type { LedgerSummary } from './ledger.ts';
import type { LedgerReport } from './ledgerReport.ts';
import type { LiveSettings } from './liveSettings.ts';
import type { AppPersonas } from './personaEdits.ts';
import type { FoundHistory, HistoryPreview, HistorySource, ImportedHistory, KeptHistory } from './ports.ts';
import type { PrivacyState } from './privacy.ts';
import type { AppPrivacy } from './recorded.ts';
import type { AppRemedies } from './remedies/remedies.ts';
import type { AppSnapshots } from './snapshots.ts';

/** What a host shows: one immutable value, replaced at every change. */
export interface AppState {
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly workspace: { readonly id: string; readonly name: string; readonly folder: string };
  readonly resources: readonly ResourceState[];
  readonly personas: readonly Persona[];
  readonly match: Match;
  /** The most probable persona, if the model does not abstain. */
  readonly active: Persona | undefined;
  readonly needs: readonly Need[];
  readonly ledger: LedgerSummary;
  /** Faults worth telling, newest last, at most 20; each names the thing and what to do. */
  readonly faults: readonly Fault[];
  /** What the developer changed of workflows, and what an undo or a redo would do. */
  readonly edits: { readonly overlay: Overlay; readonly undo: MadeEdit | undefined; readonly redo: MadeEdit | undefined };
  readonly activitiesRecorded: number;
  readonly redacted: number;
  readonly privacy: PrivacyState;
  readonly working: boolean;
  /** Begin of the live session; absent where nothing happened yet. */
  readonly sessionSince?: UnixMs;
}

export interface ResourceState {
  readonly resource: Resource;
  readonly rung: Rung | 'unknown';
  readonly target: Rung | undefined;
  readonly owner: 'prewarm' | 'developer' | 'none';
  /** The engine that has it or would make it: the declared one, or the one that stands in for it. */
  readonly engine?: ProviderName;
  /** What a client connects to, e.g. `127.0.0.1:5432`. Stable for as long as the workspace is open. */
  readonly endpoint: string | undefined;
  /** A generated password stands as `${secret}`; `App.environment` fills it in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly decision: Decision | undefined;
  readonly progress: string | undefined;
  /** Who serves in its place, and why; undefined: itself. */
  readonly standby?: { readonly number: number; readonly because: string };
  readonly readyInMs: number | undefined;
  readonly coldMs: number | undefined;
  /** Every step that was measured, from the bottom up. */
  readonly ladder: readonly StepCost[];
}

/** The same app behind the editor and the command line. */
export interface App {
  state(): AppState;
  onChange(listener: (state: AppState) => void): () => void;
  /** A suggestion that the mode `suggest` makes once per resource and session. */
  onSuggest(listener: (suggestion: Suggestion) => void): () => void;
  /** Something out of the ordinary in what a feed tells: of one series once in six hours at most, and three in a day over all. */
  onNotice(listener: (notice: Notice) => void): () => void;
  /** From the sensors; cheap and synchronous: append, then look again soon. */
  record(signal: Signal): void;
  setMode(mode: Mode): void;
  /** The settings page was changed. A mode that was set for this workspace holds over the setting. */
  applySettings(settings: LiveSettings): void;
  setTrusted(trusted: boolean): void;
  /** "always", "never", "not now" teach the model; undo by `forget`. */
  teach(feedback: Omit<Feedback, 'at'>): void;
  forget(resource: ResourceId): void;
  /** Asked for by a person: done whatever the model thinks. Resolves when done or failed. */
  warm(resources: readonly ResourceId[], signal?: AbortSignal): Promise<readonly Fault[]>;
  cool(resources: readonly ResourceId[], signal?: AbortSignal): Promise<readonly Fault[]>;
  /** The decision's reason in plain sentences, most important first. */
  why(resource: ResourceId): readonly string[];
  /** What a program's environment should hold to reach it, with passwords: for terminals and processes, never to be shown or kept. */
  environment(resource: ResourceId): Readonly<Record<string, string>>;
  /** Generated roles; undefined where they are switched off. */
  readonly credentials: AppCredentials | undefined;
  /** Memory that the last pass granted, of what it may, bytes. */
  budget(): { readonly usedBytes: number; readonly memoryBytes: number };
  /** What is expected to be asked for in the coming step, planned at a quantile (0.9), free, and what would give way. */
  readonly capacity: Foresight['capacity'];
  /** Cost against expected waiting, as plans of which each is the best for its cost. Decides nothing. */
  readonly tradeOff: Foresight['tradeOff'];
  /** These are in use by a rehearsal, as of now: nothing is taken from them. Tells what each takes, where its engine knows. */
  inRehearsal(resources: readonly ResourceId[]): Promise<ReadonlyMap<ResourceId, Usage>>;
  /** What was gained and wasted, against other policies over the same uses. */
  ledger(): Promise<LedgerReport>;
  /** How much is needed, and when. */
  readonly demand: AppDemand;
  rescan(): Promise<void>;
  /** Learns anew from the journal and what was imported, in the worker. */
  relearn(): Promise<void>;
  /** Histories that could be imported, git's of these folders among them, and those that were. */
  histories(folders: readonly string[]): Promise<{ readonly found: readonly FoundHistory[]; readonly kept: readonly KeptHistory[] }>;
  /** What an import would keep of one, before anybody says yes to it. */
  previewHistory(source: HistorySource): Promise<Result<HistoryPreview>>;
  /**
   * Imports histories, forgets others, and learns anew, in the worker. It is done as a whole: cancelled or failed, everything is as
   * before. To undo is to forget what was imported.
   */
  changeHistory(change: HistoryChange, options?: HistoryOptions): Promise<Result<HistoryOutcome>>;
  /** A person's edits of them, their versions and their document. */
  readonly personas: AppPersonas;
  /** Tests of one persona in two versions. */
  readonly experiments: AppExperiments;
  /** Resources that have a standby, at a person's wish. */
  standbys(): readonly ResourceId[];
  /** Keeps a standby of each of these and of no other; those that go are removed, their volumes stay. */
  keepStandbys(resources: readonly ResourceId[]): Promise<readonly Fault[]>;
  /** Recommendations of rehearsals, applied for real and taken back. */
  readonly remedies: AppRemedies;
  /** Workflows as the developer wants them. */
  readonly edits: AppEdits;
  /** Seeded states that are kept to start from, over all engines. */
  readonly snapshots: AppSnapshots;
  /** What is recorded, whether it is, and how to be rid of it. */
  readonly privacy: AppPrivacy;
  /** Sources of demand outside. */
  readonly feeds: AppFeeds;
  /** An engine of another extension, asked after all others. The returned function takes it away; what it made stays. */
  addEngine(engine: ForeignEngine): () => void;
  /** One pass now, to the end of its actions. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
}

/** Edits are kept beside what is learnt, through learning anew; they hold at once, and each can be taken back. */
export interface AppEdits {
  /** What can be added by name; any other image by itself. */
  readonly catalogue: readonly Addition[];
  /** What an edit would start, stop and cost, without making it. `persona` undefined: of every workflow. */
  preview(persona: string | undefined, edit: AskedEdit): Result<EditPreview>;
  /** The next pass acts on it. */
  make(persona: string | undefined, edit: AskedEdit): Result<MadeEdit>;
  /** What was taken back, or done again; undefined where there is nothing. What was added and is gone is removed; its volumes stay. */
  undo(): MadeEdit | undefined;
  redo(): MadeEdit | undefined;
}

export interface AppCredentials {
  list(): readonly Credential[];
  /** Sees to it now, whatever the mode, that databases that are warm and ours take them. */
  ensure(resources: readonly ResourceId[], signal?: AbortSignal): Promise<readonly Fault[]>;
  /** New passwords; open connections go on. A database without a generated role gets one. None named: all databases. */
  rotate(resources: readonly ResourceId[], signal?: AbortSignal): Promise<CredentialChange>;
  /** Erases the password and takes the role out of the database. None named: all that have one. */
  forget(resources: readonly ResourceId[], signal?: AbortSignal): Promise<CredentialChange>;
}

/** What may be shown of a generated role: never its password. */
export interface Credential {
  readonly resource: ResourceId;
  readonly role: string;
  readonly createdAt: UnixMs;
  /** Whether the database was seen to take it, is not warm yet, or would not have it. */
  readonly standing: 'in-place' | 'not-yet' | 'refused';
}

export interface CredentialChange {
  readonly changed: readonly Credential[];
  readonly faults: readonly Fault[];
}

export interface HistoryChange {
  readonly read: readonly HistorySource[];
  /** Ids of imported ones. */
  readonly forget: readonly string[];
}

export interface HistoryOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (step: { readonly read: number } | { readonly learnt: number }) => void;
}

export interface HistoryOutcome {
  readonly personas: number;
  readonly imported: readonly ImportedHistory[];
  /** One for each history that could not be read; each names it. */
  readonly faults: readonly Fault[];
}

export interface Suggestion {
  readonly persona: string;
  readonly probability: number;
  readonly resources: readonly Resource[];
}
