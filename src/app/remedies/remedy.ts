import type { Allowance, Feedback, ResourceId, UnixMs } from '../../domain/index.ts';
import type { Sample } from '../../plan/remedies/effect.ts';
import type { Advice } from '../../simulate/advice/advise.ts';

/** One thing that is done for real. */
export type Measure =
  /** On the running container. */
  | { readonly how: 'limits'; readonly resource: ResourceId; readonly limits: Allowance }
  /** The container is made anew with these variables. */
  | { readonly how: 'environment'; readonly resource: ResourceId; readonly environment: Readonly<Record<string, string>> }
  /** So many in all, behind one gateway. */
  | { readonly how: 'replicas'; readonly resource: ResourceId; readonly replicas: number }
  /** Always warm while this workflow is under way; undefined: in every one. */
  | {
      readonly how: 'pin';
      readonly resource: ResourceId;
      readonly persona: string | undefined;
      readonly before: 'always' | 'never' | 'free';
    }
  | { readonly how: 'standby'; readonly resource: ResourceId }
  | { readonly how: 'index'; readonly resource: ResourceId; readonly statement: string };

/**
 * A recommendation that was applied, kept with what the workspace remembers: what it changes is part of what is desired, so whoever opens the
 * workspace next finishes what was begun.
 */
export interface Remedy {
  readonly id: string;
  readonly at: UnixMs;
  readonly text: string;
  readonly measures: readonly Measure[];
  /** `applying`, `undoing`: begun, and to be finished. `undone` is kept for as long as it is not recommended again. */
  readonly phase: 'applying' | 'applied' | 'undoing' | 'undone';
  /** Since when its phase has been what it is. */
  readonly since: UnixMs;
  readonly by: 'person' | 'automatic';
  /** p95 end to end, ms, as simulated. */
  readonly predicted: { readonly beforeMs: number; readonly afterMs: number };
  /** Whose clients tell of its effect. */
  readonly measuredAt: ResourceId;
  /** What they waited before it was applied; absent where too few came. */
  readonly before?: Sample;
  /** What came of it; absent until that is known. */
  readonly outcome?: { readonly is: 'as predicted' | 'better' | 'short' | 'worse'; readonly text: string };
}

/** One line of what was done, in the ledger; newest last. */
export interface RemedyLine {
  readonly at: UnixMs;
  readonly remedy: string;
  readonly text: string;
  readonly did: 'applied' | 'kept' | 'undone' | 'refused' | 'failed';
  readonly because: string;
}

/** What can be taken from a rehearsal, and is kept in one: the rest of an advice is for people. */
export type Recommendation = Pick<Advice, 'text' | 'changes' | 'before' | 'after' | 'costPerHour'> &
  Partial<Pick<Advice, 'assumes' | 'against'>>;

/** What a person adds to a recommendation before it can be applied. */
export interface Given {
  /** `CREATE INDEX name ON table (…)`, where an index is recommended. */
  readonly statement?: string;
  /** Whose workflow a pin belongs to, by its id; undefined: every one. */
  readonly persona?: string;
}

export type Pins = (resource: ResourceId, persona: string | undefined) => Feedback['verdict'] | undefined;
