import type { Outcome } from '../../../src/learn/experiment/metrics.ts';
import { randomFrom } from '../../../src/learn/random.ts';

/** What a version does to a session. */
export interface Effect {
  /** Every wait is so many times as long. */
  readonly waits: number;
  /** Every vain warmth is so many times as long. */
  readonly wastes: number;
}

export const NO_EFFECT: Effect = { waits: 1, wastes: 1 };

/**
 * Sessions that wait as real ones do: more than half wait for nothing, the rest for some seconds with a log-normal tail (the longest of a
 * thousand for minutes), and good and bad days, which pass slowly (three or so sessions a day; a day is like the one before, correlation 0.7).
 * A day has a character of its own: an image that is large, a database that is cold. `next(effect)` is what the same session is
 * under that version: chance is drawn alike for both. Most of the differences between waits are between resources (a dev container is no
 * cache): that is what is at stake, and known of sessions that did not wait, too.
 */
export function simulatedSessions(seed: number): (effect: Effect) => Outcome {
  const random = randomFrom(seed);
  let day = normal(random);
  let left = 0;
  return (effect) => {
    if (left === 0) {
      day = 0.7 * day + Math.sqrt(1 - 0.49) * normal(random);
      left = 1 + Math.floor(random() * 5);
    }
    left--;
    const [waits, kind, size, wastes, minutes] = [random(), normal(random), normal(random), random(), normal(random)];
    const isUse = waits < 0.65 + 0.12 * Math.tanh(day);
    const isWait = waits < 0.45 + 0.12 * Math.tanh(day);
    const isWaste = wastes < 0.25;
    return {
      waitedMs: isWait ? effect.waits * 6000 * Math.exp(0.5 * day + 0.7 * kind + 0.4 * size) : 0,
      wastedWarmMinutes: isWaste ? effect.wastes * 12 * Math.exp(0.6 * minutes) : 0,
      falseWarms: isWaste ? 1 : 0,
      atStakeMs: isUse ? 6000 * Math.exp(0.7 * kind) : 0,
    };
  };
}

/** Box and Muller 1958. */
const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
