import { type Edge, failed, ok, type Result, type SaidDemand, type UnixMs } from '../../domain/index.ts';
import { bare, type ChainCounts, type Component, countOf, type PersonaModel, type Use } from '../personaModel.ts';
import { mixed } from './blend.ts';
import { withPinned } from './edit.ts';
import { withEdit } from './edits.ts';
import { shapeOf } from './shape.ts';
import { LEAST_EDGE, LEAST_USE, MOST_EDGES, MOST_USES } from './uses.ts';

/** Two personas as one, which keeps the id and name of the first; it stays one when history is learnt anew. */
export function mergePersonas(model: PersonaModel, into: string, from: string, at: UnixMs): Result<PersonaModel> {
  const [a, b] = [into, from].map((id) => model.components.find((c) => c.id === id));
  if (!a || !b) return failed('not-found', 'never', `There is no persona ${a ? from : into}.`);
  if (a === b) return failed('wrong-usage', 'never', `“${a.name}” is one persona already.`);
  const components = model.components.filter((c) => c !== b).map((c) => (c === a ? combined(a, b) : c));
  return ok(withEdit({ ...model, components }, { kind: 'merge', at, of: [into, from], parts: [shapeOf(a), shapeOf(b)] }, model));
}

/** As if both had been learnt as one: counts add, and times are mixed by what speaks for them. */
export function combined(a: Component, b: Component): Component {
  const chain = {
    unigram: added(a.unigram, b.unigram),
    total: a.total + b.total,
    initial: added(a.initial, b.initial),
    starts: a.starts + b.starts,
    transitions: addedRows(a.transitions, b.transitions),
  };
  const pins = [...(a.pins ?? []), ...(b.pins ?? []).filter((p) => p.field !== 'name' && !a.pins?.some((q) => sameThing(p, q)))];
  const { held: _learntOn, ...first } = a;
  return withPinned({
    ...first,
    ...chain,
    weight: Math.min(1, a.weight + b.weight),
    support: a.support + b.support,
    updatedAt: Math.max(a.updatedAt, b.updatedAt),
    uses: usesOfBoth(a, b),
    edges: edgesOfBoth(a, b, chain),
    lastAt: Math.max(a.lastAt ?? a.updatedAt, b.lastAt ?? b.updatedAt),
    ...(a.rhythm || b.rhythm
      ? { rhythm: Array.from({ length: 168 }, (_, hour) => (a.rhythm?.[hour] ?? 0) + (b.rhythm?.[hour] ?? 0)) }
      : {}),
    ...(a.outcomes || b.outcomes
      ? {
          outcomes: {
            ended: (a.outcomes?.ended ?? 0) + (b.outcomes?.ended ?? 0),
            failed: (a.outcomes?.failed ?? 0) + (b.outcomes?.failed ?? 0),
          },
        }
      : {}),
    ...(pins.length > 0 ? { pins } : {}),
    ...(a.said || b.said ? { said: saidOfBoth(a.said, b.said) } : {}),
  });
}

const sameThing = (p: { field: string; resource?: string }, q: { field: string; resource?: string }): boolean =>
  p.field === q.field && p.resource === q.resource;

/** Where both say something of the same, the first holds. */
function saidOfBoth(a: SaidDemand = NOTHING_SAID, b: SaidDemand = NOTHING_SAID): SaidDemand {
  const patterns = [...a.patterns, ...b.patterns.filter((p) => !a.patterns.some((q) => q.name === p.name))];
  const profiles = [...a.profiles, ...b.profiles.filter((p) => !a.profiles.some((q) => q.pattern === p.pattern))];
  const requirements = [...a.requirements, ...b.requirements.filter((r) => !a.requirements.some((q) => q.resource === r.resource))];
  return { patterns, profiles, requirements };
}

const NOTHING_SAID: SaidDemand = { patterns: [], profiles: [], requirements: [] };

type Counts = Readonly<Record<string, number>>;

function added(a: Counts, b: Counts): Counts {
  const all: Record<string, number> = Object.assign(bare<number>(), a);
  for (const [token, n] of Object.entries(b)) all[token] = countOf(all, token) + n;
  return all;
}

function addedRows(a: ChainCounts['transitions'], b: ChainCounts['transitions']): ChainCounts['transitions'] {
  const all: Record<string, { total: number; to: Counts }> = Object.assign(bare(), a);
  for (const [from, row] of Object.entries(b)) {
    const own = Object.hasOwn(all, from) ? (all[from] as { total: number; to: Counts }) : undefined;
    all[from] = own ? { total: own.total + row.total, to: added(own.to, row.to) } : row;
  }
  return all;
}

function usesOfBoth(a: Component, b: Component): readonly Use[] {
  const [first, second] = [a, b].map((c) => new Map(c.uses.map((u) => [u.resource, u]))) as [Map<string, Use>, Map<string, Use>];
  const sessions = a.support + b.support || 1;
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((resource): Use => {
      const [x, y] = [first.get(resource), second.get(resource)];
      const [n, m] = [(x?.probability ?? 0) * a.support, (y?.probability ?? 0) * b.support];
      const own = { ...(x ?? (y as Use)), probability: Math.min(1, (n + m) / sessions) };
      return x && y ? { ...own, ...timesOfBoth(x, n, y, m) } : own;
    })
    .filter((u) => u.probability >= LEAST_USE)
    .sort((p, q) => q.probability - p.probability || (p.resource < q.resource ? -1 : 1))
    .slice(0, MOST_USES);
}

function timesOfBoth(x: Use, n: number, y: Use, m: number): Partial<Use> {
  const [again, of] = [x.again * n + y.again * m, n + m || 1];
  // A measured duration is never mixed with the span that stands in for one.
  const durations = x.measured === y.measured ? mixed(x.durationMs, n, y.durationMs, m) : x.measured ? x.durationMs : y.durationMs;
  const bandwidth = mixed(x.bandwidthMbps ?? [], n, y.bandwidthMbps ?? [], m);
  return {
    again: Math.min(1, again / of),
    firstUseMs: mixed(x.firstUseMs, n, y.firstUseMs, m),
    gapMs: mixed(x.gapMs, x.again * n, y.gapMs, y.again * m),
    durationMs: durations,
    ...(x.measured || y.measured ? { measured: true } : {}),
    ...(bandwidth.length > 0 ? { bandwidthMbps: bandwidth } : {}),
  };
}

/** Probabilities follow the counts of both; lags are weighed by how often each was seen. */
function edgesOfBoth(a: Component, b: Component, chain: ChainCounts): readonly Edge[] {
  const both = new Map<string, { readonly from: string; readonly to: string; readonly lags: [Edge['lagMs'], number][] }>();
  for (const c of [a, b])
    for (const { from, to, lagMs, probability } of c.edges) {
      const key = JSON.stringify([from, to]);
      const edge = both.get(key) ?? { from, to, lags: [] };
      edge.lags.push([lagMs, countIn(c, from, to) || probability]);
      both.set(key, edge);
    }
  return [...both.values()]
    .map(({ from, to, lags }) => {
      const leaving = (Object.hasOwn(chain.transitions, from) ? (chain.transitions[from]?.total ?? 0) : 0) - countIn(chain, from, from);
      const count = countIn(chain, from, to);
      const of = lags.reduce((sum, [, n]) => sum + n, 0) || 1;
      const mean = (at: 'p50' | 'p90'): number => lags.reduce((sum, [lag, n]) => sum + lag[at] * n, 0) / of;
      return {
        edge: { from, to, probability: leaving > 0 ? Math.min(1, count / leaving) : 0, lagMs: { p50: mean('p50'), p90: mean('p90') } },
        count,
      };
    })
    .filter(({ edge }) => edge.probability >= LEAST_EDGE)
    .sort((x, y) => y.count - x.count || (x.edge.from + x.edge.to < y.edge.from + y.edge.to ? -1 : 1))
    .slice(0, MOST_EDGES)
    .map(({ edge }) => edge);
}

const countIn = ({ transitions }: Pick<ChainCounts, 'transitions'>, from: string, to: string): number =>
  Object.hasOwn(transitions, from) ? countOf((transitions[from] as { to: Counts }).to, to) : 0;
