import type { Activity, Edge, UnixMs } from '../domain/index.ts';
import { distributionOf } from '../domain/index.ts';
import { type Chain, chooseCount, fit } from './mixture.ts';
import { nameOf } from './names.ts';
import { type Component, countOf, countTokens, type PersonaModel, sum, tokensOf, type Use } from './personaModel.ts';
import { randomFrom } from './random.ts';

export interface LearnOptions {
  readonly now: UnixMs;
  readonly seed: number;
  readonly previous?: PersonaModel;
  readonly maxPersonas?: number;
}

const MIN_SUPPORT = 2;
/** EM reads at most this many activities; above, an evenly spaced sample of sessions. */
const MAX_ACTIVITIES = 60_000;

/**
 * Personas from sessions: a mixture of first-order Markov chains fitted by EM (Cadez, Heckerman, Meek, Smyth and White
 * 2003), started from a partition by cosine distance, the number of components by held-out likelihood.
 */
export function learnPersonas(sessions: readonly (readonly Activity[])[], options: LearnOptions): PersonaModel {
  const used = sample(sessions.filter((s) => s.length > 1));
  const tokens = used.map(tokensOf);
  const background = countTokens(tokens);
  const backgroundTotal = sum(Object.values(background));
  const empty: PersonaModel = { version: 1, components: [], background, backgroundTotal, sessions: sessions.length };
  if (tokens.length < MIN_SUPPORT) return empty;
  const random = randomFrom(options.seed);
  const k = chooseCount(tokens, background, options.maxPersonas ?? 8, random);
  const fitted = fit(tokens, k, background, random);
  const components = fitted.chains
    .map((chain, i) =>
      describe(
        chain,
        used,
        fitted.responsibility.map((r) => r[i] as number),
        options.now,
      ),
    )
    .filter((c) => c.support >= Math.min(MIN_SUPPORT, tokens.length));
  return { ...empty, components: identify(withNames(components, background, backgroundTotal), options.previous) };
}

function sample(sessions: readonly (readonly Activity[])[]): readonly (readonly Activity[])[] {
  const activities = sum(sessions.map((s) => s.length));
  if (activities <= MAX_ACTIVITIES) return sessions;
  const every = activities / MAX_ACTIVITIES;
  return sessions.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
}

function describe(chain: Chain, sessions: readonly (readonly Activity[])[], share: readonly number[], now: UnixMs): Component {
  const own = sessions.map((session, i) => ({ session, share: share[i] ?? 0 })).filter((s) => s.share > 0.05);
  const support = sum(own.map((s) => s.share));
  return {
    id: '',
    name: '',
    weight: chain.weight,
    support,
    updatedAt: now,
    unigram: chain.unigram,
    total: chain.total,
    initial: chain.initial,
    starts: chain.starts,
    transitions: chain.transitions,
    uses: usesOf(own, support),
    edges: edgesOf(own),
  };
}

interface Shared {
  readonly session: readonly Activity[];
  readonly share: number;
}

function usesOf(own: readonly Shared[], support: number): readonly Use[] {
  const all = new Map<string, { share: number; again: number; first: number[]; gaps: number[]; spans: number[] }>();
  for (const { session, share } of own) {
    for (const [token, times] of timesByToken(session)) {
      const use = all.get(token) ?? { share: 0, again: 0, first: [], gaps: [], spans: [] };
      use.share += share;
      if (times.length > 1) use.again += share;
      use.first.push((times[0] as number) - (session[0] as Activity).at);
      for (let i = 1; i < times.length; i++) use.gaps.push((times[i] as number) - (times[i - 1] as number));
      use.spans.push((times.at(-1) as number) - (times[0] as number));
      all.set(token, use);
    }
  }
  return [...all]
    .map(([resource, u]) => ({
      resource,
      probability: Math.min(1, u.share / support),
      again: u.again / u.share,
      firstUseMs: distributionOf(u.first),
      gapMs: distributionOf(u.gaps),
      durationMs: distributionOf(u.spans),
    }))
    .filter((u) => u.probability >= 0.05)
    .sort((a, b) => b.probability - a.probability || (a.resource < b.resource ? -1 : 1))
    .slice(0, 80);
}

function timesByToken(session: readonly Activity[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { resource, at, kind } of session) {
    if (kind?.endsWith('.ended') || kind?.endsWith('.closed')) continue;
    const own = times.get(resource);
    if (own) own.push(at);
    else times.set(resource, [at]);
  }
  return times;
}

/** Transitions that at least one in ten takes, the likeliest first. */
function edgesOf(own: readonly Shared[]): readonly Edge[] {
  const rows = new Map<string, { total: number; to: Map<string, { share: number; lags: number[] }> }>();
  for (const { session, share } of own) {
    const kept = session.filter((a) => !a.kind?.endsWith('.ended') && !a.kind?.endsWith('.closed'));
    for (let i = 1; i < kept.length; i++) {
      const [a, b] = [kept[i - 1] as Activity, kept[i] as Activity];
      if (a.resource === b.resource) continue;
      const row = rows.get(a.resource) ?? { total: 0, to: new Map() };
      const cell = row.to.get(b.resource) ?? { share: 0, lags: [] };
      row.total += share;
      cell.share += share;
      cell.lags.push(b.at - a.at);
      row.to.set(b.resource, cell);
      rows.set(a.resource, row);
    }
  }
  return [...rows]
    .flatMap(([from, row]) =>
      [...row.to].map(([to, cell]) => ({ from, to, probability: cell.share / row.total, lagMs: lag(cell.lags), share: cell.share })),
    )
    .filter((e) => e.probability >= 0.1)
    .sort((a, b) => b.share - a.share)
    .slice(0, 60)
    .map(({ share: _, ...edge }) => edge);
}

function lag(lags: readonly number[]): { p50: number; p90: number } {
  const sorted = [...lags].sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p90: sorted[Math.floor(sorted.length * 0.9)] ?? 0 };
}

function withNames(components: readonly Component[], background: Readonly<Record<string, number>>, total: number): readonly Component[] {
  const taken = new Set<string>();
  return [...components]
    .sort((a, b) => b.weight - a.weight)
    .map((c) => {
      const name = nameOf(c, components, background, total);
      let unique = name;
      for (let n = 2; taken.has(unique); n++) unique = `${name} ${n}`;
      taken.add(unique);
      return { ...c, name: unique, id: '' };
    });
}

/** A persona that was there before keeps its id and name: matched greedily by the cosine of what they use. */
function identify(components: readonly Component[], previous: PersonaModel | undefined): readonly Component[] {
  const free = new Set(previous?.components ?? []);
  let highest = Math.max(0, ...(previous?.components ?? []).map((c) => Number(c.id.slice(1)) || 0));
  const taken = new Set<string>();
  return components.map((c) => {
    const best = [...free].map((p) => ({ p, likeness: likeness(p.unigram, c.unigram) })).sort((a, b) => b.likeness - a.likeness)[0];
    const same = best && best.likeness > 0.6 ? best.p : undefined;
    if (same) free.delete(same);
    const name = same && !taken.has(same.name) ? same.name : c.name;
    taken.add(name);
    return { ...c, id: same?.id ?? `p${++highest}`, name };
  });
}

function likeness(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): number {
  const dot = sum(Object.entries(a).map(([token, n]) => n * countOf(b, token)));
  return dot / (Math.hypot(...Object.values(a)) * Math.hypot(...Object.values(b)) || 1);
}
