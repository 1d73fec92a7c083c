import { type Followers, type NextModel, rankOf } from './nextModel.ts';
import { type Contexts, createContextTable, createPpmState, ppmShares } from './ppm.ts';

/**
 * markov1 and markov2 of the baselines: rank what followed the last `order` symbols by how often, then what followed
 * fewer, then by frequency; ties by recency in that context. Probabilities are PPM's of the same order.
 */
export function createMarkov(order: number, capacity = 4096): NextModel {
  const table = createContextTable(order);
  const state = createPpmState(capacity);
  let known = 0;
  let contexts: Contexts = [];
  let fresh = false;
  const refresh = (): void => {
    if (fresh) return;
    contexts = table.contexts();
    ppmShares(contexts, known, state);
    fresh = true;
  };
  return {
    score(symbol) {
      refresh();
      return { rank: rankOf(symbol, known, (a, b) => before(contexts, a, b)), probability: state.probability[symbol] as number };
    },
    newProbability() {
      refresh();
      return state.left;
    },
    observe(symbol) {
      table.add(symbol);
      known = Math.max(known, symbol + 1);
      fresh = false;
    },
  };
}

/** The first context that knows one of the two decides. */
function before(contexts: Contexts, a: number, b: number): boolean {
  for (const context of contexts) {
    if (!context) continue;
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
