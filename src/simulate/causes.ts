import { FAILURE_MS } from './defaults.ts';
import type { CallFigures, ResourceFigures } from './figures.ts';
import { assignments, figureLookup } from './holdAgainst.ts';
import type { CallFigure, Law, Practice, ResourceFigure } from './practice.ts';
import type { Rehearsed } from './rehearse.ts';
import { callName, callsOf, type Scenario, serversOf } from './scenario.ts';

/** A rehearsal with what was rehearsed. */
export interface Case {
  readonly scenario: Scenario;
  readonly rehearsed: Rehearsed;
}

/** What goes wrong at its root. */
export interface Cause {
  /** A resource, or a call as `from → to`. */
  readonly of: string;
  readonly law: Law;
  /** What it costs an interaction on average, in ms; an error counts as `FAILURE_MS`. What follows from it is counted here as well. */
  readonly harmMs: number;
  readonly because: string;
  /** What was taken for a cause at first and follows from this one. */
  readonly explains: readonly string[];
}

interface Suspect {
  readonly of: string;
  readonly law: Law;
  harmMs: number;
  readonly because: string;
  /** It is seen in the thing itself (its own work, errors, start, contents), or it may come from what it waits for. */
  readonly own: boolean;
  /** How long its servers are held for an interaction, ms, where it is a resource. */
  readonly heldMs?: number;
  readonly explains: string[];
}

/** Busier than this, and waiting is what requests do. */
const BUSY = 0.85;
/** A suspect that does less than this share of the other's harm does not explain it; what is seen in the thing itself may do more elsewhere. */
const NEGLIGIBLE = { own: 0.001, other: 0.03 };
/** Of the time that a saturated caller's servers are held: a wait below that is less of it does not explain it. */
const SUBSTANTIAL = 0.2;

/**
 * Root causes, the worst first. Held against an earlier rehearsal of the same graph where there is one, else against the practices. What can
 * be seen in a resource itself is told from what merely waits: a caller whose callee is slow is saturated, too, and not to blame.
 */
export function causesOf(now: Case, practices: readonly Practice[], before?: Case): readonly Cause[] {
  const suspects = before ? againstBefore(now, before) : againstPractices(now, practices);
  return traced(now, suspects)
    .filter((s) => s.harmMs > 0)
    .sort((a, b) => b.harmMs - a.harmMs)
    .map(({ of, law, harmMs, because, explains }) => ({ of, law, harmMs, because, explains }));
}

// -------------------------------------------------------------------------------------------------- who is suspected

/** What is usual of each figure: its value before, or the limit of a practice. */
interface Usual {
  resource(figure: ResourceFigure, id: string): number | undefined;
  call(figure: CallFigure, name: string): number | undefined;
}

function againstBefore(now: Case, before: Case): Suspect[] {
  const look = figureLookup(before.scenario, before.rehearsed.figures);
  const usual: Usual = { resource: look, call: look };
  const servers = new Map(before.scenario.resources.map((r) => [r.id, serversOf(r)]));
  const pools = new Map(callsOf(before.scenario).map((c) => [callName(c), c.pool]));
  const surge = now.rehearsed.offered.interactionsPerSecond > 1.2 * before.rehearsed.offered.interactionsPerSecond;
  const tails = new Map(before.rehearsed.figures.calls.map((c) => [callName(c), c]));
  return suspectsOf(now, usual, {
    slack: 1.3,
    crowded: (r, model) => serversOf(model) < 0.9 * (servers.get(r.id) ?? 0) || surge,
    poolShort: (name, pool) => pool < 0.9 * (pools.get(name) ?? Number.POSITIVE_INFINITY),
    hangs: (c) => {
      const then = tails.get(callName(c));
      return (
        then !== undefined && c.latencyMs.p99.value > 2 * then.latencyMs.p99.value && c.timeoutRate.value < 0.5 * then.timeoutRate.value
      );
    },
  });
}

function againstPractices(now: Case, practices: readonly Practice[]): Suspect[] {
  const limits = limitsOf(now.scenario, practices);
  const look = figureLookup(now.scenario, now.rehearsed.figures);
  const limit = (figure: ResourceFigure | CallFigure, of: string): number | undefined => limits.get(`${figure} ${of}`);
  return suspectsOf(
    now,
    { resource: limit, call: limit },
    {
      slack: 1,
      crowded: () => true,
      poolShort: (name) => (look('pool_utilization', name) ?? 0) > (limit('pool_utilization', name) ?? 0.8),
      hangs: (c) => (look('tail', callName(c)) ?? 0) > (limit('tail', callName(c)) ?? Number.POSITIVE_INFINITY),
    },
  );
}

/** The strictest limit of each figure of each thing. */
function limitsOf(scenario: Scenario, practices: readonly Practice[]): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const practice of practices)
    for (const at of assignments(practice, scenario))
      for (const t of practice.holds) {
        const key = `${t.figure} ${t.of
          .split(' → ')
          .map((name) => at[name] as string)
          .join(' → ')}`;
        const old = limits.get(key);
        if (t.atMost !== undefined) limits.set(key, Math.min(old ?? t.atMost, t.atMost));
        else if (t.atLeast !== undefined) limits.set(key, Math.max(old ?? t.atLeast, t.atLeast));
      }
  return limits;
}

interface Ways {
  /** Times the usual from which on it is too much. */
  readonly slack: number;
  readonly crowded: (r: ResourceFigures, model: Scenario['resources'][number]) => boolean;
  readonly poolShort: (name: string, pool: number) => boolean;
  readonly hangs: (c: CallFigures) => boolean;
}

function suspectsOf(now: Case, usual: Usual, ways: Ways): Suspect[] {
  const { figures } = now.rehearsed;
  const perInteraction = (perSecond: number): number => perSecond / Math.max(1e-9, now.rehearsed.offered.interactionsPerSecond);
  const models = new Map(now.scenario.resources.map((r) => [r.id, r]));
  const waits = (id: string): number => {
    const r = figures.resources.find((x) => x.id === id);
    return r ? zero(r.visitsPerSecond.value) * Math.max(0, zero(r.waitMs.mean.value)) : 0;
  };
  const suspects: Suspect[] = [];
  const suspect = (of: string, law: Law, own: boolean, harmMs: number, because: string, heldMs?: number): void => {
    if (harmMs > 1e-6) suspects.push({ of, law, own, harmMs, because, ...(heldMs === undefined ? {} : { heldMs }), explains: [] });
  };
  for (const r of figures.resources) {
    const visits = perInteraction(zero(r.visitsPerSecond.value));
    const waited = perInteraction(waits(r.id));
    const ownMs = zero(r.ownMs.value);
    const usualOwn = usual.resource('own_ms', r.id) ?? Number.POSITIVE_INFINITY;
    const busy = r.utilization.value >= BUSY;
    const ownShare = ownMs / zero(r.holdMs.value);
    if (ownMs > ways.slack * usualOwn)
      suspect(
        r.id,
        busy && ownShare >= 0.5 ? 'saturation' : 'slow service',
        true,
        visits * (ownMs - usualOwn) + waited,
        `works ${said(ownMs)} ms for a request, and ${said(usualOwn)} ms are usual${busy ? `; it is busy ${percent(r.utilization.value)} of the time` : ''}`,
      );
    else if ((busy || zero(r.turnedAwayRate.value) > 0.01) && ways.crowded(r, models.get(r.id) as Scenario['resources'][number]))
      suspect(
        r.id,
        'saturation',
        false,
        waited + visits * zero(r.turnedAwayRate.value) * FAILURE_MS,
        `busy ${percent(r.utilization.value)} of the time; requests wait ${said(zero(r.waitMs.mean.value))} ms for one of its ${serversOf(models.get(r.id) as Scenario['resources'][number])} servers${zero(r.turnedAwayRate.value) > 0 ? `, and ${percent(r.turnedAwayRate.value)} are turned away` : ''}`,
        visits * zero(r.holdMs.value),
      );
    const [errors, usualErrors] = [zero(r.ownErrorRate.value), usual.resource('own_error_rate', r.id) ?? 0.005];
    if (errors > ways.slack * usualErrors + 0.002)
      suspect(
        r.id,
        'error amplification',
        true,
        visits * (errors - usualErrors) * FAILURE_MS,
        `${percent(errors)} of its answers are errors of its own`,
      );
    const cold = zero(r.coldMs.value);
    const coldShare = zero(r.coldShare.value);
    if (coldShare > ways.slack * (usual.resource('cold_share', r.id) ?? 0.01))
      suspect(
        r.id,
        'cold start',
        true,
        visits * coldShare * cold * 0.5,
        `its start takes ${said(cold / 1000)} s, and all who come meanwhile wait`,
      );
  }
  for (const c of figures.calls) {
    const name = callName(c);
    const wanted = perInteraction(zero(c.perSecond.value));
    const hit = zero(c.hitRate.value);
    const begun = wanted * (1 - hit);
    const model = callsOf(now.scenario).find((x) => callName(x) === name);
    const latency = zero(c.latencyMs.mean.value);
    const usualHits = model?.cache ? usual.call('hit_rate', name) : undefined;
    if (usualHits !== undefined && hit < usualHits - (ways.slack > 1 ? 0.1 : 0))
      suspect(
        name,
        'cold cache',
        true,
        wanted * (usualHits - hit) * latency + perInteraction(waits(c.to)),
        `the cache answers ${percent(hit)}, and ${percent(usualHits)} are usual`,
      );
    const poolWait = zero(c.pool?.waitMs.value ?? 0);
    if (model?.pool !== undefined && poolWait > 0.1 * latency && ways.poolShort(name, model.pool))
      suspect(name, 'queueing', false, begun * poolWait, `callers wait ${said(poolWait)} ms for one of ${model.pool} connections`);
    const [attempts, usualAttempts] = [zero(c.attempts.value), usual.call('attempts', name) ?? 1.1];
    const given = zero(c.timeoutRate.value);
    if (attempts > Math.max(1.05, (ways.slack > 1 ? 1.15 : 1) * usualAttempts))
      suspect(
        name,
        'retry storm',
        false,
        begun * (attempts - 1) * (latency || FAILURE_MS / 10) + begun * given * FAILURE_MS,
        `${said(attempts)} attempts for each call; ${percent(given)} are given up after ${model?.timeoutMs ?? '–'} ms`,
      );
    if (ways.hangs(c))
      suspect(
        name,
        'time-out',
        false,
        begun * (latency - zero(c.latencyMs.p50.value)) + perInteraction(waits(c.from)),
        `the slowest hundredth takes ${said(zero(c.latencyMs.p99.value))} ms, ${said(c.latencyMs.p99.value / c.latencyMs.p50.value)} times the usual, and the caller waits ${model?.timeoutMs === undefined ? 'for ever' : `${model.timeoutMs} ms`}`,
      );
  }
  return suspects;
}

// -------------------------------------------------------------------------------------------------- who is to blame

/** What waits for another suspect is explained by it, and its harm is the other's. */
function traced(now: Case, suspects: readonly Suspect[]): readonly Suspect[] {
  const below = reach(now.scenario);
  const load = now.rehearsed.offered.load;
  const callee = (of: string): string | undefined => of.split(' → ')[1];
  const ends = (s: Suspect): string => callee(s.of) ?? s.of;
  /** Is what `victim` shows a consequence of `root`? */
  const follows = (victim: Suspect, root: Suspect): boolean => {
    if (victim === root || victim.own) return false;
    // A queue at the door grows as long as the rehearsal, so what it costs says nothing of what made it.
    const little =
      root.own || victim.heldMs === undefined ? NEGLIGIBLE[root.own ? 'own' : 'other'] * victim.harmMs : SUBSTANTIAL * victim.heldMs;
    if (root.harmMs < little) return false;
    const isCall = callee(victim.of) !== undefined;
    // More comes than is meant to: calls are repeated, or a cache sends them on; without that it would be carried.
    if (victim.law === 'saturation' && (root.law === 'retry storm' || root.law === 'cold cache'))
      return (
        (ends(root) === victim.of || below(ends(root)).has(victim.of)) && (root.law === 'cold cache' || (load.get(victim.of) ?? 0) < 0.8)
      );
    // A queue before the callee makes calls be given up and tried again, unless it is these that make the queue.
    if (victim.law === 'retry storm' && root.law === 'saturation' && (load.get(root.of) ?? 0) < 0.8) return false;
    const [from, to] = [ends(victim), ends(root)];
    if (callee(root.of) === undefined) return isCall ? from === to || below(from).has(to) : below(from).has(to);
    // Of a call: its caller waits, and all above.
    const caller = root.of.split(' → ')[0] as string;
    return isCall ? victim.of !== root.of && (from === caller || below(from).has(caller)) : from === caller || below(from).has(caller);
  };
  const roots = suspects.filter((s) => !suspects.some((r) => follows(s, r) && !follows(r, s)));
  for (const victim of suspects) {
    if (roots.includes(victim)) continue;
    const blamed = roots.filter((r) => follows(victim, r)).sort((a, b) => b.harmMs - a.harmMs)[0];
    if (!blamed) continue;
    blamed.explains.push(`${victim.law} of ${victim.of}`);
    blamed.harmMs += victim.harmMs;
  }
  return roots;
}

/** Resources that a resource waits for, directly or not. */
function reach(scenario: Scenario): (id: string) => ReadonlySet<string> {
  const calls = callsOf(scenario);
  const known = new Map<string, ReadonlySet<string>>();
  const from = (id: string): ReadonlySet<string> => {
    const before = known.get(id);
    if (before) return before;
    const all = new Set<string>();
    for (const c of calls)
      if (c.from === id) {
        all.add(c.to);
        for (const further of from(c.to)) all.add(further);
      }
    known.set(id, all);
    return all;
  };
  return from;
}

const zero = (value: number): number => (Number.isFinite(value) ? value : 0);
const said = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${said(100 * share)} %`;
