import { type Bags, rowsOf, sampleOf } from './bags.ts';
import { logGamma } from './logGamma.ts';
import { seeded } from './seeds.ts';
import { vectorsOf } from './vectors.ts';

/** More than a person keeps apart; where the data wants fewer, they are merged. */
const SEEDS = 24;
const RESTARTS = 5;
const ROUNDS = 30;
/** Restarts read an evenly spaced sample of this many sessions; the best of them then goes over all. */
const SAMPLE = 2000;
/** The uniform Dirichlet prior over a cluster's tokens (Laplace): nothing to tune. */
const ALPHA = 1;
/** No cluster: the session shares no token with any other. */
export const NONE = -1;

export interface Cluster {
  /** Weight of each token. */
  readonly counts: Float64Array;
  readonly total: number;
  readonly sessions: number;
  /** ln of the probability of its tokens with all possible token shares integrated out. */
  readonly evidence: number;
}

export interface Partition {
  readonly clusters: readonly Cluster[];
  /** Of each session; `NONE` where it has nothing in common with others. */
  readonly owner: Int32Array;
  /** The exact integrated complete-data log-likelihood. */
  readonly score: number;
}

/**
 * Sessions into clusters, as many as there are: the partition that the exact integrated complete-data likelihood prefers, under
 * a mixture of multinomials (Biernacki, Celeux and Govaert 2010), searched by merging (Côme and Latouche 2015) from many
 * seeds, each merge followed by classification EM (Celeux and Govaert 1992). `most` is a ceiling, not the number.
 */
export function partition(bags: Bags, most: number, random: () => number, progress: (done: number) => void): Partition {
  const sample = sampleOf(bags, SAMPLE);
  const vectors = vectorsOf(sample);
  let best: Partition | undefined;
  for (let restart = 0; restart < RESTARTS; restart++) {
    const found = merged(sample, settled(sample, tally(sample, seeded(vectors, SEEDS, random))), most);
    if (!best || found.score > best.score) best = found;
    progress((restart + 1) / (RESTARTS + 1));
  }
  if (sample === bags) return best as Partition;
  return merged(bags, settled(bags, tally(bags, assign(bags, (best as Partition).clusters))), most);
}

/** Merges the pair that gains most, as long as one gains, or there are too many. */
function merged(bags: Bags, from: Partition, most: number): Partition {
  let now = from;
  while (now.clusters.length > 1) {
    const { a, b, gain } = bestPair(now.clusters, bags.size);
    if (gain <= 0 && now.clusters.length <= most) break;
    now = settled(
      bags,
      tally(
        bags,
        now.owner.map((own) => (own === b ? a : own)),
      ),
    );
  }
  return now;
}

function bestPair(clusters: readonly Cluster[], size: number): { a: number; b: number; gain: number } {
  let best = { a: 0, b: 1, gain: Number.NEGATIVE_INFINITY };
  const priorNow = logPrior(clusters.map((c) => c.sessions));
  for (let b = 1; b < clusters.length; b++) {
    for (let a = 0; a < b; a++) {
      const [x, y] = [clusters[a] as Cluster, clusters[b] as Cluster];
      const sizes = clusters.flatMap((c, i) => (i === b ? [] : [i === a ? x.sessions + y.sessions : c.sessions]));
      const gain = logEvidence(size, x, y) - x.evidence - y.evidence + logPrior(sizes) - priorNow;
      if (gain > best.gain) best = { a, b, gain };
    }
  }
  return best;
}

/** Every session to the cluster that explains it best, until none moves. */
function settled(bags: Bags, from: Partition): Partition {
  let now = from;
  for (let round = 0; round < ROUNDS; round++) {
    const owner = assign(bags, now.clusters);
    if (owner.every((own, row) => own === now.owner[row])) break;
    now = tally(bags, owner);
  }
  return now;
}

function assign(bags: Bags, clusters: readonly Cluster[]): Int32Array {
  const owner = new Int32Array(rowsOf(bags)).fill(NONE);
  const logs = logsOf(bags, clusters);
  for (let row = 0; row < owner.length; row++) {
    const [from, to] = [bags.offsets[row] as number, bags.offsets[row + 1] as number];
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; from < to && k < clusters.length; k++) {
      const log = (logs.weight[k] as number) + dot(bags, from, to, logs.tokens[k] as Float64Array);
      if (log > best) {
        best = log;
        owner[row] = k;
      }
    }
  }
  return owner;
}

/** ln of each cluster's weight and token shares, at the mean of their posterior. */
export function logsOf(bags: Bags, clusters: readonly Pick<Cluster, 'counts' | 'total' | 'sessions'>[]) {
  const all = clusters.reduce((sum, c) => sum + c.sessions, 0);
  return {
    weight: clusters.map((c) => Math.log((c.sessions + 1) / (all + clusters.length))),
    tokens: clusters.map(({ counts, total }) => counts.map((n) => Math.log((n + ALPHA) / (total + ALPHA * bags.size)))),
  };
}

/** The inner loop of all learning: Σ weight · log share over one session's tokens. */
export function dot(bags: Bags, from: number, to: number, logs: Float64Array): number {
  const { tokens, weights } = bags;
  let sum = 0;
  for (let i = from; i < to; i++) sum += (weights[i] as number) * (logs[tokens[i] as number] as number);
  return sum;
}

/** Counts of each owner; owners without a session go, and the rest are numbered anew in the order of their first session. */
function tally(bags: Bags, owner: Int32Array): Partition {
  const numbers = new Map<number, number>();
  const clusters: { counts: Float64Array; total: number; sessions: number }[] = [];
  const renumbered = owner.map((own, row) => {
    const [from, to] = [bags.offsets[row] as number, bags.offsets[row + 1] as number];
    if (own === NONE || from === to) return NONE;
    const k = numbers.get(own) ?? numbers.set(own, numbers.size).size - 1;
    const cluster = (clusters[k] ??= { counts: new Float64Array(bags.size), total: 0, sessions: 0 });
    cluster.sessions++;
    for (let i = from; i < to; i++) {
      (cluster.counts[bags.tokens[i] as number] as number) += bags.weights[i] as number;
      cluster.total += bags.weights[i] as number;
    }
    return k;
  });
  const weighed = clusters.map((c) => ({ ...c, evidence: logEvidence(bags.size, c) }));
  const score = weighed.reduce((sum, c) => sum + c.evidence, 0) + logPrior(weighed.map((c) => c.sessions));
  return { clusters: weighed, owner: renumbered, score };
}

type Tally = Pick<Cluster, 'counts' | 'total'>;

/** ln ∫ Multinomial(counts | shares) Dirichlet(shares | α) of one cluster, or of two as if they were one. */
function logEvidence(size: number, a: Tally, b?: Tally): number {
  let log = logGamma(size * ALPHA) - logGamma(size * ALPHA + a.total + (b?.total ?? 0));
  for (let token = 0; token < size; token++) {
    const n = (a.counts[token] as number) + (b ? (b.counts[token] as number) : 0);
    if (n > 0) log += logGamma(n + ALPHA) - LOG_GAMMA_ALPHA;
  }
  return log;
}
const LOG_GAMMA_ALPHA = logGamma(ALPHA);

/** ln of the probability of the sizes, with uniformly distributed weights integrated out. */
function logPrior(sizes: readonly number[]): number {
  const sessions = sizes.reduce((sum, n) => sum + n, 0);
  return (
    logGamma(Math.max(1, sizes.length)) +
    sizes.reduce((sum, n) => sum + logGamma(n + 1), 0) -
    logGamma(sessions + Math.max(1, sizes.length))
  );
}
