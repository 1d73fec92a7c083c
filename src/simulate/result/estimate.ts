/** The mean of independent replications and the interval that holds the truth in 95 of 100 cases. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** From one value a replication; what is no number in one (nothing came) is left out there. NaN where nothing is left, no interval for one. */
export function estimate(values: readonly number[]): Estimate {
  const known = values.filter((v) => !Number.isNaN(v));
  const n = known.length;
  const value = known.reduce((a, b) => a + b, 0) / n;
  if (n < 2) return { value, low: value, high: value };
  const variance = known.reduce((sum, v) => sum + (v - value) * (v - value), 0) / (n - 1);
  const half = studentT(n - 1) * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half };
}

const Z = 1.959963984540054;
/** For few degrees of freedom the expansion below is too coarse. */
const SMALL = [12.706204736, 4.30265273, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135, 2.262157163];

/** The 97.5 % quantile of Student's t: a table to 9 degrees of freedom, then Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5). */
export function studentT(degrees: number): number {
  const small = SMALL[degrees - 1];
  if (small !== undefined) return small;
  const z3 = Z * Z * Z;
  const z5 = z3 * Z * Z;
  const z7 = z5 * Z * Z;
  const squared = degrees * degrees;
  return (
    Z +
    (z3 + Z) / (4 * degrees) +
    (5 * z5 + 16 * z3 + 3 * Z) / (96 * squared) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * squared * degrees)
  );
}
