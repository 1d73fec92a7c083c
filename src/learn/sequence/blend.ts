import { contextKey, type NextModel, rankOf } from './nextModel.ts';

/** One expert: decayed counts in the context of the last `order` symbols, shrunk towards the next shorter expert of the same decay. */
interface Expert {
  readonly order: number;
  /** What an older count is worth at each new one in the same context. */
  readonly decay: number;
  /** Strength of the shorter context, in counts. */
  readonly strength: number;
}

const LADDERS: readonly { readonly decay: number; readonly strength: number; readonly orders: number }[] = [
  { decay: 0.35, strength: 0.8, orders: 1 },
  { decay: 0.65, strength: 1, orders: 2 },
  { decay: 0.85, strength: 1.4, orders: 4 },
  { decay: 0.995, strength: 1.6, orders: 5 },
];
const EXPERTS: readonly Expert[] = LADDERS.flatMap(({ decay, strength, orders }) =>
  Array.from({ length: orders + 1 }, (_, order) => ({ order, decay, strength })),
);
const MAX_ORDER = Math.max(...EXPERTS.map((e) => e.order));

/** Fixed share (Herbster and Warmuth 1998): what every expert keeps so that the best one may change. */
const SHARE = 0.03;
/** Tempered Bayes: below 1, one event moves the weights less than the likelihood says. */
const RATE = 0.3;

/**
 * The shipped model of the next symbol: an online mixture of experts under log-loss. The experts are contexts of order 0
 * to 5 at three rates of forgetting; the weights, one set for each length of context that was seen before, are learnt by
 * tempered Bayes with fixed share. "Something new" is a symbol of its own in every context.
 */
export function createBlend(capacity = 4096): NextModel {
  const table = new Map<number, Map<number, DecayedRow>>();
  const weights = Array.from({ length: MAX_ORDER + 2 }, () => new Float64Array(EXPERTS.length).fill(1 / EXPERTS.length));
  const p = EXPERTS.map(() => new Float64Array(capacity));
  const pNew = new Float64Array(EXPERTS.length);
  const mixed = new Float64Array(capacity);
  const lastAt = new Float64Array(capacity);
  const history: number[] = [];
  let mixedNew = 1;
  let known = 0;
  let n = 0;
  let news = 1;
  let fresh = false;
  let seen = 0;

  function rowOf(order: number, decay: number): DecayedRow | undefined {
    return history.length >= order ? table.get(contextKey(history, order))?.get(decay) : undefined;
  }

  function refresh(): void {
    if (fresh) return;
    fresh = true;
    seen = longestSeen();
    for (const [i, expert] of EXPERTS.entries()) predict(expert, i);
    const w = weights[seen] as Float64Array;
    mixed.fill(0, 0, known);
    mixedNew = 0;
    for (let i = 0; i < EXPERTS.length; i++) {
      const own = p[i] as Float64Array;
      const wi = w[i] as number;
      mixedNew += wi * (pNew[i] as number);
      for (let s = 0; s < known; s++) mixed[s] = (mixed[s] as number) + wi * (own[s] as number);
    }
  }

  function longestSeen(): number {
    const decay = LADDERS.at(-1)?.decay as number;
    for (let order = Math.min(MAX_ORDER, history.length); order >= 0; order--) if (rowOf(order, decay)) return order + 1;
    return 0;
  }

  function predict({ order, decay, strength }: Expert, i: number): void {
    const own = p[i] as Float64Array;
    const row = rowOf(order, decay);
    const shorter = order === 0 ? undefined : i - 1;
    const baseNew = shorter === undefined ? (news + 0.5) / (n + 2) : (pNew[shorter] as number);
    const total = row ? row.total() : 0;
    const scale = strength / (total + strength);
    pNew[i] = baseNew * scale;
    if (shorter === undefined) own.fill(known > 0 ? ((1 - baseNew) / known) * scale : 0, 0, known);
    else {
      const base = p[shorter] as Float64Array;
      for (let s = 0; s < known; s++) own[s] = (base[s] as number) * scale;
    }
    if (!row) return;
    row.each((symbol, count) => {
      const share = count / (total + strength);
      if (symbol < 0) pNew[i] = (pNew[i] as number) + share;
      else own[symbol] = (own[symbol] as number) + share;
    });
  }

  function reweigh(likelihood: (expert: number) => number): void {
    const set = weights[seen] as Float64Array;
    let sum = 0;
    for (let i = 0; i < set.length; i++) {
      set[i] = (set[i] as number) * Math.max(likelihood(i), 1e-9) ** RATE;
      sum += set[i] as number;
    }
    for (let i = 0; i < set.length; i++) set[i] = (1 - SHARE) * ((set[i] as number) / sum) + SHARE / set.length;
  }

  function learn(symbol: number): void {
    for (let order = 0; order <= Math.min(MAX_ORDER, history.length); order++) {
      const key = contextKey(history, order);
      let rows = table.get(key);
      if (!rows) table.set(key, (rows = new Map(LADDERS.filter((l) => order <= l.orders).map((l) => [l.decay, new DecayedRow(l.decay)]))));
      for (const row of rows.values()) row.add(symbol);
    }
  }

  return {
    score(symbol) {
      refresh();
      const rank = rankOf(
        symbol,
        known,
        (a, b) => (mixed[a] as number) > (mixed[b] as number) || (mixed[a] === mixed[b] && (lastAt[a] as number) > (lastAt[b] as number)),
      );
      return { rank, probability: mixed[symbol] as number };
    },
    newProbability() {
      refresh();
      return mixedNew;
    },
    observe(symbol) {
      refresh();
      const isNew = symbol >= known;
      reweigh((i) => (isNew ? (pNew[i] as number) : ((p[i] as Float64Array)[symbol] as number)));
      learn(symbol);
      if (isNew) learn(NEW);
      if (isNew) {
        news++;
        known = symbol + 1;
      }
      lastAt[symbol] = n++;
      history.push(symbol);
      if (history.length > MAX_ORDER) history.shift();
      fresh = false;
    },
  };
}

const NEW = -1;

/** Counts that fade: at every addition all others are multiplied by `decay`. Stored scaled, so that an addition is O(1). */
class DecayedRow {
  private readonly counts = new Map<number, number>();
  private unit = 1;
  private sum = 0;

  constructor(private readonly decay: number) {}

  add(symbol: number): void {
    this.unit /= this.decay;
    this.counts.set(symbol, (this.counts.get(symbol) ?? 0) + this.unit);
    this.sum += this.unit;
    if (this.unit > 1e100) this.rescale();
  }

  total(): number {
    return this.sum / this.unit;
  }

  each(use: (symbol: number, count: number) => void): void {
    for (const [symbol, count] of this.counts) use(symbol, count / this.unit);
  }

  /** Back to a unit of 1; what has faded away is dropped, which keeps rows short. */
  private rescale(): void {
    for (const [symbol, count] of this.counts) {
      const left = count / this.unit;
      if (left < 1e-6) this.counts.delete(symbol);
      else this.counts.set(symbol, left);
    }
    this.sum /= this.unit;
    this.unit = 1;
  }
}
