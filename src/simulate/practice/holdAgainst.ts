import type { CallFigures, Figures, ResourceFigures } from '../result/figures.ts';
import { type Call, callName, callsOf, type ModelledResource, type Scenario } from '../scenario/scenario.ts';
import type { CallFigure, Practice, ResourceFigure, Threshold } from './practice.ts';

/** Where a practice does not hold. */
export interface Deviation {
  readonly practice: Practice;
  /** The resource of each name in the practice. */
  readonly at: Readonly<Record<string, string>>;
  readonly threshold: Threshold;
  /** A resource, or a call as `from → to`, by their real names. */
  readonly of: string;
  readonly value: number;
}

/** All places of a scenario where what was seen is not as the practices say. What was not seen (nothing came) is no deviation. */
export function deviations(scenario: Scenario, figures: Figures, practices: readonly Practice[]): readonly Deviation[] {
  const look = figureLookup(scenario, figures);
  return practices.flatMap((practice) =>
    assignments(practice, scenario).flatMap((at) =>
      practice.holds.flatMap((threshold): Deviation[] => {
        const of = threshold.of
          .split(' → ')
          .map((name) => at[name] as string)
          .join(' → ');
        const value = look(threshold.figure, of);
        const broken =
          value !== undefined &&
          (value > (threshold.atMost ?? Number.POSITIVE_INFINITY) || value < (threshold.atLeast ?? Number.NEGATIVE_INFINITY));
        return broken ? [{ practice, at, threshold, of, value }] : [];
      }),
    ),
  );
}

/** More than this many fits of one pattern are not looked at. */
const MOST_FITS = 2000;

/** Every way in which the pattern fits into the graph: one resource for each name, all different. */
export function assignments(practice: Practice, scenario: Scenario): readonly Readonly<Record<string, string>>[] {
  const names = Object.keys(practice.resources);
  const calls = new Set(callsOf(scenario).map(callName));
  const [callers, callees] = neighbours(scenario);
  const entries = new Set(scenario.visitors.flatMap((v) => v.entries.map((e) => e.resource)));
  const found: Record<string, string>[] = [];
  const fits = (name: string, r: ModelledResource): boolean => {
    const wanted = practice.resources[name] as Practice['resources'][string];
    return (
      (!wanted.kinds || wanted.kinds.includes(r.kind)) &&
      (!wanted.ids || wanted.ids.includes(r.id)) &&
      (wanted.entry === undefined || wanted.entry === entries.has(r.id))
    );
  };
  const connected = (at: Readonly<Record<string, string>>): boolean =>
    practice.calls.every(({ from, to }) => at[from] === undefined || at[to] === undefined || calls.has(`${at[from]} → ${at[to]}`));
  /** Who a name can be at all: the neighbours of what is assigned already, else anybody. */
  const near = (name: string, at: Readonly<Record<string, string>>): readonly ModelledResource[] => {
    for (const { from, to } of practice.calls) {
      if (from === name && at[to] !== undefined) return callers.get(at[to]) ?? [];
      if (to === name && at[from] !== undefined) return callees.get(at[from]) ?? [];
    }
    return scenario.resources;
  };
  const extend = (at: Record<string, string>, i: number): void => {
    const name = names[i];
    if (name === undefined) return void found.push(at);
    const taken = Object.values(at);
    for (const r of near(name, at)) {
      if (found.length >= MOST_FITS) return;
      if (taken.includes(r.id) || !fits(name, r)) continue;
      const next = { ...at, [name]: r.id };
      if (connected(next)) extend(next, i + 1);
    }
  };
  extend({}, 0);
  return found;
}

/** Of each resource: who calls it, and whom it calls. */
function neighbours(
  scenario: Scenario,
): readonly [ReadonlyMap<string, readonly ModelledResource[]>, ReadonlyMap<string, readonly ModelledResource[]>] {
  const resources = new Map(scenario.resources.map((r) => [r.id, r]));
  const [callers, callees] = [new Map<string, ModelledResource[]>(), new Map<string, ModelledResource[]>()];
  const add = (to: Map<string, ModelledResource[]>, id: string, r: ModelledResource | undefined): void => {
    if (r) to.set(id, [...(to.get(id) ?? []), r]);
  };
  for (const c of callsOf(scenario)) {
    add(callers, c.to, resources.get(c.from));
    add(callees, c.from, resources.get(c.to));
  }
  return [callers, callees];
}

/** A figure of a resource or a call by its name in practices; undefined where there is none. */
export function figureLookup(
  scenario: Scenario,
  figures: Figures,
): (figure: ResourceFigure | CallFigure, of: string) => number | undefined {
  const modelled = new Map(scenario.resources.map((r) => [r.id, r]));
  const resources = new Map(figures.resources.map((r) => [r.id, r]));
  const calls = new Map(callsOf(scenario).map((c) => [callName(c), c]));
  const seen = new Map(figures.calls.map((c) => [callName(c), c]));
  return (figure, of) => {
    const [r, model, call, answered] = [resources.get(of), modelled.get(of), calls.get(of), seen.get(of)];
    const value =
      r && model
        ? ofResource(figure as ResourceFigure, r, model, scenario, figures)
        : call && answered
          ? ofCall(figure as CallFigure, answered, call)
          : undefined;
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
}

function ofResource(
  figure: ResourceFigure,
  r: ResourceFigures,
  model: ModelledResource,
  scenario: Scenario,
  figures: Figures,
): number | undefined {
  switch (figure) {
    case 'utilization':
      return r.utilization.value;
    case 'queue':
      return r.queue.value;
    case 'wait_ms':
      return r.waitMs.mean.value;
    case 'wait_share':
      return r.waitMs.mean.value / (r.waitMs.mean.value + r.holdMs.value);
    case 'own_ms':
      return model.wholeUse ? undefined : r.ownMs.value;
    case 'own_error_rate':
      return r.ownErrorRate.value;
    case 'turned_away_rate':
      return r.turnedAwayRate.value;
    case 'cold_share':
      return r.coldShare.value;
    case 'latency_over_target': {
      const over = figures.patterns.flatMap((p, i) => {
        const enters = scenario.visitors[i]?.entries.some((e) => e.resource === r.id);
        return enters && p.latencyTargetMs ? [p.latencyMs.p95.value / p.latencyTargetMs] : [];
      });
      return over.length > 0 ? Math.max(...over) : undefined;
    }
    case 'replicas':
      return model.replicas;
    case 'queue_limit':
      return model.queueLimit ?? Number.POSITIVE_INFINITY;
  }
}

function ofCall(figure: CallFigure, seen: CallFigures, call: Call): number | undefined {
  const { pool, latencyMs } = seen;
  switch (figure) {
    case 'attempts':
      return seen.attempts.value;
    case 'error_rate':
      return seen.errorRate.value;
    case 'timeout_rate':
      return seen.timeoutRate.value;
    case 'hit_rate':
      return call.cache ? seen.hitRate.value : undefined;
    case 'pool_utilization':
      return pool?.utilization.value;
    case 'pool_wait_share':
      return pool && pool.waitMs.value / (pool.waitMs.value + latencyMs.mean.value);
    case 'tail':
      return latencyMs.p99.value / latencyMs.p50.value;
    case 'timeout_ms':
      return call.timeoutMs ?? Number.POSITIVE_INFINITY;
    case 'timeout_over_p99':
      return (call.timeoutMs ?? Number.POSITIVE_INFINITY) / latencyMs.p99.value;
    case 'retries':
      return call.retries;
  }
}
