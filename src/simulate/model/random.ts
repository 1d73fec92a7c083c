import { log, power } from './elementary.ts';

/**
 * Streams of chance for simulations: xoshiro128++ (Blackman and Vigna 2021), seeded by splitmix32. It is integer arithmetic and
 * functions of our own, so that a seed gives the same bytes on any machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spare = Number.NaN;

  /** Streams of one seed do not overlap in any practical time. */
  constructor(seed: number, stream = 0) {
    let state = (seed ^ Math.imul(stream + 1, 0x9e3779b9)) | 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    [this.a, this.b, this.c, this.d] = [next(), next(), next(), next() | 1];
  }

  /** In (0, 1), 32 bits of it: never 0, so that its logarithm is finite. */
  uniform(): number {
    const { a, b, c, d } = this;
    const sum = (a + d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    const t = b << 9;
    const c1 = c ^ a;
    const d1 = d ^ b;
    this.b = b ^ c1;
    this.a = a ^ d1;
    this.c = c1 ^ t;
    this.d = (d1 << 11) | (d1 >>> 21);
    return (result + 0.5) * 2.3283064365386963e-10;
  }

  /** Mean 1. */
  exponential(): number {
    return -log(this.uniform());
  }

  /** Mean 0, standard deviation 1: the polar method (Marsaglia and Bray 1964). */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const kept = this.spare;
      this.spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const s = x * x + y * y;
      if (s >= 1) continue;
      const factor = Math.sqrt((-2 * log(s)) / s);
      this.spare = y * factor;
      return x * factor;
    }
  }

  /** Shape `shape` > 0, scale 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * power(this.uniform(), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const y = 1 + c * x;
      const v = y * y * y;
      if (v <= 0) continue;
      if (log(this.uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
    }
  }
}
