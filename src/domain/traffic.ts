import type { Distribution, Probability, UnixMs } from './quantity.ts';

/**
 * How some resources are used, or one of them: measured on requests that were served, calls that were made, queries, messages and
 * connections. Of what no request told (bytes, outcome, time) nothing is said.
 */
export interface TrafficProfile {
  /** In words, such as “frequent small content views”; of a resource its id. */
  readonly name: string;
  /** What most of its requests are: one of `INTERACTION_TYPES`. */
  readonly interactionType: string;
  readonly requests: number;
  /** Its busiest first, by requests. */
  readonly resources: readonly { readonly resource: string; readonly requests: number }[];
  /** Length of the windows that rates are counted in, ms. */
  readonly windowMs: number;
  /** Over all windows from the first request of the data to the last one, those without a request too. */
  readonly requestsPerSecond: Distribution;
  /** Over the same windows: all bytes that went, bit/s. */
  readonly transferRateBps?: Distribution;
  /** Over requests: of the request or its answer, whatever the source counts. */
  readonly requestSizeBytes?: Distribution;
  /** Over windows with requests that told how they ended, each by how many: the share that failed, 0–1. */
  readonly errorRate?: Distribution;
  /** Over requests: how long they took; of connections, the time to the first byte of the answer. */
  readonly latencyMs?: Distribution;
  /** Hours that stand out, the strongest first; empty where none does, or where the data cover too little to say. */
  readonly peakTimes: readonly PeakTime[];
  /** The window with the most requests. */
  readonly busiest: { readonly at: UnixMs; readonly requestsPerSecond: number };
  /** The first request and the last. */
  readonly from: UnixMs;
  readonly until: UnixMs;
  /** How far the figures can be relied on, from the number of requests and, of a cluster, from how clearly it is one. */
  readonly confidence: Probability;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** Hours of each day, or of some days of the week, in which requests come clearly oftener than usual. */
export interface PeakTime {
  /** In the order of the week; absent: every day. */
  readonly days?: readonly Weekday[];
  /** Whole hours, [from, until): 0–23 and 1–24. */
  readonly fromHour: number;
  readonly untilHour: number;
  /** Of all requests, 0–1. */
  readonly share: Probability;
  /** Requests per hour in it over those of an average hour. */
  readonly timesUsual: number;
}
