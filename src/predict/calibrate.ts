import type { Probability } from '../domain/index.ts';
import type { PersonaModel } from '../learn/personaModel.ts';

/** First uses in a session and further ones are judged apart: the one rests on who it is, the other on the pace of use. */
export type Occasion = 'first' | 'again';

/**
 * What became of what was said: outcomes by bins of the probability's logit. Plain data, learnt test-then-train: an outcome is
 * entered when it is known, and what is said from then on is put right by it.
 */
export interface Calibration {
  readonly version: 1;
  readonly first: Bins;
  readonly again: Bins;
}

/** By bin: outcomes, those of them that were uses, and the sum of the probabilities that were said. */
export interface Bins {
  readonly outcomes: readonly number[];
  readonly uses: readonly number[];
  readonly said: readonly number[];
}

/** A model that brings what was learnt of its own truth: `need` puts right what it says by that. */
export interface CalibratedModel extends PersonaModel {
  readonly calibration?: Calibration;
  /** What the rhythm's opinion is worth beside the personas', 0–1 (`pooled`). */
  readonly rhythmWeight?: number;
}

export interface Outcome {
  readonly occasion: Occasion;
  /** As it came from the personas, not put right. */
  readonly said: Probability;
  readonly used: boolean;
}

/** Logits from −9 (about 1 in 8000) to 9 in steps of a quarter: by `bench:need` the finest of those tried is the truest. */
const LOWEST = -9;
const STEP = 0.25;
export const BINS = 73;
/** Each bin begins with so many outcomes that agree with what was said, so that nothing learnt means nothing changed. */
const BELIEF = 1;
/** A bin remembers about so many outcomes; older ones fade, so that it follows a change. */
const MEMORY = 200;

const emptyBins = (): Bins => ({ outcomes: zeros(), uses: zeros(), said: zeros() });
const zeros = (): readonly number[] => new Array(BINS).fill(0);
export const NOT_CALIBRATED: Calibration = { version: 1, first: emptyBins(), again: emptyBins() };

export function binOf(p: Probability): number {
  const logit = Math.log(p / (1 - p));
  return Math.min(BINS - 1, Math.max(0, Math.round((logit - LOWEST) / STEP)));
}

/** Enters outcomes in the order in which they became known. */
export function learnt(calibration: Calibration, outcomes: readonly Outcome[]): Calibration {
  const copy = (b: Bins) => ({ outcomes: [...b.outcomes], uses: [...b.uses], said: [...b.said] });
  const next = { version: 1 as const, first: copy(calibration.first), again: copy(calibration.again) };
  for (const { occasion, said, used } of outcomes) {
    const { outcomes: n, uses, said: sum } = next[occasion];
    const bin = binOf(said);
    const fade = (n[bin] as number) >= MEMORY ? 1 - 1 / MEMORY : 1;
    n[bin] = fade * (n[bin] as number) + 1;
    uses[bin] = fade * (uses[bin] as number) + (used ? 1 : 0);
    sum[bin] = fade * (sum[bin] as number) + said;
  }
  return next;
}

/** A rising line through points: where it was said `x`, it came with frequency `y`, by `weight` outcomes. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly weight: readonly number[];
}

const curves = new WeakMap<Bins, Curve>();

/** What was said, put right: isotonic regression of outcomes on what was said (pool adjacent violators; Zadrozny and Elkan 2002). */
export function calibrated(calibration: Calibration, occasion: Occasion, said: Probability): Probability {
  return onCurve(curveOf(calibration[occasion]), said).y;
}

/** The outcomes behind what is said at this probability: few of them mean that nothing is known of how true it is. */
export function outcomesBehind(calibration: Calibration, occasion: Occasion, said: Probability): number {
  return onCurve(curveOf(calibration[occasion]), said).weight;
}

function curveOf(bins: Bins): Curve {
  let curve = curves.get(bins);
  if (!curve) curves.set(bins, (curve = isotonic(bins)));
  return curve;
}

interface Block {
  readonly n: number;
  readonly uses: number;
  /** Points that share its frequency. */
  readonly at: readonly number[];
}

/** Adjacent bins whose frequencies fall are pooled until none does. */
function isotonic({ outcomes, uses, said }: Bins): Curve {
  const blocks: Block[] = [];
  for (let bin = 0; bin < BINS; bin++) {
    const centre = 1 / (1 + Math.exp(-(LOWEST + STEP * bin)));
    const n = (outcomes[bin] as number) + BELIEF;
    const sum = (said[bin] as number) + BELIEF * centre;
    let block: Block = { n, uses: (uses[bin] as number) + BELIEF * centre, at: [sum / n] };
    for (let before = blocks.at(-1); before && before.uses / before.n >= block.uses / block.n; before = blocks.at(-1)) {
      blocks.pop();
      block = { n: before.n + block.n, uses: before.uses + block.uses, at: [...before.at, ...block.at] };
    }
    blocks.push(block);
  }
  const points = blocks.flatMap((b) => b.at.map((x) => ({ x, y: b.uses / b.n, weight: b.n - BELIEF * b.at.length })));
  return { x: points.map((p) => p.x), y: points.map((p) => p.y), weight: points.map((p) => p.weight) };
}

/** Straight between the points, level beyond them. */
function onCurve({ x, y, weight }: Curve, at: number): { y: number; weight: number } {
  const above = x.findIndex((value) => value > at);
  const high = above < 0 ? x.length - 1 : above;
  const low = above < 0 ? high : Math.max(0, above - 1);
  const part = high === low ? 0 : (at - (x[low] as number)) / ((x[high] as number) - (x[low] as number));
  const between = (values: readonly number[]): number => (1 - part) * (values[low] as number) + part * (values[high] as number);
  return { y: between(y), weight: between(weight) };
}
