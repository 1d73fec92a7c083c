const COEFFICIENTS = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680] as const;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x) for x > 0, to about 1e-10: Stirling's series (Abramowitz and Stegun 6.1.41) from 8 on, the recurrence below. */
export function logGamma(x: number): number {
  let shift = 1;
  let z = x;
  while (z < 8) shift *= z++;
  const inverse = 1 / z;
  const square = inverse * inverse;
  let series = 0;
  for (let i = COEFFICIENTS.length - 1; i >= 0; i--) series = series * square + (COEFFICIENTS[i] as number);
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series * inverse - Math.log(shift);
}
