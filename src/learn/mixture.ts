import { similarity } from 'ml-distance';
import {
  backgroundProbability,
  bare,
  countOf,
  countTokens,
  NOISE_WEIGHT,
  normaliseLogs,
  sum,
  type Tokens,
  tokenLogProbability,
} from './personaModel.ts';

const ROUNDS = 25;
const RESTARTS = 3;

/** One component: a Markov chain as weighted counts. */
export interface Chain {
  weight: number;
  unigram: Record<string, number>;
  total: number;
  initial: Record<string, number>;
  starts: number;
  transitions: Record<string, { total: number; to: Record<string, number> }>;
}

export interface Fit {
  readonly chains: readonly Chain[];
  /** Per session, per chain; the rest is noise. */
  readonly responsibility: readonly (readonly number[])[];
  readonly logLikelihood: number;
}

/** The best of a few starts. */
export function fit(sessions: readonly Tokens[], k: number, background: Record<string, number>, random: () => number): Fit {
  let best: Fit | undefined;
  for (let restart = 0; restart < (k === 1 ? 1 : RESTARTS); restart++) {
    const candidate = fitOnce(sessions, k, background, random);
    if (!best || candidate.logLikelihood > best.logLikelihood) best = candidate;
  }
  return best as Fit;
}

function fitOnce(sessions: readonly Tokens[], k: number, background: Record<string, number>, random: () => number): Fit {
  const total = sum(Object.values(background));
  let responsibility: number[][] = partition(sessions, k, random).map((own) =>
    Array.from({ length: k }, (_, i) => (i === own ? 0.95 : 0.05 / Math.max(1, k - 1))),
  );
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
  const chains: Chain[] = Array.from({ length: k }, () => ({
    weight: 0,
    unigram: bare<number>(),
    total: 0,
    initial: bare<number>(),
    starts: 0,
    transitions: bare<Chain['transitions'][string]>(),
  }));
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
    chain.unigram[token] = countOf(chain.unigram, token) + share;
    chain.total += share;
    if (before === undefined) {
      chain.initial[token] = countOf(chain.initial, token) + share;
      chain.starts += share;
    } else {
      const row = (chain.transitions[before] ??= { total: 0, to: bare<number>() });
      row.total += share;
      row.to[token] = countOf(row.to, token) + share;
    }
    before = token;
  }
}

function chainLogLikelihood(chain: Chain, session: Tokens, background: Record<string, number>, total: number): number {
  let log = 0;
  let before: string | undefined;
  for (const token of session) {
    log += tokenLogProbability(chain, before, token, background, total);
    before = token;
  }
  return log;
}

const noiseLogLikelihood = (session: Tokens, background: Record<string, number>, total: number): number =>
  sum(session.map((t) => Math.log(backgroundProbability(t, background, total))));

/** k-means++-style seeds among the sessions themselves, the others to the nearest by cosine distance. */
function partition(sessions: readonly Tokens[], k: number, random: () => number): readonly number[] {
  const vectors = vectorsOf(sessions);
  const seeds = [Math.floor(random() * vectors.length)];
  const nearest = vectors.map((v) => cosine(v, vectors[seeds[0] as number] as number[]));
  while (seeds.length < k) {
    const next = draw(
      nearest.map((d) => d * d),
      random,
    );
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
  const inSessions = bare<number>();
  for (const session of sessions) for (const token of new Set(session)) inSessions[token] = countOf(inSessions, token) + 1;
  const vocabulary = Object.entries(inSessions)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 400);
  return sessions.map((session) => {
    const counts = countTokens([session]);
    return vocabulary.map(([token, df]) =>
      countOf(counts, token) > 0 ? (1 + Math.log(countOf(counts, token))) * (0.1 + Math.log(sessions.length / df)) : 0,
    );
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
export function chooseCount(sessions: readonly Tokens[], background: Record<string, number>, most: number, random: () => number): number {
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

function indexOfLeast(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[best] as number)) best = i;
  return best;
}
