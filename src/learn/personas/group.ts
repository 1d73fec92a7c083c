import type { Activity } from '../../domain/index.ts';
import { NOISE_WEIGHT, tokenOf } from '../personaModel.ts';
import { type Bags, bagsOf, rowsOf } from './bags.ts';
import { encode } from './encode.ts';
import { type Cluster, dot, logsOf, type Partition, partition } from './partition.ts';

/** How much each session belongs to each cluster; what is left of 1 belongs to none. */
export interface Grouping {
  readonly count: number;
  /** `shares[session * count + cluster]`. */
  readonly shares: Float64Array;
}

/** A cluster of fewer sessions is not a recurring workflow. */
const MIN_SESSIONS = 2;

export function group(
  sessions: readonly (readonly Activity[])[],
  most: number,
  random: () => number,
  progress: (done: number) => void = () => {},
): Grouping {
  const bags = bagsOf(encode(sessions, featureOf(sessions)));
  if (bags.size === 0) return { count: 0, shares: new Float64Array(0) };
  return posterior(bags, recurring(partition(bags, most, random, progress)));
}

/** Where sessions move between workspaces (a trace that gives its own split), where a thing was done is part of what was done. */
function featureOf(sessions: readonly (readonly Activity[])[]): (activity: Activity) => string | undefined {
  const moves = sessions.some((s) => s.some((a) => a.workspace !== s[0]?.workspace));
  return moves ? (a) => tokenOf(a) && `${a.workspace ?? ''}\u0000${a.resource}` : tokenOf;
}

const recurring = ({ clusters }: Partition): readonly Cluster[] => clusters.filter((c) => c.sessions >= MIN_SESSIONS);

/** Bayes' rule per session among the clusters and a background of everything, which takes what is like none of them. */
function posterior(bags: Bags, clusters: readonly Cluster[]): Grouping {
  const count = clusters.length;
  const shares = new Float64Array(rowsOf(bags) * count);
  const logs = logsOf(bags, clusters);
  const background = logsOf(bags, [everything(bags)]).tokens[0] as Float64Array;
  const own = new Float64Array(count);
  for (let row = 0; row < rowsOf(bags); row++) {
    const [from, to] = [bags.offsets[row] as number, bags.offsets[row + 1] as number];
    if (from === to) continue;
    let top = Math.log(NOISE_WEIGHT) + dot(bags, from, to, background);
    let all = 1;
    for (let k = 0; k < count; k++) {
      const log = Math.log(1 - NOISE_WEIGHT) + (logs.weight[k] as number) + dot(bags, from, to, logs.tokens[k] as Float64Array);
      own[k] = log;
      if (log > top) {
        all = all * Math.exp(top - log) + 1;
        top = log;
      } else all += Math.exp(log - top);
    }
    for (let k = 0; k < count; k++) shares[row * count + k] = Math.exp((own[k] as number) - top) / all;
  }
  return { count, shares };
}

function everything(bags: Bags): Pick<Cluster, 'counts' | 'total' | 'sessions'> {
  const counts = new Float64Array(bags.size);
  for (const [i, token] of bags.tokens.entries()) (counts[token] as number) += bags.weights[i] as number;
  return { counts, total: counts.reduce((sum, n) => sum + n, 0), sessions: rowsOf(bags) };
}
