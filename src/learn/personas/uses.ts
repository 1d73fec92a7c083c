import { distributionOf, type Edge } from '../../domain/index.ts';
import type { Use } from '../personaModel.ts';
import type { Encoded } from './encode.ts';
import { type Measures, measured } from './measures.ts';

/** A session speaks for a persona's times where at least this much of it is the persona's own. */
const OWN_SHARE = 0.05;
export const LEAST_USE = 0.05;
export const MOST_USES = 80;
export const LEAST_EDGE = 0.1;
export const MOST_EDGES = 60;

/** How a persona uses its tokens, the likeliest first. */
export function usesOf(encoded: Encoded, share: Float64Array, measures: Measures): readonly Use[] {
  const { symbols } = encoded;
  const used = new Float64Array(symbols.length);
  const again = new Float64Array(symbols.length);
  let support = 0;
  eachToken(encoded, share, {
    session: (own) => {
      support += own;
    },
    token: (id, times, own) => {
      (used[id] as number) += own;
      if (times.length > 1) (again[id] as number) += own;
    },
  });
  const kept = [...used.keys()]
    .filter((id) => (used[id] as number) >= LEAST_USE * support && (used[id] as number) > 0)
    .sort((a, b) => (used[b] as number) - (used[a] as number) || ((symbols[a] as string) < (symbols[b] as string) ? -1 : 1))
    .slice(0, MOST_USES);
  const times = new Map(kept.map((id) => [id, { first: [] as number[], gaps: [] as number[], spans: [] as number[] }]));
  eachToken(encoded, share, {
    session: () => {},
    token: (id, at, _, begun) => {
      const own = times.get(id);
      if (!own) return;
      own.first.push((at[0] as number) - begun);
      for (let i = 1; i < at.length; i++) own.gaps.push((at[i] as number) - (at[i - 1] as number));
      own.spans.push((at.at(-1) as number) - (at[0] as number));
    },
  });
  return kept.map((id) => {
    const { first, gaps, spans } = times.get(id) as { first: number[]; gaps: number[]; spans: number[] };
    return {
      resource: symbols[id] as string,
      probability: Math.min(1, (used[id] as number) / support),
      again: (again[id] as number) / (used[id] as number),
      firstUseMs: distributionOf(first),
      gapMs: distributionOf(gaps),
      durationMs: distributionOf(spans),
      ...measured(measures, symbols[id] as string, share),
    };
  });
}

interface Visitor {
  readonly session: (share: number) => void;
  /** One token of one session: when it was used, and when the session began. */
  readonly token: (id: number, times: readonly number[], share: number, begun: number) => void;
}

function eachToken({ offsets, ids, at }: Encoded, share: Float64Array, visit: Visitor): void {
  for (let s = 0; s + 1 < offsets.length; s++) {
    const own = share[s] as number;
    const [from, to] = [offsets[s] as number, offsets[s + 1] as number];
    if (own <= OWN_SHARE || from === to) continue;
    visit.session(own);
    const times = new Map<number, number[]>();
    for (let i = from; i < to; i++) {
      const known = times.get(ids[i] as number);
      if (known) known.push(at[i] as number);
      else times.set(ids[i] as number, [at[i] as number]);
    }
    for (const [id, own_] of times) visit.token(id, own_, own, at[from] as number);
  }
}

/** Transitions that at least one in ten takes, the likeliest first. */
export function edgesOf(encoded: Encoded, share: Float64Array): readonly Edge[] {
  const { symbols } = encoded;
  const size = symbols.length;
  const leaving = new Float64Array(size);
  const taken = new Map<number, number>();
  eachStep(encoded, share, (from, to, own) => {
    (leaving[from] as number) += own;
    taken.set(from * size + to, (taken.get(from * size + to) ?? 0) + own);
  });
  const kept = [...taken]
    .map(([pair, n]) => ({ pair, from: Math.floor(pair / size), to: pair % size, n }))
    .filter((e) => e.n >= LEAST_EDGE * (leaving[e.from] as number))
    .sort((a, b) => b.n - a.n || a.pair - b.pair)
    .slice(0, MOST_EDGES);
  const lags = new Map(kept.map((e) => [e.pair, [] as number[]]));
  eachStep(encoded, share, (from, to, _, lagMs) => lags.get(from * size + to)?.push(lagMs));
  return kept.map(({ pair, from, to, n }) => ({
    from: symbols[from] as string,
    to: symbols[to] as string,
    probability: Math.min(1, n / (leaving[from] as number)),
    lagMs: spread(lags.get(pair) ?? []),
  }));
}

/** Each step from one token to another. */
function eachStep(
  { offsets, ids, at }: Encoded,
  share: Float64Array,
  visit: (from: number, to: number, share: number, lagMs: number) => void,
): void {
  for (let s = 0; s + 1 < offsets.length; s++) {
    const own = share[s] as number;
    if (own <= OWN_SHARE) continue;
    for (let i = (offsets[s] as number) + 1; i < (offsets[s + 1] as number); i++) {
      const [from, to] = [ids[i - 1] as number, ids[i] as number];
      if (from !== to) visit(from, to, own, (at[i] as number) - (at[i - 1] as number));
    }
  }
}

function spread(lags: readonly number[]): Edge['lagMs'] {
  const sorted = [...lags].sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p90: sorted[Math.floor(sorted.length * 0.9)] ?? 0 };
}
