import type { Decision, Fault, LedgerEntry, Match, Mode, Need, Persona, Resource, Rung } from '../domain/index.ts';

/** What can be shown: the part of the app's state that views are made from. */
export interface Shown {
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly resources: readonly ShownResource[];
  readonly match: Match;
  readonly active: Persona | undefined;
  readonly needs: readonly Need[];
  readonly ledger: {
    readonly savedMs: number;
    readonly hits: number;
    readonly misses: number;
    readonly wastedWarmMs: number;
    readonly entries: readonly LedgerEntry[];
  };
  readonly faults: readonly Fault[];
  readonly working: boolean;
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
}
