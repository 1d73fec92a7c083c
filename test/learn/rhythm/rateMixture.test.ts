import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { cellOf } from '../../../src/learn/rhythm/cells.ts';
import { RateMixture } from '../../../src/learn/rhythm/rateMixture.ts';

const cells = (...features: readonly number[]): Int32Array => Int32Array.from([cellOf(0), ...features.map((x, i) => cellOf(i + 1, x))]);
const clamp = (x: number, most: number): number => Math.max(-most, Math.min(most, x));

describe('a mixture of rates by hand', () => {
  it('of the base alone: (events + 1/2) / (minutes + 100)', () => {
    const mixture = new RateMixture(1);
    const base = cells();
    mixture.learn(base, mixture.rate(base), 20, true);
    expect(mixture.rate(base)).toBeCloseTo(1.5 / 120, 12);
    mixture.learn(base, mixture.rate(base), 30, false);
    expect(mixture.rate(base)).toBeCloseTo(1.5 / 150, 12);
  });

  it('a context that was never met is the base', () => {
    const mixture = new RateMixture(2);
    mixture.learn(cells(1), mixture.rate(cells(1)), 10, true);
    expect(mixture.rate(cells(2))).toBeCloseTo(1.5 / 110, 12);
  });

  it('a context met once: its rate is (1 + 0.7) / (10 + 0.7 / base), and counts with weight 3.2 / 2', () => {
    const mixture = new RateMixture(2);
    // At first the ratio is 1, whose logarithm teaches the weights nothing.
    mixture.learn(cells(1), mixture.rate(cells(1)), 10, true);
    const base = 1.5 / 110;
    const ratio = 1.7 / (10 + 0.7 / base) / base;
    expect(mixture.rate(cells(1))).toBeCloseTo(base * ratio ** 1.6, 12);
  });

  it('is e^−13.5 to e^5.5 a minute, whatever was seen', () => {
    const mixture = new RateMixture(30);
    const often = cells(...Array<number>(29).fill(1));
    const never = cells(...Array<number>(29).fill(2));
    for (let i = 0; i < 300; i++) {
      mixture.learn(often, mixture.rate(often), 0.01, true);
      mixture.learn(never, mixture.rate(never), 1000, false);
    }
    expect(mixture.rate(often)).toBeLessThanOrEqual(Math.exp(5.5) * (1 + 1e-12));
    expect(mixture.rate(never)).toBeCloseTo(Math.exp(-13.5), 12);
    // A world of hurried events alone.
    const hurried = new RateMixture(30);
    for (let i = 0; i < 60; i++) hurried.learn(never, hurried.rate(never), 1000, false);
    for (let i = 0; i < 3000; i++) hurried.learn(often, hurried.rate(often), 1e-6, true);
    expect(hurried.rate(often)).toBeCloseTo(Math.exp(5.5), 9);
  });
});

/** The same with tables of names instead of places in arrays, and 64 bits throughout. */
function naiveMixture(contexts: number) {
  const seen = new Map<string, { events: number; minutes: number }>();
  const weights = new Map<string, { weight: number; square: number }>();
  const of = (key: string) => seen.get(key) ?? { events: 0, minutes: 0 };
  const weightOf = (key: string) => weights.get(key) ?? { weight: 3.2 / contexts, square: 10 };
  const parts = (keys: readonly string[]) => {
    const { events, minutes } = of(keys[0] as string);
    const base = (events + 0.5) / (minutes + 100);
    const others = keys.slice(1).map((key, i) => {
      const own = of(key);
      const expected = own.minutes * base + own.events;
      const seenClass = expected < 1 ? 0 : expected < 4 ? 1 : expected < 20 ? 2 : 3;
      return { weight: `${i} ${seenClass}`, log: Math.log((own.events + 0.7) / (own.minutes + 0.7 / base)) - Math.log(base) };
    });
    return { base, others };
  };
  return {
    rate(keys: readonly string[]): number {
      const { base, others } = parts(keys);
      return Math.exp(others.reduce((log, o) => log + weightOf(o.weight).weight * o.log, Math.log(base)));
    },
    learn(keys: readonly string[], minutes: number, happened: boolean): void {
      const surprise = clamp((happened ? 1 : 0) - this.rate(keys) * minutes, 2);
      for (const { weight: key, log } of parts(keys).others) {
        const { weight, square } = weightOf(key);
        const gradient = surprise * clamp(log, 4);
        weights.set(key, { weight: weight + (0.08 * gradient) / Math.sqrt(square + gradient ** 2), square: square + gradient ** 2 });
      }
      for (const key of keys) seen.set(key, { events: of(key).events + (happened ? 1 : 0), minutes: of(key).minutes + minutes });
    },
  };
}

describe('a mixture of rates', () => {
  it('says what a naive one says over 1500 pieces of time', () => {
    const random = randomFrom(6);
    const [fast, naive] = [new RateMixture(4), naiveMixture(4)];
    for (let i = 0; i < 1500; i++) {
      const features = [3, 5, 2].map((n) => Math.floor(n * random()));
      const keys = ['base', ...features.map((x, k) => `${k}:${x}`)];
      const own = cells(...features);
      const rate = fast.rate(own);
      expect(Math.abs(rate / naive.rate(keys) - 1)).toBeLessThan(1e-4);
      const busy = features[0] === 0 ? 0.5 : features[1] === 4 ? 0.001 : 0.02;
      // Some pieces are so long that the surprise is larger than two.
      const minutes = random() < 0.05 ? 400 * random() : 4 * random();
      const happened = random() < 1 - Math.exp(-busy * minutes);
      fast.learn(own, rate, minutes, happened);
      naive.learn(keys, minutes, happened);
    }
  });

  it('keeps apart the weights of what was seen little and of what was seen much', () => {
    const mixture = new RateMixture(2);
    const rates: number[] = [];
    for (let i = 0; i < 60; i++) {
      rates.push(mixture.rate(cells(1)));
      mixture.learn(cells(1), mixture.rate(cells(1)), 1, true);
      mixture.learn(cells(2), mixture.rate(cells(2)), 50, false);
    }
    expect(rates[0]).toBeCloseTo(0.005, 12);
    expect(rates.slice(5).every((rate, i) => rate > (rates[0] as number) * (i > 0 ? 10 : 1))).toBe(true);
  });
});
