/** Shares in 0–1 except `logLoss`, bits per event; null where a model gives no probabilities. */
export interface Figures {
  readonly top1: number;
  readonly top3: number;
  readonly top5: number;
  readonly mrr: number;
  readonly logLoss: number | null;
}

interface Sums {
  n: number;
  top1: number;
  top3: number;
  top5: number;
  mrr: number;
  bits: number;
  scored: boolean;
}

export interface Outcome {
  /** Undefined: the resource was new, a miss for every k. */
  readonly rank: number | undefined;
  readonly probability: number | undefined;
}

/** Scores of one model over all actors (DESIGN §6: test, then train). */
export function createTally() {
  const total = empty();
  const means: Figures[] = [];
  return {
    total,
    means,
    actor(outcomes: Iterable<Outcome>): void {
      const own = empty();
      for (const outcome of outcomes) add(own, outcome);
      if (own.n === 0) return;
      means.push(figures(own));
      for (const key of ['n', 'top1', 'top3', 'top5', 'mrr', 'bits'] as const) total[key] += own[key];
      total.scored &&= own.scored;
    },
  };
}

/** Micro: over all events. Macro: the mean over actors of the actor's own mean. */
export function summarise({ total, means }: ReturnType<typeof createTally>): { micro: Figures; macro: Figures } {
  const mean = (of: (f: Figures) => number): number => means.reduce((sum, f) => sum + of(f), 0) / Math.max(1, means.length);
  return {
    micro: figures(total),
    macro: {
      top1: mean((f) => f.top1),
      top3: mean((f) => f.top3),
      top5: mean((f) => f.top5),
      mrr: mean((f) => f.mrr),
      logLoss: total.scored ? mean((f) => f.logLoss ?? 0) : null,
    },
  };
}

const empty = (): Sums => ({ n: 0, top1: 0, top3: 0, top5: 0, mrr: 0, bits: 0, scored: true });

function add(sums: Sums, { rank, probability }: Outcome): void {
  sums.n++;
  if (rank !== undefined) {
    if (rank <= 1) sums.top1++;
    if (rank <= 3) sums.top3++;
    if (rank <= 5) sums.top5++;
    sums.mrr += 1 / rank;
  }
  if (probability === undefined) sums.scored = false;
  else sums.bits -= Math.log2(Math.max(probability, 1e-12));
}

function figures(s: Sums): Figures {
  const n = Math.max(1, s.n);
  return { top1: s.top1 / n, top3: s.top3 / n, top5: s.top5 / n, mrr: s.mrr / n, logLoss: s.scored ? s.bits / n : null };
}
