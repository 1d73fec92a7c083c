/** The outcomes of one prediction: the known symbols 0 … known − 1, and `known` itself, which stands for a new one. */
export interface Outcomes {
  readonly known: number;
  /** What is believed before any evidence: every known symbol alike. */
  readonly ofEach: number;
  readonly ofNew: number;
  /** Outcomes that this actor never had: the new one, and what only others used. */
  readonly novel: readonly number[];
}

/** The symbol that stands for whatever is novel to the actor, in counts. */
export const NOVEL = -1;

/**
 * What one expert says of one prediction: for each outcome that it knows of, the logarithm of how much likelier it makes
 * it; nothing is said of the others. Experts of low and of high confidence are weighted apart.
 */
export class Evidence {
  readonly outcomes: number[] = [];
  readonly logRatios: number[] = [];
  /** Class of confidence, 0 to CONFIDENCES − 1. */
  confidence = 0;

  clear(): void {
    this.outcomes.length = 0;
    this.logRatios.length = 0;
    this.confidence = 0;
  }

  say(outcome: number, logRatio: number): void {
    this.outcomes.push(outcome);
    this.logRatios.push(logRatio);
  }
}

export const CONFIDENCES = 12;

/** Confidence by how often a context was met, and whether always the same followed. */
export function confidenceOf(times: number, distinct: number): number {
  const often = times <= 1 ? 0 : times === 2 ? 1 : times <= 4 ? 2 : times <= 9 ? 3 : times <= 30 ? 4 : 5;
  return 2 * often + (distinct === 1 ? 1 : 0);
}

/** One or more pieces of evidence on the next outcome; learns from what it was. */
export interface Expert {
  readonly evidence: readonly Evidence[];
  consider(outcomes: Outcomes): void;
  learn(symbol: number, novelty: Novelty): void;
}

export type Novelty = 'used before' | 'new to all' | 'new to the actor';
