import { CONFIDENCES, type Evidence, type Outcomes } from './evidence.ts';

/** Steps of the gradient start here, shrink with the root of what was learnt, and stop shrinking there. */
const STEP = { first: 0.043, last: 0.0008, half: 45 };
/** Of each step, what goes to the weight of the expert; the rest goes to its correction for the class of confidence. */
const COMMON = 0.8;
/** No surprise moves a weight further than this times the step. */
const LARGEST = 5;

/**
 * Mixes evidence into one distribution: p(x) ∝ base(x) · Π ratio_i(x)^w_i, the weights learnt online by the gradient of the
 * log-loss. This is the geometric mixture of Mattern (2013), the form of PAQ's logistic mixing for many symbols.
 */
export class GeometricMixture {
  private readonly weights: Float64Array;
  private readonly corrections: readonly Float64Array[];
  private learnt = 0;

  constructor(startWeights: readonly number[]) {
    this.weights = Float64Array.from(startWeights);
    this.corrections = startWeights.map(() => new Float64Array(CONFIDENCES));
  }

  /** Fills `p`, the probabilities of the outcomes. */
  mix({ known, ofEach, ofNew }: Outcomes, evidence: readonly Evidence[], p: number[]): void {
    p.length = known + 1;
    p.fill(Math.log(ofEach), 0, known);
    p[known] = Math.log(ofNew);
    for (let i = 0; i < evidence.length; i++) this.add(i, evidence[i] as Evidence, p);
    normalise(p);
  }

  /** What happened where `p` was mixed of this evidence: d(log p)/dw_i = ratio of what happened − expected ratio. */
  learn(happened: number, evidence: readonly Evidence[], p: readonly number[]): void {
    const step = Math.max(STEP.last, STEP.first / Math.sqrt(1 + this.learnt++ / STEP.half));
    for (let i = 0; i < evidence.length; i++) {
      const own = evidence[i] as Evidence;
      if (own.outcomes.length === 0) continue;
      const gradient = Math.min(LARGEST, Math.max(-LARGEST, surplus(happened, own, p)));
      this.weights[i] = (this.weights[i] as number) + step * COMMON * gradient;
      const corrections = this.corrections[i] as Float64Array;
      corrections[own.confidence] = (corrections[own.confidence] as number) + step * (1 - COMMON) * gradient;
    }
  }

  private add(i: number, { outcomes, logRatios, confidence }: Evidence, p: number[]): void {
    const weight = (this.weights[i] as number) + (this.corrections[i]?.[confidence] as number);
    for (let j = 0; j < outcomes.length; j++) {
      const outcome = outcomes[j] as number;
      p[outcome] = (p[outcome] as number) + weight * (logRatios[j] as number);
    }
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
