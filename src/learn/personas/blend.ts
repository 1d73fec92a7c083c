import type { Distribution } from '../../domain/index.ts';

/** Points that a distribution keeps when it grows. */
const MOST_POINTS = 12;

/**
 * A distribution that `n` observations speak for, and some more of them that weigh `share` each: beyond twelve points the two
 * nearest become their mean (the streaming histogram of Ben-Haim and Tom-Tov 2010). Probabilities sum to 1.
 */
export function blend(distribution: Distribution, n: number, more: readonly number[], share: number): Distribution {
  if (more.length === 0) return distribution;
  const known = distribution.length > 0 ? n : 0;
  const all = known + share * more.length;
  const points = [
    ...distribution.map(({ value, probability }) => ({ value, probability: (probability * known) / all })),
    ...more.map((value) => ({ value, probability: share / all })),
  ];
  return condensed(points);
}

/** Two distributions that `n` and `m` observations speak for, as one. */
export function mixed(a: Distribution, n: number, b: Distribution, m: number): Distribution {
  const [known, more] = [a.length > 0 ? n : 0, b.length > 0 ? m : 0];
  const all = known + more;
  if (all === 0) return a.length > 0 ? a : b;
  const weighed = (points: Distribution, weight: number): Points =>
    weight > 0 ? points.map(({ value, probability }) => ({ value, probability: (probability * weight) / all })) : [];
  return condensed([...weighed(a, known), ...weighed(b, more)]);
}

function condensed(unsorted: Points): Distribution {
  const points = [...unsorted].sort((a, b) => a.value - b.value);
  while (points.length > MOST_POINTS || hasEqual(points)) mergeNearest(points);
  return points;
}

type Points = { value: number; probability: number }[];

const hasEqual = (points: Points): boolean => points.some((p, i) => i > 0 && p.value === (points[i - 1] as Points[number]).value);

function mergeNearest(points: Points): void {
  let nearest = 1;
  const gap = (i: number): number => (points[i] as Points[number]).value - (points[i - 1] as Points[number]).value;
  for (let i = 2; i < points.length; i++) if (gap(i) < gap(nearest)) nearest = i;
  const [a, b] = points.slice(nearest - 1, nearest + 1) as [Points[number], Points[number]];
  const probability = a.probability + b.probability;
  points.splice(nearest - 1, 2, {
    value: probability > 0 ? (a.value * a.probability + b.value * b.probability) / probability : a.value,
    probability,
  });
}
