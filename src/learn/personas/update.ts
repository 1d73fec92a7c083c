import type { Activity, Edge, UnixMs } from '../../domain/index.ts';
import {
  backgroundProbability,
  bare,
  type ChainCounts,
  type Component,
  countOf,
  NOISE_WEIGHT,
  normaliseLogs,
  type PersonaModel,
  sum,
  type Tokens,
  tokenLogProbability,
  tokensOf,
  type Use,
} from '../personaModel.ts';
import { blend } from './blend.ts';
import { withPinned } from './edit.ts';
import { hourOfWeek, withHour } from './rhythm.ts';
import { LEAST_EDGE, LEAST_USE, MOST_EDGES, MOST_USES } from './uses.ts';

/** A smaller share of a session changes nothing that anybody could see. */
const LEAST_SHARE = 1e-3;
const LEAST_STEP = 0.02;

/**
 * Takes one finished session in at once: each persona by as much as the session is its own (one step of incremental EM, Neal
 * and Hinton 1998). Pure. What it cannot do is find a new persona; learning anew does. A session too short to tell changes
 * only how many there were.
 */
export function updatePersonas(model: PersonaModel, session: readonly Activity[], now: UnixMs, zoneOffsetMs = 0): PersonaModel {
  const tokens = tokensOf(session);
  const first = session[0];
  if (tokens.length < 2 || !first) return { ...model, sessions: model.sessions + 1 };
  const shares = sharesOf(model, tokens);
  const learnt = model.learntFrom ?? model.sessions;
  return {
    ...model,
    components: model.components.map((c, i) => taught(c, session, shares[i] as number, learnt, now, zoneOffsetMs)),
    background: added(model.background, tokens, 1),
    backgroundTotal: model.backgroundTotal + tokens.length,
    sessions: model.sessions + 1,
    learntFrom: learnt + 1,
    since: Math.min(model.since ?? first.at, first.at),
  };
}

/** P(persona | whole session), as a match at its end is. */
function sharesOf({ components, background, backgroundTotal: total }: PersonaModel, tokens: Tokens): readonly number[] {
  const logs = components.map(
    (c) => Math.log(c.weight) + sum(tokens.map((token, i) => tokenLogProbability(c, tokens[i - 1], token, background, total))),
  );
  logs.push(Math.log(NOISE_WEIGHT) + sum(tokens.map((token) => Math.log(backgroundProbability(token, background, total)))));
  return normaliseLogs(logs).shares;
}

function taught(c: Component, session: readonly Activity[], share: number, learnt: number, now: UnixMs, zoneOffsetMs: number): Component {
  const weight = (c.weight * learnt + share) / (learnt + 1);
  if (share < LEAST_SHARE) return { ...c, weight };
  const tokens = tokensOf(session);
  const chain = grown(c, tokens, share);
  const first = session[0] as Activity;
  const ended = session.filter((a) => a.ok !== undefined);
  const outcomes = c.outcomes ?? { ended: 0, failed: 0 };
  return withPinned({
    ...c,
    ...chain,
    weight,
    support: c.support + share,
    updatedAt: now,
    uses: usesWith(c, session, share),
    edges: edgesWith(c.edges, chain, session, share),
    rhythm: withHour(c.rhythm, hourOfWeek(first.at, zoneOffsetMs), share),
    ...lastSeen(c, share, first.at),
    outcomes: { ended: outcomes.ended + share * ended.length, failed: outcomes.failed + share * ended.filter((a) => !a.ok).length },
  });
}

/** What came in by a document was never seen, until a session is its own. */
function lastSeen(c: Component, share: number, at: UnixMs): Pick<Component, 'lastAt'> {
  if (share > 0.5) return { lastAt: Math.max(c.lastAt ?? 0, at) };
  return c.lastAt === undefined && !c.said ? { lastAt: c.updatedAt } : {};
}

function grown(c: ChainCounts, tokens: Tokens, share: number): ChainCounts {
  const transitions: Record<string, { total: number; to: Readonly<Record<string, number>> }> = Object.assign(bare(), c.transitions);
  for (let i = 1; i < tokens.length; i++) {
    const from = tokens[i - 1] as string;
    const row = Object.hasOwn(transitions, from) ? transitions[from] : undefined;
    transitions[from] = { total: (row?.total ?? 0) + share, to: added(row?.to ?? {}, [tokens[i] as string], share) };
  }
  return {
    unigram: added(c.unigram, tokens, share),
    total: c.total + share * tokens.length,
    initial: added(c.initial, tokens.slice(0, 1), share),
    starts: c.starts + share,
    transitions,
  };
}

function added(counts: Readonly<Record<string, number>>, tokens: Tokens, share: number): Record<string, number> {
  const more: Record<string, number> = Object.assign(bare<number>(), counts);
  for (const token of tokens) more[token] = countOf(more, token) + share;
  return more;
}

function usesWith(c: Component, session: readonly Activity[], share: number): readonly Use[] {
  const times = timesOf(session);
  const begun = (session[0] as Activity).at;
  const support = c.support + share;
  const known = new Map(c.uses.map((u) => [u.resource, u]));
  const all = [...new Set([...known.keys(), ...times.keys()])].map((resource) => {
    const use = known.get(resource) ?? { resource, probability: 0, again: 0, firstUseMs: [], gapMs: [], durationMs: [] };
    const at = times.get(resource);
    const before = use.probability * c.support;
    if (!at) return { ...use, probability: before / support };
    const gaps = at.slice(1).map((t, i) => t - (at[i] as number));
    return {
      ...use,
      probability: Math.min(1, (before + share) / support),
      again: (use.again * before + (at.length > 1 ? share : 0)) / (before + share),
      firstUseMs: blend(use.firstUseMs, before, [(at[0] as number) - begun], share),
      gapMs: blend(use.gapMs, before * use.again, gaps, share),
      ...durationsWith(use, before, session, (at.at(-1) as number) - (at[0] as number), share),
    };
  });
  return all
    .filter((u) => u.probability >= LEAST_USE)
    .sort((a, b) => b.probability - a.probability || (a.resource < b.resource ? -1 : 1))
    .slice(0, MOST_USES);
}

/** Measured durations are never mixed with the spans that stand in for them. */
function durationsWith(use: Use, before: number, session: readonly Activity[], spanMs: number, share: number): Partial<Use> {
  const own = session.flatMap((a) => (a.resource === use.resource && a.durationMs !== undefined ? [a.durationMs] : []));
  if (own.length > 0) return { durationMs: blend(use.measured ? use.durationMs : [], before, own, share), measured: true };
  return use.measured ? {} : { durationMs: blend(use.durationMs, before, [spanMs], share) };
}

function timesOf(session: readonly Activity[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const activity of session) {
    const [token] = tokensOf([activity]);
    if (token === undefined) continue;
    const own = times.get(token);
    if (own) own.push(activity.at);
    else times.set(token, [activity.at]);
  }
  return times;
}

/** Probabilities follow the counts; the quantiles of lags take a step each (stochastic approximation, Tierney 1983). */
function edgesWith(edges: readonly Edge[], chain: ChainCounts, session: readonly Activity[], share: number): readonly Edge[] {
  const lags = lagsOf(session);
  const known = new Map(edges.map((e) => [JSON.stringify([e.from, e.to]), e]));
  return [...new Set([...known.keys(), ...lags.keys()])]
    .map((key) => {
      const [from, to] = JSON.parse(key) as [string, string];
      const row = chain.transitions[from];
      const count = row ? countOf(row.to, to) : 0;
      const leaving = row ? row.total - countOf(row.to, from) : 0;
      const lagMs = (lags.get(key) ?? []).reduce(
        (at, lag) => stepped(at, lag, share / Math.max(count, share)),
        known.get(key)?.lagMs ?? { p50: lags.get(key)?.[0] ?? 0, p90: lags.get(key)?.[0] ?? 0 },
      );
      return { edge: { from, to, probability: leaving > 0 ? Math.min(1, count / leaving) : 0, lagMs }, count };
    })
    .filter(({ edge }) => edge.probability >= LEAST_EDGE)
    .sort((a, b) => b.count - a.count || (a.edge.from + a.edge.to < b.edge.from + b.edge.to ? -1 : 1))
    .slice(0, MOST_EDGES)
    .map(({ edge }) => edge);
}

function lagsOf(session: readonly Activity[]): ReadonlyMap<string, readonly number[]> {
  const kept = session.filter((a) => tokensOf([a]).length > 0);
  const lags = new Map<string, number[]>();
  for (let i = 1; i < kept.length; i++) {
    const [a, b] = [kept[i - 1] as Activity, kept[i] as Activity];
    if (a.resource === b.resource) continue;
    const key = JSON.stringify([a.resource, b.resource]);
    const own = lags.get(key);
    if (own) own.push(b.at - a.at);
    else lags.set(key, [b.at - a.at]);
  }
  return lags;
}

/** One step of both quantiles towards a lag, as long as what is known is wide; never past each other. */
function stepped(at: Edge['lagMs'], lag: number, rate: number): Edge['lagMs'] {
  const scale = 2 * Math.max(at.p90 - at.p50, Math.abs(lag - at.p50)) * Math.max(rate, LEAST_STEP);
  const p50 = Math.max(0, at.p50 + scale * (0.5 - (lag <= at.p50 ? 1 : 0)));
  return { p50, p90: Math.max(p50, at.p90 + scale * (0.9 - (lag <= at.p90 ? 1 : 0))) };
}
