import type { SaidDemand } from './demand.ts';
import type { Priority } from './priority.ts';
import type { Distribution, Probability, UnixMs } from './quantity.ts';
import type { ResourceId } from './resource.ts';

/** A directed edge of the dependency graph: after `from`, `to` follows with this probability and lag (ms). */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly probability: Probability;
  readonly lagMs: { readonly p50: number; readonly p90: number };
}

/** One thing that the developer fixed by hand: of the persona (`name`, an attribute), or of one of its resources. */
export interface Pin {
  readonly field: PinField;
  readonly resource?: ResourceId;
  readonly value: string | number;
}
export const PIN_FIELDS = [
  'name',
  'skill_level',
  'use_case',
  'performance_sensitivity',
  'security_posture',
  'probability',
  'priority',
  'latency_target_ms',
] as const;
export type PinField = (typeof PIN_FIELDS)[number];

const OF_RESOURCES: readonly string[] = ['probability', 'priority', 'latency_target_ms'] satisfies readonly PinField[];

/** What is wrong with a pin, in words; undefined where nothing is. */
export function pinProblem({ field, resource, value }: Pin): string | undefined {
  if (!PIN_FIELDS.includes(field)) return `“${field}” cannot be fixed by hand; one of ${PIN_FIELDS.join(', ')} can.`;
  if (OF_RESOURCES.includes(field) !== (resource !== undefined))
    return OF_RESOURCES.includes(field) ? `“${field}” needs a resource.` : `“${field}” is of the persona, not of ${resource}.`;
  if (field === 'probability') return isNumber(value) && value <= 1 ? undefined : `A probability is 0 to 1, not ${JSON.stringify(value)}.`;
  if (field === 'latency_target_ms')
    return isNumber(value) ? undefined : `A latency target is a number of milliseconds, not ${JSON.stringify(value)}.`;
  if (field === 'priority' && !['high', 'medium', 'low'].includes(String(value)))
    return `A priority is high, medium or low, not ${JSON.stringify(value)}.`;
  return typeof value === 'string' && value.trim() !== '' ? undefined : `“${field}” must be a text, not ${JSON.stringify(value)}.`;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** A recurring workflow. `weight` is its share of sessions; the weights of all personas sum to ≤ 1 (the rest is noise). */
export interface Persona {
  /** Survives re-learning and renaming. */
  readonly id: string;
  readonly name: string;
  readonly weight: Probability;
  readonly confidence: Probability;
  readonly updatedAt: UnixMs;
  /** Begin of its last session. */
  readonly lastAt?: UnixMs;
  /** A person went back to an earlier version: it is not learnt anew. */
  readonly held?: true;
  /** Sessions that it was learnt from. */
  readonly support: number;
  /** Resources and activity tokens by the probability that a session of this persona uses them at least once. */
  readonly uses: readonly {
    readonly resource: ResourceId;
    readonly probability: Probability;
    readonly firstUseMs: Distribution;
    readonly durationMs: Distribution;
  }[];
  readonly edges: readonly Edge[];
  /** What else is known of it. */
  readonly profile?: PersonaProfile;
  /** What people wrote of its demand in a document. */
  readonly said?: SaidDemand;
}

export interface PersonaProfile {
  readonly attributes: Readonly<Record<AttributeName, Attribute>>;
  readonly recurrence: Recurrence;
  /** Of each of its `uses`. */
  readonly demands: Readonly<Record<ResourceId, Demand>>;
  /** Its tokens so that what is needed first comes first; cycles are cut at their weakest edges. */
  readonly provisioningOrder: readonly string[];
  readonly pins: readonly Pin[];
}

export const ATTRIBUTES = ['skill_level', 'use_case', 'performance_sensitivity', 'security_posture'] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];

/** `unknown` where evidence is thin; the evidence then says of what. */
export interface Attribute {
  readonly value: string;
  readonly evidence: string;
}

export interface Recurrence {
  /** P(hour of the week | a session of it begins), Monday 00:00 first, 168 of them; sums to 1. */
  readonly hourOfWeek: readonly Probability[];
  readonly perWeek: number;
}

/** What a persona wants of a resource: what was pinned, else what was said in a document, else what was learnt. */
export interface Demand {
  readonly priority: Priority;
  /** From a session's begin: warm by then, nine of ten sessions that use it do not wait, ms. */
  readonly latencyTargetMs: number;
  /** Measured on connections, Mbit/s. */
  readonly bandwidthMbps?: Distribution;
}

/** The probability of each persona given the session so far; sums to 1 with `none`. Empty where the model abstains. */
export interface Match {
  readonly personas: readonly { readonly id: string; readonly name: string; readonly probability: Probability }[];
  /** Probability that the session belongs to no known persona. */
  readonly none: Probability;
}

/** P(resource is used within the horizon), and when. `etaMs`: median time to first use from now, ms, given that it is used. */
export interface Need {
  readonly resource: ResourceId;
  readonly probability: Probability;
  readonly horizonMs: number;
  readonly etaMs: number;
  /** The activities that moved the probability most, in words. */
  readonly because: string;
}
