import type { Probability } from '../domain/index.ts';

/** What two opinions said of one use, and whether it came. */
export interface Heard {
  readonly said: Probability;
  readonly rhythm: Probability;
  readonly used: boolean;
}

const WEIGHTS = Array.from({ length: 11 }, (_, i) => i / 10);
/** From fewer outcomes than this, or for a smaller gain in log-loss, the second opinion is not asked. */
const LEAST = { outcomes: 50, gain: 0.01 };
const CERTAIN = 1e-6;

/** Logarithmic opinion pool (Genest and Zidek 1986): weight 0 is the personas' opinion, 1 the rhythm's. */
export function pooled(said: Probability, rhythm: Probability, weight: number): Probability {
  if (weight === 0) return said;
  return 1 / (1 + Math.exp(-((1 - weight) * logit(said) + weight * logit(rhythm))));
}

/** The weight of the rhythm under which the outcomes would have been least surprising; 0 where that is not clear. */
export function bestWeight(heard: readonly Heard[]): number {
  if (heard.length < LEAST.outcomes) return 0;
  const losses = WEIGHTS.map((weight) => loss(heard, weight));
  const least = Math.min(...losses);
  return least < (1 - LEAST.gain) * (losses[0] as number) ? (WEIGHTS[losses.indexOf(least)] as number) : 0;
}

function loss(heard: readonly Heard[], weight: number): number {
  let sum = 0;
  for (const { said, rhythm, used } of heard) {
    const p = pooled(said, rhythm, weight);
    sum -= Math.log(Math.max(CERTAIN, used ? p : 1 - p));
  }
  return sum / heard.length;
}

function logit(p: Probability): number {
  const inside = Math.min(1 - CERTAIN, Math.max(CERTAIN, p));
  return Math.log(inside / (1 - inside));
}
