import type { InTest } from './experiment.ts';
import type { Probability, UnixMs } from './quantity.ts';
import type { ProviderName, ResourceId, Rung } from './resource.ts';

export const MODES = ['off', 'shadow', 'suggest', 'auto'] as const;
export type Mode = (typeof MODES)[number];

/** The one vocabulary of reasons: UI, CLI and log read the same record. */
export type ReasonCode =
  | 'worth-it'
  | 'pinned'
  | 'asked'
  | 'dependency'
  | 'in-use'
  | 'already-warm'
  | 'not-worth-it'
  | 'over-budget'
  | 'never'
  | 'not-now'
  | 'abstained'
  | 'mode-off'
  | 'mode-shadow'
  | 'mode-suggest'
  | 'not-trusted'
  | 'settling'
  | 'yielding'
  | 'idle'
  | 'lease-ended'
  | 'engine-unreachable'
  | 'failed-before'
  | 'yielding'
  | 'standby'
  | 'replica'
  | 'no-provider'
  | 'unknown-state';

export interface Reason {
  readonly code: ReasonCode;
  /** One sentence with the numbers that decided. */
  readonly text: string;
}

/** What was decided for one resource in one pass; every resource gets one, acted on or not. */
export interface Decision {
  readonly resource: ResourceId;
  readonly at: UnixMs;
  readonly rung: Rung | 'unknown';
  readonly desired: Rung | 'unchanged';
  readonly reason: Reason;
  readonly probability: Probability;
  /** Seconds of waiting that warming is expected to save, less its cost in the same unit. */
  readonly valueS: number;
}

/** An action is data that names the state it expects; the executor looks again before it acts. */
export interface Action {
  readonly verb: 'climb' | 'descend';
  readonly resource: ResourceId;
  readonly provider: ProviderName;
  readonly expected: Rung;
  readonly to: Rung;
  readonly reason: Reason;
}

/** What the developer said about a resource; each teaches. `until` ends a "not now". */
export interface Feedback {
  readonly resource: ResourceId;
  readonly verdict: 'always' | 'never' | 'not-now' | 'asked' | 'cooled';
  readonly at: UnixMs;
  readonly until?: UnixMs;
}

/** Learnt from what happened: how long each climb takes and what it costs. Times in ms. */
export interface Cost {
  readonly resource: ResourceId;
  /** From where it is, or would rest, to warm. */
  readonly coldMs: number;
  readonly measured: boolean;
  /** Held from `paused` on: as measured, else as guessed. */
  readonly memoryBytes: number;
  /** From each rung to warm; `coldMs` where it is not said. */
  readonly readyMs?: Readonly<Partial<Record<Rung, number>>>;
  /** Processor that it takes while it runs and nobody uses it, cores; nothing where it is not said. */
  readonly idleCores?: number;
}

/** How long one step of the ladder takes, as measured, ms. */
export interface StepCost {
  readonly from: Rung;
  readonly to: Rung;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  readonly times: number;
}

/** One line of the ledger: what a decision gained or wasted. */
export interface LedgerEntry {
  readonly at: UnixMs;
  readonly resource: ResourceId;
  /** `would-…`: the mode forbade what the plan proposed; `warmMs` is how long it had been proposed. */
  readonly outcome: 'hit' | 'miss' | 'wasted' | 'would-hit' | 'would-miss' | 'would-waste';
  /** What a cold start costs (measured or, before that, assumed). */
  readonly coldMs: number;
  /** What the developer waited. */
  readonly waitedMs: number;
  readonly savedMs: number;
  readonly warmMs: number;
  readonly probability: Probability;
  /** The tests in which its session was; absent: in none. */
  readonly tests?: readonly InTest[];
}
