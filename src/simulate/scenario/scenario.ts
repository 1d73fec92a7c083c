import type { Request } from './request.ts';
import type { ServiceTime } from './serviceTime.ts';

/** What a rehearsal is about, all defaults filled in: plain data, so that a change of it is another scenario. */
export interface Scenario {
  readonly resources: readonly ModelledResource[];
  readonly links: readonly Link[];
  readonly visitors: readonly Visitors[];
}

export interface ModelledResource {
  readonly id: string;
  readonly kind: string;
  /** How many it serves at once (workers, connections, cores) in each replica. */
  readonly concurrency: number;
  readonly replicas: number;
  /** Who comes when so many wait is turned away; undefined: nobody is. */
  readonly queueLimit?: number;
  /** Its own work for one request. */
  readonly time: ServiceTime;
  /** The time is that of a whole use by a session, of which no practice says how long it should be. */
  readonly wholeUse?: true;
  /** This share of its answers is an error of its own, 0–1. */
  readonly errorRate: number;
  /** Each request takes so much longer, injected. */
  readonly delayMs?: number;
  /** It hangs for `ms` in this share of requests. */
  readonly stall?: { readonly share: number; readonly ms: number };
  /** Undefined: it is warm when the rehearsal begins. */
  readonly coldStart?: ServiceTime;
  /** Its own work is a processor's, which those who are served share. Of one replica; undefined: each works as if alone. */
  readonly processor?: ProcessorLimit;
  /** Of one replica. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly variables?: Variables;
  /** What real visits ask of it where their pattern does not say so; undefined: what is usual of its kind. */
  readonly request?: Request;
}

/** Which variable of its environment means a figure of it: `concurrency`, `queue_limit`; of a call, and of its caller's: `pool`, `timeout_ms`, `retries`, `backoff_ms`, `cache`. */
export type Variables = Readonly<Partial<Record<(typeof VARIABLES)[number], string>>>;
export const VARIABLES = ['concurrency', 'queue_limit', 'pool', 'timeout_ms', 'retries', 'backoff_ms', 'cache'] as const;

export interface ProcessorLimit {
  /** On which it may run at once. */
  readonly cores: number;
  /** Cores that it may use on average, as a container's limit (the kernel's quota) says; undefined: all of them. */
  readonly limit?: number;
}

/** How one resource leads to another. */
export type Link = Call | Step;

/** `from` asks `to` and keeps its worker until the answer is there. */
export interface Call {
  readonly how: 'call';
  readonly from: string;
  readonly to: string;
  readonly probability: number;
  /** Until the call leaves, such as the network's time. */
  readonly lag?: ServiceTime;
  readonly timeoutMs?: number;
  /** After a failure or a time-out, this often. */
  readonly retries: number;
  readonly backoffMs: number;
  /** Connections that all callers share; undefined: as many as they like. */
  readonly pool?: number;
  /** The answer is in a cache with this probability, and found there in this time. */
  readonly cache?: { readonly hitRate: number; readonly ms: number };
  /** The caller goes on where it fails. */
  readonly optional: boolean;
  readonly variables?: Variables;
}

/** Whoever used `from` goes on to `to` with this probability, after a while. */
export interface Step {
  readonly how: 'step';
  readonly from: string;
  readonly to: string;
  readonly probability: number;
  readonly lag: ServiceTime;
}

/** Those who come for one engagement pattern of one persona. */
export interface Visitors {
  readonly persona: string;
  readonly pattern: string;
  /** Sessions a second in each of equal steps, from the start of the rehearsal; repeated where it is longer. */
  readonly perSecond: readonly number[];
  readonly stepMs: number;
  /** Interactions in a session (geometric with this mean, at least 1) and the pause between them. */
  readonly interactions: number;
  readonly think: ServiceTime;
  /** Where an interaction goes first; of a session without patterns each is visited with its probability, after its lag. */
  readonly entries: readonly Entry[];
  readonly choose: 'one' | 'each';
  /** Of one request and its answer over the network, ms. */
  readonly transferMs: number;
  readonly latencyTargetMs?: number;
  /** What they really ask where they enter. */
  readonly request?: Request;
}

export interface Entry {
  readonly resource: string;
  readonly probability: number;
  readonly lag?: ServiceTime;
}

export const serversOf = (r: ModelledResource): number => r.concurrency * r.replicas;
/** Of all replicas together. */
export const processorOf = ({ replicas }: ModelledResource, { cores, limit }: ProcessorLimit): ProcessorLimit => ({
  cores: cores * replicas,
  ...(limit === undefined ? {} : { limit: limit * replicas }),
});
/** Work that it can do in a ms, ms; undefined: as much as its servers. */
export function capacityOf(r: ModelledResource): number | undefined {
  if (!r.processor) return undefined;
  const { cores, limit = cores } = processorOf(r, r.processor);
  return Math.min(cores, limit);
}
export const callName = (c: { readonly from: string; readonly to: string }): string => `${c.from} → ${c.to}`;
export const poolName = (c: { readonly from: string; readonly to: string }): string => `pool ${callName(c)}`;
export const callsOf = (s: Scenario): readonly Call[] => s.links.filter((l): l is Call => l.how === 'call');
export const visitorsName = (v: Visitors): string => `${v.persona}: ${v.pattern}`;
