/** Four of them, from the first on: raw moments, or cumulants. */
export type Four = readonly [number, number, number, number];
export type Sums = [number, number, number, number];

export function addTo(sum: Sums, other: Four): void {
  sum[0] += other[0];
  sum[1] += other[1];
  sum[2] += other[2];
  sum[3] += other[3];
}

/** Raw moments → cumulants, which add up where moments do not. Numbers instead of arrays: there are a hundred thousand of them. */
export function addCumulants(sum: Sums, m1: number, m2: number, m3: number, m4: number): void {
  sum[0] += m1;
  sum[1] += m2 - m1 * m1;
  sum[2] += m3 - 3 * m2 * m1 + 2 * m1 * m1 * m1;
  sum[3] += m4 - 4 * m3 * m1 - 3 * m2 * m2 + 12 * m2 * m1 * m1 - 6 * m1 * m1 * m1 * m1;
}

/** Cumulants → raw moments, which are averaged over what may come true instead. */
export function addMoments(sum: Sums, [k1, k2, k3, k4]: Four, probability: number): void {
  sum[0] += probability * k1;
  sum[1] += probability * (k2 + k1 * k1);
  sum[2] += probability * (k3 + 3 * k2 * k1 + k1 * k1 * k1);
  sum[3] += probability * (k4 + 4 * k3 * k1 + 3 * k2 * k2 + 6 * k2 * k1 * k1 + k1 * k1 * k1 * k1);
}
