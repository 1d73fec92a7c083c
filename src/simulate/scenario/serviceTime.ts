import { exp, log } from '../model/elementary.ts';
import type { Random } from '../model/random.ts';

/** How long something takes, ms. `cv` is the coefficient of variation: standard deviation over mean. */
export type ServiceTime =
  | { readonly shape: 'constant'; readonly meanMs: number }
  | { readonly shape: 'exponential'; readonly meanMs: number }
  | { readonly shape: 'gamma'; readonly meanMs: number; readonly cv: number }
  | { readonly shape: 'lognormal'; readonly meanMs: number; readonly cv: number }
  /** As measured: equally likely quantiles, ascending, between which it is interpolated. */
  | { readonly shape: 'measured'; readonly quantilesMs: readonly number[] };

export type Sampler = (random: Random) => number;

export function samplerOf(time: ServiceTime): Sampler {
  switch (time.shape) {
    case 'constant':
      return () => time.meanMs;
    case 'exponential':
      return (random) => time.meanMs * random.exponential();
    case 'gamma': {
      const shape = 1 / (time.cv * time.cv);
      return (random) => (time.meanMs / shape) * random.gamma(shape);
    }
    case 'lognormal': {
      const variance = log(1 + time.cv * time.cv);
      const [mu, sigma] = [log(time.meanMs) - variance / 2, Math.sqrt(variance)];
      return (random) => exp(mu + sigma * random.normal());
    }
    case 'measured': {
      const quantiles = Float64Array.from(time.quantilesMs);
      const last = quantiles.length - 1;
      return (random) => {
        const at = random.uniform() * last;
        const i = Math.floor(at);
        const below = quantiles[i] as number;
        return i === last ? below : below + (at - i) * ((quantiles[i + 1] as number) - below);
      };
    }
  }
}

/** The mean, ms. */
export function meanOf(time: ServiceTime): number {
  if (time.shape !== 'measured') return time.meanMs;
  // Of what is drawn: linear between quantiles, so the mean of the trapezoids.
  const q = time.quantilesMs;
  if (q.length === 1) return q[0] as number;
  return q.slice(1).reduce((sum, value, i) => sum + (value + (q[i] as number)) / 2, 0) / (q.length - 1);
}

/** Square of the coefficient of variation. */
export function scvOf(time: ServiceTime): number {
  switch (time.shape) {
    case 'constant':
      return 0;
    case 'exponential':
      return 1;
    case 'gamma':
    case 'lognormal':
      return time.cv * time.cv;
    case 'measured': {
      const mean = meanOf(time);
      const q = time.quantilesMs;
      if (q.length === 1 || mean === 0) return 0;
      // The second moment of a uniform on [a, b] is (a² + ab + b²) / 3.
      const square = (a: number, b: number): number => (a * a + a * b + b * b) / 3;
      const second = q.slice(1).reduce((sum, b, i) => sum + square(q[i] as number, b), 0) / (q.length - 1);
      return second / (mean * mean) - 1;
    }
  }
}

/** `factor` times as long. */
export function timesAsLong(time: ServiceTime, factor: number): ServiceTime {
  return time.shape === 'measured'
    ? { ...time, quantilesMs: time.quantilesMs.map((q) => q * factor) }
    : { ...time, meanMs: time.meanMs * factor };
}
