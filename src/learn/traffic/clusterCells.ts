import { agreement } from '../clusters/agreement.ts';
import { byDensity, type Owners } from '../clusters/density.ts';
import { type Centred, kmeansRuns, squaredDistance } from '../clusters/kmeans.ts';
import { silhouettes } from '../clusters/silhouette.ts';
import { randomFrom } from '../random.ts';

/** What two methods that know nothing of each other make of the same points. */
export interface PointClusters {
  /** By k-means; a cluster's number per point, 0 to `centres.length` − 1. */
  readonly owners: readonly number[];
  readonly centres: readonly (readonly number[])[];
  /** Mean silhouette of them; 0 where there is one. */
  readonly silhouette: number;
  /** By density: of the points that both were asked about. */
  readonly density: { readonly clusters: number; readonly noise: number };
  /** Adjusted Rand index of both, but for what the density method calls noise. */
  readonly agreement: number;
  /** Per cluster, 0–1: the share that it has in common with the most alike cluster by density (Jaccard), as Hennig (2007) asks of each. */
  readonly clarity: readonly number[];
}

const MOST_CLUSTERS = 8;
const STARTS = 10;
/** Both are asked about a sample of so many; every further point is its nearest centre's. */
const MOST_COMPARED = 1500;
/** Silhouettes of so many tell the number. */
const MOST_JUDGED = 600;
/** Fewer points make no clusters. */
const LEAST_POINTS = 10;
/** A mean silhouette below says that there is no structure to speak of (Kaufman and Rousseeuw 1990, chapter 2). */
const NO_STRUCTURE = 0.25;
/** The smallest number counts whose silhouette is as good as the best but for this, which is what chance gives and takes. */
const AS_GOOD = 0.02;
/** Runs whose inertia is the least but for this share are taken for equally good, and their silhouettes decide. */
const TIED = 0.05;
const MOST_TIED = 4;

/**
 * k-means with its number found, beside DBSCAN with its radius found. The number is the smallest whose mean silhouette is as good as the
 * best, since a number that hangs on a few points is another one tomorrow; one where even the best shows no structure. Of runs that
 * k-means holds for equally good, the one with the best silhouette is taken, for the same reason: two partitions whose inertia
 * is all but the same are told apart by a hair else. The density method asks for √n/2 neighbours, and for twice as many as there
 * are features at least (Sander et al. 1998).
 */
export function clusterPoints(points: readonly number[][], seed: number): PointClusters {
  const random = randomFrom(seed);
  const compared = sampleOf(points, MOST_COMPARED, random);
  const { centres, silhouette } = found(compared, seed, random);
  const ownerOf = (point: readonly number[]): number => nearest(point, centres);
  const own = compared.map(ownerOf);
  const dense = compared.length < LEAST_POINTS ? own : byDensity(compared, distance, neighboursFor(compared));
  return {
    owners: points.map(ownerOf),
    centres,
    silhouette,
    density: {
      clusters: new Set(dense.filter((d) => d !== undefined)).size,
      noise: dense.filter((d) => d === undefined).length / dense.length,
    },
    agreement: agreementOf(own, dense),
    clarity: centres.map((_, cluster) => clarityOf(cluster, own, dense)),
  };
}

export function nearest(point: readonly number[], centres: readonly (readonly number[])[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [i, centre] of centres.entries()) {
    const far = squaredDistance(point, centre);
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.sqrt(squaredDistance(a, b));
const neighboursFor = (points: readonly number[][]): number =>
  Math.max(2 * (points[0] as number[]).length, Math.round(Math.sqrt(points.length) / 2));

interface Found {
  readonly centres: Centred['centres'];
  readonly silhouette: number;
}

function found(points: readonly number[][], seed: number, random: () => number): Found {
  const different = new Set(points.map((p) => p.join(' '))).size;
  const one: Found = { centres: [meanOf(points)], silhouette: 0 };
  if (points.length < LEAST_POINTS || (points[0] as number[]).length === 0 || different < 2) return one;
  const judged = sampleOf(points, MOST_JUDGED, random);
  const counts = Array.from({ length: Math.min(MOST_CLUSTERS, different, points.length - 1) - 1 }, (_, i) => i + 2);
  const tried = counts.map((count) => bestOf(kmeansRuns(points, count, { seed, starts: STARTS }), judged));
  const best = Math.max(...tried.map(({ silhouette }) => silhouette));
  return best < NO_STRUCTURE ? one : (tried.find(({ silhouette }) => silhouette >= best - AS_GOOD) as Found);
}

function bestOf(runs: readonly Centred[], judged: readonly number[][]): Found {
  const least = (runs[0] as Centred).inertia;
  const tied = runs.filter(({ inertia }, i) => inertia <= (1 + TIED) * least && !sameInertia(inertia, runs[i - 1]?.inertia));
  const scored = tied.slice(0, MOST_TIED).map(({ centres }): Found => {
    const each = silhouettes(
      judged,
      judged.map((point) => nearest(point, centres)),
      distance,
    );
    return { centres, silhouette: each.reduce((sum, s) => sum + s, 0) / each.length };
  });
  return scored.reduce((a, b) => (b.silhouette > a.silhouette ? b : a));
}

/** The same partition, found from another start. */
const sameInertia = (a: number, b: number | undefined): boolean => b !== undefined && Math.abs(a - b) <= 1e-3 * a;

function meanOf(points: readonly number[][]): readonly number[] {
  return (points[0] ?? []).map((_, j) => points.reduce((sum, p) => sum + (p[j] as number), 0) / points.length);
}

/** In their order; all of them where they are no more than that. Selection sampling (Knuth, algorithm S). */
function sampleOf<T>(all: readonly T[], most: number, random: () => number): readonly T[] {
  if (all.length <= most) return all;
  let wanted = most;
  return all.filter((_, i) => {
    if (random() * (all.length - i) >= wanted) return false;
    wanted--;
    return true;
  });
}

function agreementOf(own: readonly number[], dense: Owners): number {
  const both = own.flatMap((o, i) => (dense[i] === undefined ? [] : [[`${o}`, `${dense[i]}`] as const]));
  if (both.length === 0) return 0;
  return agreement(
    both.map(([o]) => o),
    both.map(([, d]) => d),
  ).ari;
}

function clarityOf(cluster: number, own: readonly number[], dense: Owners): number {
  const size = own.filter((o) => o === cluster).length;
  const sizes = new Map<number, { all: number; common: number }>();
  for (const [i, d] of dense.entries()) {
    if (d === undefined) continue;
    const of = sizes.get(d) ?? { all: 0, common: 0 };
    sizes.set(d, { all: of.all + 1, common: of.common + (own[i] === cluster ? 1 : 0) });
  }
  return Math.max(0, ...[...sizes.values()].map(({ all, common }) => common / (all + size - common)));
}
