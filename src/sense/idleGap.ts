import type { Activity } from '../domain/index.ts';

/** A learnt gap stays within these, ms: shorter is a pause to think, longer spans a night. */
export const IDLE_BOUNDS = { least: 5 * 60_000, most: 4 * 60 * 60_000 } as const;

/** A shorter gap is no pause, and bursts of machine-made activities would only hide the pauses, s. */
const PAUSE_S = 60;
/** Pauses, and pauses that seem to end a session, that an actor must have shown before their own count at all. */
const LEAST_PAUSES = 20;
const LEAST_ENDS = 4;
/** The fallback weighs as many ends of sessions. */
const FALLBACK_ENDS = 6;
const BINS_PER_OCTAVE = 8;
/** Up to 2^20 minutes, two years. */
const BINS = 20 * BINS_PER_OCTAVE;
const ROUNDS = 60;
/** Least spread, in ln ms: clocks of one minute make pauses look all the same. */
const LEAST_SD = 0.3;
/** Spreads that the means must be apart for two heaps to be two and not one. */
const LEAST_APART = 2;

/**
 * How long each actor may pause within a session, ms. Logarithms of pauses fall into two heaps, within and between sessions: a
 * mixture of two normal distributions, split where both are equally likely (Halfaker et al., WWW 2015), and drawn to
 * `fallbackMs` where few ends were seen. Both heaps have one spread, so that neither swallows the other. Pauses are taken
 * within one workspace; where a trace gives its split there is nothing to learn. Actors of whom too little is known are left
 * out, and all of them where `fallbackMs` is outside the bounds: somebody wants it so. The order of the input does not matter.
 */
export function learnIdleGaps(activities: Iterable<Activity>, fallbackMs: number): ReadonlyMap<string, number> {
  const learnt = new Map<string, number>();
  if (fallbackMs < IDLE_BOUNDS.least || fallbackMs > IDLE_BOUNDS.most) return learnt;
  for (const [actor, histogram] of histogramsOf(activities)) {
    const gap = idleGapOf(histogram, fallbackMs);
    if (gap !== undefined) learnt.set(actor, gap);
  }
  return learnt;
}

/** For `sessionsOf`: each actor's own gap, `fallbackMs` for those of whom too little is known. */
export function idleGaps(activities: Iterable<Activity>, fallbackMs: number): (actor: string) => number {
  const learnt = learnIdleGaps(activities, fallbackMs);
  return (actor) => learnt.get(actor) ?? fallbackMs;
}

/** Counts of pauses by their binary logarithm: bin i holds those from 2^(i/8) minutes on. */
type Histogram = Float64Array;

function histogramsOf(activities: Iterable<Activity>): ReadonlyMap<string, Histogram> {
  const lanes = new Map<string, Map<string, number[]>>();
  for (const { actor, workspace, session, at } of activities) {
    if (session !== undefined) continue;
    const own = lanes.get(actor) ?? new Map<string, number[]>();
    if (own.size === 0) lanes.set(actor, own);
    const times = own.get(workspace ?? '');
    if (times) times.push(at);
    else own.set(workspace ?? '', [at]);
  }
  return new Map([...lanes].map(([actor, own]) => [actor, pausesOf([...own.values()])]));
}

function pausesOf(lanes: readonly number[][]): Histogram {
  const histogram = new Float64Array(BINS);
  for (const times of lanes) {
    const sorted = Float64Array.from(times).sort();
    for (let i = 1; i < sorted.length; i++) {
      const seconds = ((sorted[i] as number) - (sorted[i - 1] as number)) / 1000;
      if (seconds < PAUSE_S) continue;
      const bin = Math.min(BINS - 1, Math.floor(BINS_PER_OCTAVE * Math.log2(seconds / PAUSE_S)));
      (histogram[bin] as number)++;
    }
  }
  return histogram;
}

/** ln ms in the middle of a bin. */
const middle = (bin: number): number => Math.log(1000 * PAUSE_S) + ((bin + 0.5) / BINS_PER_OCTAVE) * Math.LN2;

interface Heap {
  /** Number of pauses. */
  readonly weight: number;
  readonly mean: number;
  readonly variance: number;
}

function idleGapOf(histogram: Histogram, fallbackMs: number): number | undefined {
  const fallback = Math.log(fallbackMs);
  let [within, between] = [heapOf(histogram, (x) => (x < fallback ? 1 : 0)), heapOf(histogram, (x) => (x < fallback ? 0 : 1))];
  if (within.weight + between.weight < LEAST_PAUSES || between.weight < LEAST_ENDS || within.weight === 0) return undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const log = oddsOf(within, between);
    within = heapOf(histogram, (x) => 1 / (1 + Math.exp(log.slope * x + log.at0)));
    between = heapOf(histogram, (x) => 1 / (1 + Math.exp(-log.slope * x - log.at0)));
  }
  const apart = (between.mean - within.mean) / Math.sqrt(pooled(within, between));
  if (between.weight < LEAST_ENDS || within.weight < 1 || apart < LEAST_APART) return undefined;
  const { slope, at0 } = oddsOf(within, between);
  const crossing = Math.min(between.mean, Math.max(within.mean, -at0 / slope));
  const pull = between.weight / (between.weight + FALLBACK_ENDS);
  const log = Math.log(clamped(Math.exp(pull * crossing + (1 - pull) * fallback)));
  return countBetween(histogram, log, fallback) < LEAST_ENDS ? undefined : Math.round(Math.exp(log));
}

/** ln of how much likelier the second heap is, a straight line in ln ms since both have one spread. */
function oddsOf(a: Heap, b: Heap): { readonly slope: number; readonly at0: number } {
  const variance = pooled(a, b);
  const slope = (b.mean - a.mean) / variance;
  return { slope, at0: (a.mean ** 2 - b.mean ** 2) / (2 * variance) + Math.log(Math.max(b.weight, 1e-9) / Math.max(a.weight, 1e-9)) };
}

const pooled = (a: Heap, b: Heap): number =>
  Math.max(LEAST_SD ** 2, (a.weight * a.variance + b.weight * b.variance) / Math.max(1e-9, a.weight + b.weight));

const clamped = (ms: number): number => Math.min(IDLE_BOUNDS.most, Math.max(IDLE_BOUNDS.least, ms));

/** The pauses that a share claims, as a normal distribution of ln ms. */
function heapOf(histogram: Histogram, share: (x: number) => number): Heap {
  let [weight, sum, square] = [0, 0, 0];
  for (let bin = 0; bin < BINS; bin++) {
    const n = histogram[bin] as number;
    if (n === 0) continue;
    const x = middle(bin);
    const own = n * share(x);
    weight += own;
    sum += own * x;
    square += own * x * x;
  }
  const mean = weight > 0 ? sum / weight : 0;
  return { weight, mean, variance: weight > 0 ? Math.max(0, square / weight - mean * mean) : 0 };
}

/** Gaps that the two places would split differently; where there are next to none, the fallback parts the heaps as well. */
function countBetween(histogram: Histogram, a: number, b: number): number {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  return histogram.reduce((sum, n, bin) => (middle(bin) > low && middle(bin) < high ? sum + n : sum), 0);
}
