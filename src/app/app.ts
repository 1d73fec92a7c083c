import type {
  Decision,
  Fault,
  Feedback,
  Match,
  Mode,
  Need,
  Persona,
  ProviderName,
  Resource,
  ResourceId,
  Result,
  Rung,
} from '../domain/index.ts';
import type { Signal } from '../sense/signal.ts';
import type { LedgerSummary } from './ledger.ts';
import type { LedgerReport } from './ledgerReport.ts';
import type { FoundHistory, HistorySource, ImportedHistory, KeptHistory } from './ports.ts';

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
  readonly activitiesRecorded: number;
  readonly redacted: number;
  readonly working: boolean;
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
  readonly environment: Readonly<Record<string, string>>;
  readonly decision: Decision | undefined;
  readonly progress: string | undefined;
  readonly readyInMs: number | undefined;
  readonly coldMs: number | undefined;
}

/** The same app behind the editor and the command line. */
export interface App {
  state(): AppState;
  onChange(listener: (state: AppState) => void): () => void;
  /** A suggestion that the mode `suggest` makes once per resource and session. */
  onSuggest(listener: (suggestion: Suggestion) => void): () => void;
  /** From the sensors; cheap and synchronous: append, then look again soon. */
  record(signal: Signal): void;
  setMode(mode: Mode): void;
  setTrusted(trusted: boolean): void;
  /** "always", "never", "not now" teach the model; undo by `forget`. */
  teach(feedback: Omit<Feedback, 'at'>): void;
  forget(resource: ResourceId): void;
  /** Asked for by a person: done whatever the model thinks. Resolves when done or failed. */
  warm(resources: readonly ResourceId[], signal?: AbortSignal): Promise<readonly Fault[]>;
  cool(resources: readonly ResourceId[], signal?: AbortSignal): Promise<readonly Fault[]>;
  /** The decision's reason in plain sentences, most important first. */
  why(resource: ResourceId): readonly string[];
  /** Memory that the last pass granted, of what it may, bytes. */
  budget(): { readonly usedBytes: number; readonly memoryBytes: number };
  /** What was gained and wasted, against other policies over the same uses. */
  ledger(): Promise<LedgerReport>;
  rescan(): Promise<void>;
  /** Learns anew from the journal and what was imported, in the worker. */
  relearn(): Promise<void>;
  /** Histories that could be imported, git's of these folders among them, and those that were. */
  histories(folders: readonly string[]): Promise<{ readonly found: readonly FoundHistory[]; readonly kept: readonly KeptHistory[] }>;
  /**
   * Imports histories, forgets others, and learns anew, in the worker. It is done as a whole: cancelled or failed, everything is as
   * before. To undo is to forget what was imported.
   */
  changeHistory(change: HistoryChange, options?: HistoryOptions): Promise<Result<HistoryOutcome>>;
  /** One pass now, to the end of its actions. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
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
  readonly text: string;
}
