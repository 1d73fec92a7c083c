import { type Distribution, mean, type PeakTime, type TrafficProfile, type UnixMs, WEEKDAYS, type Weekday } from '../../domain/index.ts';

/**
 * `traffic` of the persona document (DESIGN §5.2) where it was measured: of a persona, of one of its resources, or of a kind of
 * traffic. The fields of the contract may be said by hand as well; what else stands here says how they were measured.
 */
export interface TrafficEntry {
  readonly requests_per_second: Distribution;
  readonly request_size_bytes?: Distribution;
  /** bit/s */
  readonly transfer_rate_bps?: Distribution;
  /** Of all requests; `error_rate_by_window` is its distribution. */
  readonly error_rate?: number;
  /** In the developer's time: `09:00-12:00`, `Mon-Fri 20:00-24:00`; `peaks` tells more of each. */
  readonly peak_times: readonly string[];
  /** From the last request to when this was written, an ISO 8601 duration. */
  readonly data_age: string;
  readonly name: string;
  readonly interaction_type: string;
  readonly requests: number;
  readonly confidence: number;
  readonly latency_ms?: Distribution;
  readonly error_rate_by_window?: Distribution;
  /** Days that do not follow each other are told apart by commas: `Mon 09:00-10:00, Thu-Fri 09:00-10:00`. */
  readonly peaks: readonly { readonly time: string; readonly share: number; readonly times_usual: number }[];
  readonly busiest: { readonly at: string; readonly requests_per_second: number };
  /** Length of the windows that rates are over. */
  readonly window_seconds: number;
  /** The first request and the last. */
  readonly measured_from: string;
  readonly measured_until: string;
  readonly resources: readonly { readonly id: string; readonly requests: number }[];
}

export function toTraffic(profile: TrafficProfile, now: UnixMs): TrafficEntry {
  const each = <Key extends string>(key: Key, distribution: Distribution | undefined) =>
    (distribution ? { [key]: shortened(distribution) } : {}) as { readonly [_ in Key]?: Distribution };
  const errors = mean(profile.errorRate ?? []);
  return {
    requests_per_second: shortened(profile.requestsPerSecond),
    ...each('request_size_bytes', profile.requestSizeBytes),
    ...each('transfer_rate_bps', profile.transferRateBps),
    ...(errors === undefined ? {} : { error_rate: short(Math.min(1, errors)) }),
    peak_times: profile.peakTimes.flatMap(timesOf),
    data_age: durationOf(Math.max(0, now - profile.until)),
    name: profile.name,
    interaction_type: profile.interactionType,
    requests: profile.requests,
    confidence: short(profile.confidence),
    ...each('latency_ms', profile.latencyMs),
    ...each('error_rate_by_window', profile.errorRate),
    peaks: profile.peakTimes.map((peak) => ({
      time: timesOf(peak).join(', '),
      share: short(peak.share),
      times_usual: short(peak.timesUsual),
    })),
    busiest: { at: written(profile.busiest.at), requests_per_second: short(profile.busiest.requestsPerSecond) },
    window_seconds: profile.windowMs / 1000,
    measured_from: written(profile.from),
    measured_until: written(profile.until),
    resources: profile.resources.map(({ resource, requests }) => ({ id: resource, requests })),
  };
}

/** Six digits say more than is known; probabilities keep enough of them to sum to 1. */
const short = (value: number): number => Number(value.toPrecision(6));
const shortened = (distribution: Distribution): Distribution =>
  distribution.map(({ value, probability }) => ({ value: short(value), probability: Number(probability.toPrecision(9)) }));
const written = (at: UnixMs): string => new Date(at).toISOString();

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** One for every run of days that follow each other. */
export function timesOf({ days, fromHour, untilHour }: PeakTime): readonly string[] {
  const hours = `${clock(fromHour)}-${clock(untilHour)}`;
  if (!days) return [hours];
  const runs: number[][] = [];
  for (const day of days.map((name) => WEEKDAYS.indexOf(name))) {
    if (runs.at(-1)?.at(-1) === day - 1) runs.at(-1)?.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => `${[...new Set([run[0], run.at(-1)])].map((day) => DAYS[day as number]).join('-')} ${hours}`);
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

const DAY_MS = 86_400_000;
const durationOf = (ms: number): string => (ms >= DAY_MS ? `P${Math.floor(ms / DAY_MS)}D` : `PT${Math.floor(ms / 1000)}S`);

/** Whether this was measured; what people say by hand tells no more than they know, and is no profile. */
export const isMeasured = (json: unknown): boolean => objectIn(json).measured_until !== undefined;

/** Total: the profile, or in a few words what is wrong with it (`.peaks[0] needs …`). */
export function fromTraffic(json: unknown): { readonly profile: TrafficProfile } | { readonly problem: string } {
  const problem = problemOf(objectIn(json));
  if (problem) return { problem };
  const of = json as TrafficEntry;
  return {
    profile: {
      name: of.name,
      interactionType: of.interaction_type,
      requests: of.requests,
      resources: of.resources.map(({ id, requests }) => ({ resource: id, requests })),
      windowMs: of.window_seconds * 1000,
      requestsPerSecond: of.requests_per_second,
      ...(of.transfer_rate_bps ? { transferRateBps: of.transfer_rate_bps } : {}),
      ...(of.request_size_bytes ? { requestSizeBytes: of.request_size_bytes } : {}),
      ...(of.error_rate_by_window ? { errorRate: of.error_rate_by_window } : {}),
      ...(of.latency_ms ? { latencyMs: of.latency_ms } : {}),
      peakTimes: of.peaks.map(({ time, share, times_usual }) => ({ ...(hoursIn(time) as Hours), share, timesUsual: times_usual })),
      busiest: { at: Date.parse(of.busiest.at), requestsPerSecond: of.busiest.requests_per_second },
      from: Date.parse(of.measured_from),
      until: Date.parse(of.measured_until),
      confidence: of.confidence,
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

const OPTIONAL = ['request_size_bytes', 'transfer_rate_bps', 'error_rate_by_window', 'latency_ms'] as const;
const DISTRIBUTION = '[{"value", "probability"}, …], values from 0, probabilities that sum to 1';

function problemOf(entry: Fields): string | undefined {
  const busiest = objectIn(entry.busiest);
  if (typeof entry.name !== 'string' || typeof entry.interaction_type !== 'string') return ' needs "name" and "interaction_type"';
  if (!isAmount(entry.requests) || !isShare(entry.confidence)) return ' needs "requests" (0 or more) and "confidence" (0 to 1)';
  if (!isDistribution(entry.requests_per_second)) return ` needs "requests_per_second" (${DISTRIBUTION})`;
  const bad = OPTIONAL.find((name) => entry[name] !== undefined && !isDistribution(entry[name]));
  if (bad) return `.${bad} is no distribution (${DISTRIBUTION})`;
  const peak = itemsIn(entry.peaks).findIndex((p) => !isPeak(p));
  if (!Array.isArray(entry.peaks) || peak !== -1)
    return `.peaks[${Math.max(0, peak)}] needs "time" ("Mon 09:00-12:00"), "share" (0 to 1) and "times_usual"`;
  if (!isTime(busiest.at) || !isAmount(busiest.requests_per_second)) return ' needs "busiest" {"at", "requests_per_second"}';
  if (!isAmount(entry.window_seconds) || entry.window_seconds === 0) return ' needs "window_seconds" (more than 0)';
  if (!isTime(entry.measured_from) || !isTime(entry.measured_until)) return ' needs "measured_from" and "measured_until" (ISO 8601)';
  const resource = itemsIn(entry.resources).findIndex(({ id, requests }) => typeof id !== 'string' || !isAmount(requests));
  return Array.isArray(entry.resources) && resource === -1 ? undefined : `.resources[${Math.max(0, resource)}] needs "id" and "requests"`;
}

/** Rounded by hand, they need not sum to 1 to the last digit. */
const TOLERANCE = 0.001;

function isDistribution(value: unknown): boolean {
  const points = itemsIn(value);
  if (!Array.isArray(value) || !points.every((p) => isAmount(p.value) && isShare(p.probability))) return false;
  return Math.abs(points.reduce((sum, p) => sum + (p.probability as number), 0) - 1) <= TOLERANCE;
}

const isPeak = ({ time, share, times_usual }: Fields): boolean => hoursIn(time) !== undefined && isShare(share) && isAmount(times_usual);

type Hours = Pick<PeakTime, 'days' | 'fromHour' | 'untilHour'>;

/** Days and hours of a text that `timesOf` made; undefined for any other. */
function hoursIn(time: unknown): Hours | undefined {
  const parts = (typeof time === 'string' ? time.split(', ') : []).map((part) =>
    part.match(/^(?:(\w{3})(?:-(\w{3}))? )?(\d\d):00-(\d\d):00$/),
  );
  const [fromHour, untilHour] = [Number(parts[0]?.[3]), Number(parts[0]?.[4])];
  if (!(fromHour < untilHour && untilHour <= 24) || parts.some((p) => Number(p?.[3]) !== fromHour || Number(p?.[4]) !== untilHour))
    return undefined;
  if (parts.length === 1 && parts[0]?.[1] === undefined) return { fromHour, untilHour };
  const days: Weekday[] = [];
  for (const part of parts) {
    const [first, last] = [dayIn(part?.[1]), dayIn(part?.[2] ?? part?.[1])];
    if (first < 0 || last < first) return undefined;
    days.push(...WEEKDAYS.slice(first, last + 1));
  }
  return { days, fromHour, untilHour };
}

const dayIn = (name: string | undefined): number => (DAYS as readonly (string | undefined)[]).indexOf(name);

const objectIn = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const itemsIn = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(objectIn) : []);
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isShare = (value: unknown): boolean => isAmount(value) && value <= 1;
const isTime = (value: unknown): boolean => typeof value === 'string' && Number.isFinite(Date.parse(value));
