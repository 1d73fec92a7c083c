import { CONFIDENCES, type Evidence, type Outcomes } from './evidence.ts';

/** Steps of the gradient start here, shrink with the root of what was learnt, and stop shrinking there. */
const STEP = { first: 0.02, last: 0.0008, half: 45 };
/** Of each step: what goes to the weight itself, to its correction for the class of confidence, and to that for the situation. */
const SHARE = { common: 0.8, confidence: 0.2, situation: 0.15 };
/** No surprise moves a weight further than this times the step. */
const LARGEST = 5;

/**
 * Mixes evidence into one distribution: p(x) ∝ base(x) · Π ratio_i(x)^w_i, the weights learnt online by the gradient of the
 * log-loss. This is the geometric mixture of Mattern (2013), the form of PAQ's logistic mixing for many symbols; as in PAQ,
 * each situation (such as the latest symbol) has weights of its own, here as corrections.
 */
export class GeometricMixture {
  private readonly weights: Float64Array;
  private readonly byConfidence: readonly Float64Array[];
  private readonly bySituation = new Map<string, Float64Array>();
  private learnt = 0;

  constructor(startWeights: readonly number[]) {
    this.weights = Float64Array.from(startWeights);
    this.byConfidence = startWeights.map(() => new Float64Array(CONFIDENCES));
  }

  /** Fills `p`, the probabilities of the outcomes. */
  mix({ known, ofEach, ofNew }: Outcomes, evidence: readonly Evidence[], situations: readonly string[], p: number[]): void {
    p.length = known + 1;
    p.fill(Math.log(ofEach), 0, known);
    p[known] = Math.log(ofNew);
    const corrections = situations.map((s) => this.correctionsOf(s));
    for (const [i, own] of evidence.entries()) add(own, this.weightOf(i, own, corrections), p);
    normalise(p);
  }

  /** What happened where `p` was mixed of this evidence: d(log p)/dw_i = ratio of what happened − expected ratio. */
  learn(happened: number, evidence: readonly Evidence[], situations: readonly string[], p: readonly number[]): void {
    const step = Math.max(STEP.last, STEP.first / Math.sqrt(1 + this.learnt++ / STEP.half));
    const corrections = situations.map((s) => this.correctionsOf(s));
    for (const [i, own] of evidence.entries()) {
      if (own.outcomes.length === 0) continue;
      const gradient = step * Math.min(LARGEST, Math.max(-LARGEST, surplus(happened, own, p)));
      grow(this.weights, i, SHARE.common * gradient);
      grow(this.byConfidence[i] as Float64Array, own.confidence, SHARE.confidence * gradient);
      for (const correction of corrections) grow(correction, i, SHARE.situation * gradient);
    }
  }

  private weightOf(i: number, own: Evidence, corrections: readonly Float64Array[]): number {
    let weight = (this.weights[i] as number) + (this.byConfidence[i]?.[own.confidence] as number);
    for (const correction of corrections) weight += correction[i] as number;
    return weight;
  }

  private correctionsOf(situation: string): Float64Array {
    let own = this.bySituation.get(situation);
    if (!own) this.bySituation.set(situation, (own = new Float64Array(this.weights.length)));
    return own;
  }
}

function grow(values: Float64Array, place: number, by: number): void {
  values[place] = (values[place] as number) + by;
}

function add({ outcomes, logRatios }: Evidence, weight: number, p: number[]): void {
  for (let j = 0; j < outcomes.length; j++) {
    const outcome = outcomes[j] as number;
    p[outcome] = (p[outcome] as number) + weight * (logRatios[j] as number);
  }
}

function surplus(happened: number, { outcomes, logRatios }: Evidence, p: readonly number[]): number {
  let sum = 0;
  for (let j = 0; j < outcomes.length; j++) {
    const outcome = outcomes[j] as number;
    sum += ((outcome === happened ? 1 : 0) - (p[outcome] as number)) * (logRatios[j] as number);
  }
  return sum;
}

/** Logarithms to probabilities that sum to 1, in place. */
function normalise(p: number[]): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < p.length; i++) if ((p[i] as number) > top) top = p[i] as number;
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i] = Math.exp((p[i] as number) - top);
  for (let i = 0; i < p.length; i++) p[i] = (p[i] as number) / sum;
}
