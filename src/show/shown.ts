import type {
  Decision,
  Fault,
  LedgerEntry,
  MadeEdit,
  Match,
  Mode,
  Need,
  Overlay,
  Persona,
  Resource,
  Rung,
  StepCost,
  UnixMs,
} from '../domain/index.ts';

/** What can be shown: the part of the app's state that views are made from. */
export interface Shown {
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly resources: readonly ShownResource[];
  readonly match: Match;
  readonly active: Persona | undefined;
  readonly personas?: readonly Persona[];
  /** What the developer changed of workflows, and what an undo or a redo would do. */
  readonly edits?: { readonly overlay: Overlay; readonly undo: MadeEdit | undefined; readonly redo: MadeEdit | undefined };
  readonly needs: readonly Need[];
  readonly ledger: {
    readonly savedMs: number;
    readonly hits: number;
    readonly misses: number;
    readonly wastedWarmMs: number;
    readonly entries: readonly LedgerEntry[];
  };
  readonly faults: readonly Fault[];
  readonly privacy?: ShownPrivacy;
  readonly working: boolean;
  /** Begin of the live session; absent where nothing happened yet. */
  readonly sessionSince?: UnixMs;
}

export interface ShownPrivacy {
  readonly incognito: boolean;
  /** In force now; without an end it lasts until it is taken back. */
  readonly pause: { readonly until?: number } | undefined;
}

export interface ShownResource {
  readonly resource: Resource;
  readonly rung: Rung | 'unknown';
  readonly owner: 'prewarm' | 'developer' | 'none';
  readonly engine?: string;
  readonly endpoint: string | undefined;
  readonly decision: Decision | undefined;
  readonly progress: string | undefined;
  readonly readyInMs: number | undefined;
  readonly coldMs?: number | undefined;
  /** Every step that was measured, from the bottom up. */
  readonly ladder?: readonly StepCost[];
  /** Where it is on its way to, or is to stay. */
  readonly target?: Rung | undefined;
}
