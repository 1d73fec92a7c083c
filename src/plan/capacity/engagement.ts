import type { Distribution, EngagementPattern, Priority, ResourceProfile, SeriesForecast, UnixMs } from '../../domain/index.ts';
import type { Asks } from './dimension.ts';

/** A pattern with what it takes at its expected volume, and how its volume is foreseen, where it is. */
export interface PatternDemand {
  readonly pattern: EngagementPattern;
  readonly profile: ResourceProfile;
  readonly priority: Priority;
  /** Of its volume, over everybody: then it counts whether the persona is active or not. */
  readonly forecast?: SeriesForecast;
}

/** A normal distribution in five points with its mean, variance and the three moments after (Gauss and Hermite). */
const FIVE_POINTS: Distribution = [
  { value: -2.856970013872806, probability: 0.011257411327720693 },
  { value: -1.355626179974266, probability: 0.22207592200561266 },
  { value: 0, probability: 0.5333333333333333 },
  { value: 1.355626179974266, probability: 0.22207592200561266 },
  { value: 2.856970013872806, probability: 0.011257411327720693 },
];

/**
 * The volume of one window of the pattern, as a multiple of what is expected of it, in the step in which most is foreseen between now
 * and `untilAt`: whatever takes that long to be there must be begun now. Undefined where the forecast says nothing of that time.
 */
export function volumeRatio(pattern: EngagementPattern, forecast: SeriesForecast, now: UnixMs, untilAt: UnixMs): Distribution | undefined {
  const { point, lower, upper, stepMs } = forecast;
  const first = Math.max(0, Math.floor((now - forecast.startAt) / stepMs));
  const last = Math.min(point.length - 1, Math.floor((untilAt - forecast.startAt) / stepMs));
  let at = first;
  for (let h = first; h <= last; h++) if ((upper[h] as number) > (upper[at] as number)) at = h;
  if (first > last || pattern.expectedVolume <= 0 || !Number.isFinite(point[at])) return undefined;
  const perVolume = pattern.windowMs / stepMs / pattern.expectedVolume;
  const reach = normalReach(forecast.level);
  return FIVE_POINTS.map(({ value, probability }) => {
    const middle = point[at] as number;
    const spread = (value < 0 ? middle - (lower[at] as number) : (upper[at] as number) - middle) / reach;
    return { value: Math.max(0, middle + value * spread) * perVolume, probability };
  });
}

/** What a pattern takes, in proportion to its volume: at the expected volume exactly its profile. */
export function patternAsks({ cpuCores, memoryBytes, networkMbps }: ResourceProfile, ratio: Distribution): Asks {
  const times = (amount: number): Distribution => ratio.map(({ value, probability }) => ({ value: amount * value, probability }));
  return { cpuCores: times(cpuCores), memoryBytes: times(memoryBytes), networkMbps: times(networkMbps) };
}

/** Half the width of the interval that holds `level` of a standard normal distribution (Abramowitz and Stegun 26.2.23, ± 4.5e-4). */
function normalReach(level: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(0.5, Math.max(1e-9, (1 - level) / 2))));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
