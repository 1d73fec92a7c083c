import { bucketOf } from './cells.ts';

/** Cells of one table; two contexts may share one by chance, which costs a little accuracy and bounds the memory. */
const CELLS = 1 << 18;
/** Events that the base rate is worth as a prior in every cell. */
const PRIOR_EVENTS = 0.7;
/** Before anything was seen: half an event in this many minutes. */
const PRIOR_MINUTES = 100;
/** The start weights sum up to this: more than 1, since every expert alone is shy. */
const WEIGHT_SUM = 3.2;
/** Weights are kept apart by how much a cell has seen, in expected events. */
const SEEN = [1, 4, 20];
/** Step of AdaGrad (Duchi, Hazan and Singer 2011), and what its squared gradients start from. */
const STEP = 0.08;
const FIRST_SQUARE = 10;
const LARGEST = { surprise: 2, logRatio: 4, logRate: 5.5, smallestLogRate: -13.5 };

export interface LearntRates {
  readonly events: Float32Array;
  readonly minutes: Float32Array;
  readonly weights: Float64Array;
  readonly squares: Float64Array;
}

/**
 * The rate of an event (per minute) in many contexts at once: each context keeps a count of events and the minutes it was
 * exposed, and log rate = log base + Σ w_i · log(rate_i / base), the weights learnt online by the gradient of the
 * Poisson likelihood (a point process with piecewise constant intensity; Daley and Vere-Jones 2003, ch. 7).
 */
export class RateMixture {
  private readonly events: Float32Array;
  private readonly minutes: Float32Array;
  private readonly weights: Float64Array;
  private readonly squares: Float64Array;
  private readonly logRatios: Float64Array;
  private readonly places: Int32Array;

  /** `contexts`: how many there are; the first is the base. `learnt`: what a mixture of as many gave as its `learnt`. */
  constructor(
    private readonly contexts: number,
    learnt?: LearntRates,
  ) {
    const size = contexts * (SEEN.length + 1);
    this.events = learnt?.events ?? new Float32Array(CELLS);
    this.minutes = learnt?.minutes ?? new Float32Array(CELLS);
    this.weights = learnt?.weights ?? new Float64Array(size).fill(WEIGHT_SUM / contexts);
    this.squares = learnt?.squares ?? new Float64Array(size).fill(FIRST_SQUARE);
    this.logRatios = new Float64Array(contexts);
    this.places = new Int32Array(contexts);
  }

  /** All that it knows, as plain data: not a copy. */
  get learnt(): LearntRates {
    const { events, minutes, weights, squares } = this;
    return { events, minutes, weights, squares };
  }

  /** Events a minute in these contexts (numbered by `cellOf`, the first is the base). */
  rate(contexts: Int32Array): number {
    const base = this.baseRate(contexts);
    let log = Math.log(base);
    for (let i = 1; i < this.contexts; i++) {
      const cell = (contexts[i] as number) & (CELLS - 1);
      const events = this.events[cell] as number;
      const minutes = this.minutes[cell] as number;
      const logRatio = Math.log((events + PRIOR_EVENTS) / (minutes + PRIOR_EVENTS / base) / base);
      const place = i * (SEEN.length + 1) + bucketOf(minutes * base + events, SEEN);
      this.logRatios[i] = logRatio;
      this.places[i] = place;
      log += (this.weights[place] as number) * logRatio;
    }
    return Math.exp(Math.min(LARGEST.logRate, Math.max(LARGEST.smallestLogRate, log)));
  }

  /** What came of the contexts that `rate` was last asked for: so many minutes, and whether the event ended them. */
  learn(contexts: Int32Array, rate: number, minutes: number, happened: boolean): void {
    const events = happened ? 1 : 0;
    const surprise = clamp(events - rate * minutes, LARGEST.surprise);
    for (let i = 1; i < this.contexts; i++) {
      const place = this.places[i] as number;
      const gradient = surprise * clamp(this.logRatios[i] as number, LARGEST.logRatio);
      const square = (this.squares[place] as number) + gradient * gradient;
      this.squares[place] = square;
      this.weights[place] = (this.weights[place] as number) + (STEP * gradient) / Math.sqrt(square);
    }
    for (let i = 0; i < this.contexts; i++) {
      const cell = (contexts[i] as number) & (CELLS - 1);
      this.events[cell] = (this.events[cell] as number) + events;
      this.minutes[cell] = (this.minutes[cell] as number) + minutes;
    }
  }

  private baseRate(contexts: Int32Array): number {
    const cell = (contexts[0] as number) & (CELLS - 1);
    return ((this.events[cell] as number) + 0.5) / ((this.minutes[cell] as number) + PRIOR_MINUTES);
  }
}

const clamp = (x: number, most: number): number => Math.max(-most, Math.min(most, x));
