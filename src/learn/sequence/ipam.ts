import { type NextModel, rankOf } from './nextModel.ts';

const ALPHA = 0.8;

/** ipam of the baselines: incremental probabilistic action modelling (Davison and Hirsh 1998). */
export function createIpam(): NextModel {
  const rows = new Map<number, Row>();
  const common = new Row();
  const counts: number[] = [];
  const lastAt: number[] = [];
  let last = -1;
  let n = 0;

  const probability = (symbol: number): number => {
    const row = rows.get(last);
    const mixed = (row?.weight(symbol) ?? 0) + (ALPHA ** (row?.learnt ?? 0) * common.weight(symbol)) / (1 - ALPHA ** n);
    return (n / (n + counts.length)) * (0.9 * mixed + (0.1 * (counts[symbol] as number)) / n);
  };
  const before = (a: number, b: number): boolean => {
    const row = rows.get(last);
    const ra = row?.weight(a) ?? 0;
    const rb = row?.weight(b) ?? 0;
    if (ra !== rb) return ra > rb;
    const ga = common.weight(a);
    const gb = common.weight(b);
    return ga !== gb ? ga > gb : (lastAt[a] as number) > (lastAt[b] as number);
  };
  return {
    score: (symbol) => ({ rank: rankOf(symbol, counts.length, before), probability: probability(symbol) }),
    newProbability: () => counts.length / (n + counts.length),
    observe(symbol) {
      if (last >= 0) {
        let row = rows.get(last);
        if (!row) rows.set(last, (row = new Row()));
        row.learn(symbol);
      }
      common.learn(symbol);
      counts[symbol] = (counts[symbol] ?? 0) + 1;
      lastAt[symbol] = n++;
      last = symbol;
    },
  };
}

/** Weights that all decay by alpha at each lesson, kept as powers so that a lesson costs O(1). */
class Row {
  learnt = 0;
  private readonly values = new Map<number, { value: number; at: number }>();

  weight(symbol: number): number {
    const entry = this.values.get(symbol);
    return entry ? entry.value * ALPHA ** (this.learnt - entry.at) : 0;
  }

  learn(symbol: number): void {
    const value = this.weight(symbol) * ALPHA + (1 - ALPHA);
    this.learnt++;
    this.values.set(symbol, { value, at: this.learnt });
  }
}
