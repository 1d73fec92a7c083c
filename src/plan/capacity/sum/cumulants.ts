/** Four of them, from the first on: raw moments, or cumulants. */
export type Four = readonly [number, number, number, number];
export type Sums = [number, number, number, number];

export function addTo(sum: Sums, other: Four, times: number): void {
  sum[0] += times * other[0];
  sum[1] += times * other[1];
  sum[2] += times * other[2];
  sum[3] += times * other[3];
}

/** Raw moments → cumulants, which add up where moments do not. */
export function cumulantsFrom(raw: Four): Four {
  const m1 = raw[0];
  const m2 = raw[1];
  const m3 = raw[2];
  return [
    m1,
    m2 - m1 * m1,
    m3 - 3 * m2 * m1 + 2 * m1 * m1 * m1,
    raw[3] - 4 * m3 * m1 - 3 * m2 * m2 + 12 * m2 * m1 * m1 - 6 * m1 * m1 * m1 * m1,
  ];
}

export function rawFrom(cumulants: Four): Four {
  const k1 = cumulants[0];
  const k2 = cumulants[1];
  const k3 = cumulants[2];
  return [
    k1,
    k2 + k1 * k1,
    k3 + 3 * k2 * k1 + k1 * k1 * k1,
    cumulants[3] + 4 * k3 * k1 + 3 * k2 * k2 + 6 * k2 * k1 * k1 + k1 * k1 * k1 * k1,
  ];
}
