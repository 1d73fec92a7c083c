import { type Distribution, type PeakTime, type TrafficProfile, type UnixMs, WEEKDAYS } from '../domain/index.ts';

/** `traffic` of the persona document (DESIGN §5.2), of a persona or of one of its resources. Rates are per second, times UTC, hours the developer's. */
export interface TrafficEntry {
  readonly name: string;
  readonly interaction_type: string;
  readonly requests: number;
  readonly confidence: number;
  readonly requests_per_second: Distribution;
  readonly request_size_bytes?: Distribution;
  /** bit/s */
  readonly transfer_rate_bps?: Distribution;
  readonly error_rate?: Distribution;
  readonly latency_ms?: Distribution;
  readonly peak_times: readonly PeakEntry[];
  readonly busiest: { readonly at: string; readonly requests_per_second: number };
  /** Length of the windows that rates are over. */
  readonly window_seconds: number;
  /** `days`: from the last request to when it was written. */
  readonly data_age: { readonly from: string; readonly until: string; readonly days: number };
  readonly resources: readonly { readonly id: string; readonly requests: number }[];
}

interface PeakEntry {
  readonly day?: PeakTime['day'];
  /** `09:00` to `24:00` */
  readonly from: string;
  readonly until: string;
  readonly share: number;
  readonly times_usual: number;
}

const DAY_MS = 86_400_000;

export function toTraffic(profile: TrafficProfile, now: UnixMs): TrafficEntry {
  const each = <Key extends string>(key: Key, distribution: Distribution | undefined) =>
    (distribution ? { [key]: shortened(distribution) } : {}) as { readonly [_ in Key]?: Distribution };
  return {
    name: profile.name,
    interaction_type: profile.interactionType,
    requests: profile.requests,
    confidence: short(profile.confidence),
    requests_per_second: shortened(profile.requestsPerSecond),
    ...each('request_size_bytes', profile.requestSizeBytes),
    ...each('transfer_rate_bps', profile.transferRateBps),
    ...each('error_rate', profile.errorRate),
    ...each('latency_ms', profile.latencyMs),
    peak_times: profile.peakTimes.map(peakEntry),
    busiest: { at: written(profile.busiest.at), requests_per_second: short(profile.busiest.requestsPerSecond) },
    window_seconds: profile.windowMs / 1000,
    data_age: { from: written(profile.from), until: written(profile.until), days: short(Math.max(0, now - profile.until) / DAY_MS) },
    resources: profile.resources.map(({ resource, requests }) => ({ id: resource, requests })),
  };
}

const peakEntry = ({ day, fromHour, untilHour, share, timesUsual }: PeakTime): PeakEntry => ({
  ...(day ? { day } : {}),
  from: clock(fromHour),
  until: clock(untilHour),
  share: short(share),
  times_usual: short(timesUsual),
});

/** Six digits say more than is known; probabilities keep enough of them to sum to 1. */
const short = (value: number): number => Number(value.toPrecision(6));
const shortened = (distribution: Distribution): Distribution =>
  distribution.map(({ value, probability }) => ({ value: short(value), probability: Number(probability.toPrecision(9)) }));
const written = (at: UnixMs): string => new Date(at).toISOString();
const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** Total: the profile, or in a few words what is wrong with it (`.peak_times[0] needs …`). */
export function fromTraffic(json: unknown): { readonly profile: TrafficProfile } | { readonly problem: string } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { problem: ' is not an object' };
  const entry = json as Partial<Record<keyof TrafficEntry, unknown>>;
  const problem = problemOf(entry);
  if (problem) return { problem };
  const of = json as TrafficEntry;
  return {
    profile: {
      name: of.name,
      interactionType: of.interaction_type,
      requests: of.requests,
      confidence: of.confidence,
      requestsPerSecond: of.requests_per_second,
      ...(of.request_size_bytes ? { requestSizeBytes: of.request_size_bytes } : {}),
      ...(of.transfer_rate_bps ? { transferRateBps: of.transfer_rate_bps } : {}),
      ...(of.error_rate ? { errorRate: of.error_rate } : {}),
      ...(of.latency_ms ? { latencyMs: of.latency_ms } : {}),
      peakTimes: of.peak_times.map((peak) => ({
        ...(peak.day ? { day: peak.day } : {}),
        fromHour: hourIn(peak.from) as number,
        untilHour: hourIn(peak.until) as number,
        share: peak.share,
        timesUsual: peak.times_usual,
      })),
      busiest: { at: Date.parse(of.busiest.at), requestsPerSecond: of.busiest.requests_per_second },
      windowMs: of.window_seconds * 1000,
      from: Date.parse(of.data_age.from),
      until: Date.parse(of.data_age.until),
      resources: of.resources.map(({ id, requests }) => ({ resource: id, requests })),
    },
  };
}

const OPTIONAL = ['request_size_bytes', 'transfer_rate_bps', 'error_rate', 'latency_ms'] as const;

function problemOf(entry: Partial<Record<keyof TrafficEntry, unknown>>): string | undefined {
  const { busiest, data_age: age } = { busiest: objectIn(entry.busiest), data_age: objectIn(entry.data_age) };
  if (typeof entry.name !== 'string' || typeof entry.interaction_type !== 'string') return ' needs "name" and "interaction_type"';
  if (!isAmount(entry.requests) || !isShare(entry.confidence)) return ' needs "requests" (0 or more) and "confidence" (0 to 1)';
  if (!isDistribution(entry.requests_per_second)) return ` needs "requests_per_second" (${DISTRIBUTION})`;
  const bad = OPTIONAL.find((name) => entry[name] !== undefined && !isDistribution(entry[name]));
  if (bad) return `.${bad} is no distribution (${DISTRIBUTION})`;
  if (!Array.isArray(entry.peak_times)) return ' needs "peak_times" (a list)';
  const peak = entry.peak_times.findIndex((p) => !isPeak(objectIn(p)));
  if (peak !== -1) return `.peak_times[${peak}] needs "from" and "until" ("09:00"), "share" (0 to 1) and "times_usual"`;
  if (!isTime(busiest.at) || !isAmount(busiest.requests_per_second)) return ' needs "busiest" {"at", "requests_per_second"}';
  if (!isAmount(entry.window_seconds) || entry.window_seconds === 0) return ' needs "window_seconds" (more than 0)';
  if (!isTime(age.from) || !isTime(age.until)) return ' needs "data_age" {"from", "until"} (ISO 8601)';
  if (!Array.isArray(entry.resources)) return ' needs "resources" (a list)';
  const resource = entry.resources.findIndex((r) => typeof objectIn(r).id !== 'string' || !isAmount(objectIn(r).requests));
  return resource === -1 ? undefined : `.resources[${resource}] needs "id" and "requests"`;
}

const DISTRIBUTION = '[{"value", "probability"}, …], values from 0, probabilities that sum to 1';

function isDistribution(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const points = value.map(objectIn);
  if (!points.every((p) => isAmount(p.value) && isShare(p.probability))) return false;
  return Math.abs(points.reduce((sum, p) => sum + (p.probability as number), 0) - 1) <= 1e-6;
}

function isPeak({ day, from, until, share, times_usual: times }: Readonly<Record<string, unknown>>): boolean {
  const [first, last] = [hourIn(from), hourIn(until)];
  if (day !== undefined && !WEEKDAYS.includes(day as (typeof WEEKDAYS)[number])) return false;
  return first !== undefined && last !== undefined && first < last && isShare(share) && isAmount(times);
}

function hourIn(value: unknown): number | undefined {
  const hour = typeof value === 'string' && /^\d\d:00$/.test(value) ? Number(value.slice(0, 2)) : Number.NaN;
  return hour <= 24 ? hour : undefined;
}

const objectIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isShare = (value: unknown): boolean => isAmount(value) && value <= 1;
const isTime = (value: unknown): boolean => typeof value === 'string' && Number.isFinite(Date.parse(value));
