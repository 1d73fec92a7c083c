import { type Followers, FollowerTable, remember } from './followers.ts';
import { type NextModel, rankOf } from './nextModel.ts';
import { PpmShares } from './ppm.ts';

/**
 * markov1 and markov2 of the baselines: rank what followed the last `order` symbols by how often, then what followed
 * fewer, then by frequency; ties by recency in that context. Probabilities are PPM's of the same order.
 */
export function createMarkov(order: number): NextModel {
  const table = new FollowerTable(order);
  const shares = new PpmShares();
  const history: number[] = [];
  const longestFirst = (): readonly Followers[] => table.contexts(history).toReversed();
  return {
    score(symbol) {
      const contexts = longestFirst();
      shares.fill(contexts, table.known);
      return { rank: rankOf(symbol, table.known, (a, b) => before(contexts, a, b)), probability: shares.share(symbol) };
    },
    newProbability() {
      shares.fill(longestFirst(), table.known);
      return shares.left;
    },
    observe(symbol) {
      table.learn(history, symbol);
      remember(history, symbol, order);
    },
  };
}

/** The first context that knows one of the two decides. */
function before(contexts: readonly Followers[], a: number, b: number): boolean {
  for (const context of contexts) {
    const pa = context.place(a);
    const pb = context.place(b);
    if (pa < 0 && pb < 0) continue;
    if (pa < 0 || pb < 0) return pb < 0;
    return precedes(context, pa, pb);
  }
  return false;
}

function precedes({ counts, lastAt }: Followers, a: number, b: number): boolean {
  if (counts[a] !== counts[b]) return (counts[a] as number) > (counts[b] as number);
  return (lastAt[a] as number) > (lastAt[b] as number);
}
