import { similarity } from 'ml-distance';
import type { Activity, Distribution, Edge, Persona, UnixMs } from '../domain/index.ts';
import { distributionOf } from '../domain/index.ts';
import { nameOf } from './names.ts';
import { randomFrom } from './random.ts';

/** One persona as counts, weighted by how much each session belongs to it: plain JSON. */
export interface Component {
  readonly id: string;
  readonly name: string;
  readonly weight: number;
  /** Sessions, by responsibility. */
  readonly support: number;
  readonly updatedAt: UnixMs;
  readonly unigram: Readonly<Record<string, number>>;
  readonly total: number;
  readonly initial: Readonly<Record<string, number>>;
  readonly transitions: Readonly<Record<string, { readonly total: number; readonly to: Readonly<Record<string, number>> }>>;
  readonly uses: readonly Use[];
  readonly edges: readonly Edge[];
}

/** How a persona uses one token. Times in ms from the session's start. */
export interface Use {
  readonly resource: string;
  readonly probability: number;
  /** Given one use, that another comes later in the session. */
  readonly again: number;
  readonly firstUseMs: Distribution;
  readonly gapMs: Distribution;
  readonly durationMs: Distribution;
}

export interface PersonaModel {
  readonly version: 1;
  readonly components: readonly Component[];
  /** Token counts over all sessions: what a session of no persona looks like. */
  readonly background: Readonly<Record<string, number>>;
  readonly backgroundTotal: number;
  readonly sessions: number;
}

export interface LearnOptions {
  readonly now: UnixMs;
  readonly seed: number;
  readonly previous?: PersonaModel;
  readonly maxPersonas?: number;
}

/** Strength of the persona's own unigram behind its transitions, and of the background behind the unigram, in counts. */
export const SMOOTHING = { transition: 2, unigram: 1 } as const;
/** Share of sessions that belong to no persona, before anything is seen of them. */
export const NOISE_WEIGHT = 0.05;
const MIN_SUPPORT = 2;
const ROUNDS = 25;
const RESTARTS = 3;
/** EM reads at most this many activities; above, an evenly spaced sample of sessions. */
const MAX_ACTIVITIES = 60_000;

type Tokens = readonly string[];

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
    .map((chain, i) => describe(chain, used, fitted.responsibility.map((r) => r[i] as number), options.now))
    .filter((c) => c.support >= Math.min(MIN_SUPPORT, tokens.length));
  return { ...empty, components: identify(withNames(components, background, backgroundTotal), options.previous) };
}

export const tokensOf = (session: readonly Activity[]): Tokens => session.filter((a) => !a.kind?.endsWith('.ended') && !a.kind?.endsWith('.closed')).map((a) => a.resource);

/** What hosts show. Confidence: n / (n + 4), a Laplace-style shrink of how many sessions speak for it. */
export function personasOf(model: PersonaModel): readonly Persona[] {
  return model.components.map((c) => ({
    id: c.id, name: c.name, weight: c.weight, support: Math.round(c.support), updatedAt: c.updatedAt, edges: c.edges,
    confidence: c.support / (c.support + 4),
    uses: c.uses.map(({ resource, probability, firstUseMs, durationMs }) => ({ resource, probability, firstUseMs, durationMs })),
  }));
}

// ---------------------------------------------------------------------------------------------- the mixture

interface Chain {
  weight: number;
  unigram: Record<string, number>;
  total: number;
  initial: Record<string, number>;
  transitions: Record<string, { total: number; to: Record<string, number> }>;
}

interface Fit {
  readonly chains: readonly Chain[];
  /** Per session, per chain; the rest is noise. */
  readonly responsibility: readonly (readonly number[])[];
  readonly logLikelihood: number;
}

function fit(sessions: readonly Tokens[], k: number, background: Record<string, number>, random: () => number): Fit {
  let best: Fit | undefined;
  for (let restart = 0; restart < (k === 1 ? 1 : RESTARTS); restart++) {
    const candidate = fitOnce(sessions, k, background, random);
    if (!best || candidate.logLikelihood > best.logLikelihood) best = candidate;
  }
  return best as Fit;
}

function fitOnce(sessions: readonly Tokens[], k: number, background: Record<string, number>, random: () => number): Fit {
  const total = sum(Object.values(background));
  let responsibility: number[][] = partition(sessions, k, random).map((own) => Array.from({ length: k }, (_, i) => (i === own ? 0.95 : 0.05 / Math.max(1, k - 1))));
  let chains = maximise(sessions, responsibility, k);
  let logLikelihood = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const step = expect(sessions, chains, background, total);
    responsibility = step.responsibility;
    chains = maximise(sessions, responsibility, k);
    if (step.logLikelihood - logLikelihood < 1e-4 * Math.abs(step.logLikelihood)) break;
    logLikelihood = step.logLikelihood;
  }
  const last = expect(sessions, chains, background, total);
  return { chains, ...last };
}

function expect(sessions: readonly Tokens[], chains: readonly Chain[], background: Record<string, number>, total: number) {
  let logLikelihood = 0;
  const responsibility = sessions.map((session) => {
    const logs = chains.map((chain) => Math.log(Math.max(chain.weight, 1e-12)) + chainLogLikelihood(chain, session, background, total));
    logs.push(Math.log(NOISE_WEIGHT) + noiseLogLikelihood(session, background, total));
    const { shares, log } = normaliseLogs(logs);
    logLikelihood += log;
    return shares.slice(0, chains.length);
  });
  return { responsibility, logLikelihood };
}

function maximise(sessions: readonly Tokens[], responsibility: readonly (readonly number[])[], k: number): Chain[] {
  const chains: Chain[] = Array.from({ length: k }, () => ({ weight: 0, unigram: {}, total: 0, initial: {}, transitions: {} }));
  sessions.forEach((session, s) => {
    for (let i = 0; i < k; i++) {
      const share = responsibility[s]?.[i] ?? 0;
      if (share > 1e-3) addTo(chains[i] as Chain, session, share);
    }
  });
  const all = sum(chains.map((c) => c.weight)) || 1;
  for (const chain of chains) chain.weight = ((1 - NOISE_WEIGHT) * chain.weight) / all;
  return chains;
}

function addTo(chain: Chain, session: Tokens, share: number): void {
  chain.weight += share;
  let before: string | undefined;
  for (const token of session) {
    chain.unigram[token] = (chain.unigram[token] ?? 0) + share;
    chain.total += share;
    if (before === undefined) chain.initial[token] = (chain.initial[token] ?? 0) + share;
    else {
      const row = (chain.transitions[before] ??= { total: 0, to: {} });
      row.total += share;
      row.to[token] = (row.to[token] ?? 0) + share;
    }
    before = token;
  }
}

type ChainCounts = Pick<Component, 'unigram' | 'total' | 'initial' | 'transitions'>;

/** log P(token | token before it) in a chain, smoothed by the chain's unigram and that by the background. */
export function tokenLogProbability(chain: ChainCounts, before: string | undefined, token: string, background: Readonly<Record<string, number>>, total: number): number {
  const unigram = ((chain.unigram[token] ?? 0) + SMOOTHING.unigram * backgroundProbability(token, background, total)) / (chain.total + SMOOTHING.unigram);
  const row = before === undefined ? undefined : chain.transitions[before];
  const count = before === undefined ? (chain.initial[token] ?? 0) : (row?.to[token] ?? 0);
  const of = before === undefined ? sum(Object.values(chain.initial)) : (row?.total ?? 0);
  return Math.log((count + SMOOTHING.transition * unigram) / (of + SMOOTHING.transition));
}

/** Half a count is kept for what was never seen. */
export const backgroundProbability = (token: string, background: Readonly<Record<string, number>>, total: number): number => ((background[token] ?? 0) + 0.5) / (total + 0.5 * (Object.keys(background).length + 1));

function chainLogLikelihood(chain: Chain, session: Tokens, background: Record<string, number>, total: number): number {
  let log = 0;
  let before: string | undefined;
  for (const token of session) {
    log += tokenLogProbability(chain, before, token, background, total);
    before = token;
  }
  return log;
}

const noiseLogLikelihood = (session: Tokens, background: Record<string, number>, total: number): number => sum(session.map((t) => Math.log(backgroundProbability(t, background, total))));

export function normaliseLogs(logs: readonly number[]): { shares: number[]; log: number } {
  const top = Math.max(...logs);
  const exps = logs.map((l) => Math.exp(l - top));
  const all = sum(exps);
  return { shares: exps.map((e) => e / all), log: top + Math.log(all) };
}

// ---------------------------------------------------------------------------------------------- where to start, and how many

/** k-means++-style seeds among the sessions themselves, the others to the nearest by cosine distance. */
function partition(sessions: readonly Tokens[], k: number, random: () => number): readonly number[] {
  const vectors = vectorsOf(sessions);
  const seeds = [Math.floor(random() * vectors.length)];
  const nearest = vectors.map((v) => cosine(v, vectors[seeds[0] as number] as number[]));
  while (seeds.length < k) {
    const next = draw(nearest.map((d) => d * d), random);
    seeds.push(next);
    vectors.forEach((v, i) => {
      nearest[i] = Math.min(nearest[i] as number, cosine(v, vectors[next] as number[]));
    });
  }
  return vectors.map((v) => indexOfLeast(seeds.map((s) => cosine(v, vectors[s] as number[]))));
}

/** 1 − cosine similarity; ml-distance's `similarity.cosine` is NaN for an empty vector, which is far from everything. */
function cosine(a: number[], b: number[]): number {
  const alike = similarity.cosine(a, b);
  return Number.isFinite(alike) ? Math.max(0, 1 - alike) : 1;
}

/** (1 + ln count) · idf over the 400 most frequent tokens. */
function vectorsOf(sessions: readonly Tokens[]): number[][] {
  const inSessions: Record<string, number> = {};
  for (const session of sessions) for (const token of new Set(session)) inSessions[token] = (inSessions[token] ?? 0) + 1;
  const vocabulary = Object.entries(inSessions).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 400);
  return sessions.map((session) => {
    const counts = countTokens([session]);
    return vocabulary.map(([token, df]) => (counts[token] ? (1 + Math.log(counts[token])) * (0.1 + Math.log(sessions.length / df)) : 0));
  });
}

function draw(weights: readonly number[], random: () => number): number {
  let left = random() * sum(weights);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number;
    if (left <= 0 && (weights[i] as number) > 0) return i;
  }
  return weights.length - 1;
}

/** Every fourth session is held out; more components as long as they explain those better. */
function chooseCount(sessions: readonly Tokens[], background: Record<string, number>, most: number, random: () => number): number {
  if (sessions.length < 6) return 1;
  const train = sessions.filter((_, i) => i % 4 !== 3);
  const held = sessions.filter((_, i) => i % 4 === 3);
  const total = sum(Object.values(background));
  let best = { k: 1, score: Number.NEGATIVE_INFINITY };
  for (let k = 1; k <= Math.min(most, Math.floor(train.length / 2)); k++) {
    const { chains } = fit(train, k, background, random);
    const score = expect(held, chains, background, total).logLikelihood;
    if (score > best.score) best = { k, score };
    else if (k - best.k >= 2) break;
  }
  return best.k;
}

function sample(sessions: readonly (readonly Activity[])[]): readonly (readonly Activity[])[] {
  const activities = sum(sessions.map((s) => s.length));
  if (activities <= MAX_ACTIVITIES) return sessions;
  const every = activities / MAX_ACTIVITIES;
  return sessions.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
}

// ---------------------------------------------------------------------------------------------- what a persona is

function describe(chain: Chain, sessions: readonly (readonly Activity[])[], share: readonly number[], now: UnixMs): Component {
  const own = sessions.map((session, i) => ({ session, share: share[i] ?? 0 })).filter((s) => s.share > 0.05);
  const support = sum(own.map((s) => s.share));
  return { id: '', name: '', weight: chain.weight, support, updatedAt: now, unigram: chain.unigram, total: chain.total, initial: chain.initial, transitions: chain.transitions, uses: usesOf(own, support), edges: edgesOf(own) };
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
    .map(([resource, u]) => ({ resource, probability: Math.min(1, u.share / support), again: u.again / u.share, firstUseMs: distributionOf(u.first), gapMs: distributionOf(u.gaps), durationMs: distributionOf(u.spans) }))
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
    .flatMap(([from, row]) => [...row.to].map(([to, cell]) => ({ from, to, probability: cell.share / row.total, lagMs: lag(cell.lags), share: cell.share })))
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
  const dot = sum(Object.entries(a).map(([token, n]) => n * (b[token] ?? 0)));
  return dot / (Math.hypot(...Object.values(a)) * Math.hypot(...Object.values(b)) || 1);
}

function countTokens(sessions: readonly Tokens[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const session of sessions) for (const token of session) counts[token] = (counts[token] ?? 0) + 1;
  return counts;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function indexOfLeast(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[best] as number)) best = i;
  return best;
}
