import type { Priority } from './priority.ts';
import type { Distribution, Probability, UnixMs } from './quantity.ts';
import type { ResourceId } from './resource.ts';

/**
 * Measurements of one quantity at even steps: `values[i]` belongs to [startAt + i·stepMs, startAt + (i + 1)·stepMs).
 * NaN is a gap: nothing was measured, which is not 0.
 */
export interface Series {
  /** Stable; names source and quantity, such as `prometheus:shop/http_requests`. */
  readonly id: string;
  readonly quantity: Quantity;
  readonly startAt: UnixMs;
  readonly stepMs: number;
  readonly values: Float64Array;
}

/** What a series measures; its unit is that of the quantity. */
export const QUANTITIES = {
  volume: '1', // interactions in the step
  rate: '1/s',
  response_time: 'ms',
  page_load_time: 'ms',
  error_rate: 'share', // 0–1
  success_rate: 'share',
  concurrent_users: '1',
  cpu: 'cores',
  memory: 'bytes',
  disk_io: '1/s',
  network: 'bit/s',
  other: '',
} as const;
export type Quantity = keyof typeof QUANTITIES;

/** What is expected of a series in each coming step, with the interval that should hold `level` of what comes. */
export interface SeriesForecast {
  /** Begin of the first forecast step. */
  readonly startAt: UnixMs;
  readonly stepMs: number;
  readonly point: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Of the interval, such as 0.95. */
  readonly level: Probability;
  /** The method, or the blend of methods, in words. */
  readonly model: string;
}

/** Something known beforehand that changes demand: from a calendar, a campaign, or said by the developer. */
export interface PlannedEvent {
  readonly name: string;
  readonly from: UnixMs;
  readonly until: UnixMs;
  /** Demand in it as a multiple of what is usual; undefined: learnt from earlier events of this name. */
  readonly factor?: number;
  /** The feed that it came from. */
  readonly source: string;
}

/** One value that was not expected. */
export interface Anomaly {
  readonly series: string;
  readonly at: UnixMs;
  readonly value: number;
  readonly expected: number;
  /** 0–1; how unlikely, by the past of this series. */
  readonly score: number;
  /** Which metric, against what expectation, in words. */
  readonly because: string;
}

export const INTERACTION_TYPES = [
  'search',
  'transaction',
  'content_view',
  'api_call',
  'login',
  'upload',
  'download',
  'query',
  'message',
  'build',
  'test',
] as const;

/** What users of a persona do, how often, and how long they may wait (DESIGN §5.2). */
export interface EngagementPattern {
  readonly name: string;
  /** Length of the window that the volume is of, ms (ISO 8601 duration in the document). */
  readonly windowMs: number;
  /** One of `INTERACTION_TYPES`, or another word. */
  readonly interactionType: string;
  /** Interactions in one window. */
  readonly expectedVolume: number;
  readonly latencyTargetMs: number;
}

/** What a pattern at its expected volume asks of the machines that serve it. */
export interface ResourceProfile {
  readonly pattern: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly diskIops: number;
  readonly networkMbps: number;
}

/** What one resource of a persona asks for while it is used; of what is unknown nothing is said. */
export interface Requirements {
  readonly resource: ResourceId;
  readonly priority: Priority;
  readonly latencyTargetMs: number;
  readonly cpuCores?: Distribution;
  readonly memoryBytes?: Distribution;
  readonly storageBytes?: Distribution;
  readonly networkMbps?: Distribution;
}

/** How far a look into the future goes. */
export type Ahead = 'hour' | 'day' | 'week';

/** Whose demand it is. */
export interface DemandSubject {
  readonly kind: 'persona' | 'resource' | 'feed';
  readonly id: string;
  readonly name: string;
}

/** What was, what is foreseen, and what was not expected, of one subject. */
export interface DemandLine {
  readonly subject: DemandSubject;
  /** Ends where the forecast begins; as much as is worth showing. */
  readonly history: Series;
  readonly forecast: SeriesForecast;
  /** Within the history shown, oldest first. */
  readonly anomalies: readonly Anomaly[];
  /** The most that can be served in one step, where that is known. */
  readonly capacity?: number;
}

/** Demand of a workspace as it is seen at one moment. */
export interface DemandReport {
  readonly at: UnixMs;
  readonly ahead: Ahead;
  readonly lines: readonly DemandLine[];
  /** Those that touch what is shown, past and coming. */
  readonly events: readonly PlannedEvent[];
  /** Of which nothing is said, and why. */
  readonly silent: readonly { readonly subject: DemandSubject; readonly because: string }[];
}
/** What people wrote in a document of what a persona asks for. Learning leaves it alone, and what they left out is learnt. */
export interface SaidDemand {
  readonly patterns: readonly EngagementPattern[];
  readonly profiles: readonly ResourceProfile[];
  readonly requirements: readonly SaidRequirements[];
}

export type SaidRequirements = Pick<Requirements, 'resource'> & Partial<Omit<Requirements, 'resource'>>;
