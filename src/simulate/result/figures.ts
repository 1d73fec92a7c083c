import type { Compiled } from '../model/compile.ts';
import type { RequestFigures, RunFigures, StationFigures } from '../model/engine.ts';
import { PRICE } from '../scenario/defaults.ts';
import { callName, callsOf, capacityOf, type ModelledResource, poolName, type Scenario, visitorsName } from '../scenario/scenario.ts';
import { meanOf } from '../scenario/serviceTime.ts';
import { type Estimate, estimate } from './estimate.ts';
import { Histogram } from './histogram.ts';

/** What replications showed: means with 95 % intervals over them. NaN (null in JSON) where nothing came that could be measured. */
export interface Figures {
  readonly resources: readonly ResourceFigures[];
  readonly calls: readonly CallFigures[];
  readonly patterns: readonly PatternFigures[];
  readonly total: Outcome;
  /** US dollars an hour, all resources. */
  readonly costPerHour: number;
  readonly memoryBytes: number;
}

/** Of requests as those see it who make them. */
export interface Outcome {
  /** Well ended, a second. */
  readonly throughput: Estimate;
  /** Of those that ended well. */
  readonly latencyMs: Latency;
  /** Share of all that ended, 0–1. */
  readonly errorRate: Estimate;
}

export interface Latency {
  readonly mean: Estimate;
  readonly p50: Estimate;
  readonly p95: Estimate;
  readonly p99: Estimate;
}

export interface PatternFigures extends Outcome {
  readonly persona: string;
  readonly pattern: string;
  readonly latencyTargetMs?: number;
}

export interface ResourceFigures {
  readonly id: string;
  readonly kind: string;
  /** Servers busy, or waiting for what they called, or its processor where that is busier, 0–1. */
  readonly utilization: Estimate;
  /** Mean number who wait. */
  readonly queue: Estimate;
  readonly waitMs: { readonly mean: Estimate; readonly p95: Estimate };
  /** Its own work, and how long it keeps a server with all that it waits for, mean of a visit, ms. */
  readonly ownMs: Estimate;
  readonly holdMs: Estimate;
  readonly visitsPerSecond: Estimate;
  /** Share of visits that failed by its own fault, and that were turned away, 0–1. */
  readonly ownErrorRate: Estimate;
  readonly turnedAwayRate: Estimate;
  /** Until it was open, ms; 0: it was warm. And the share of the time in which visitors waited for that. */
  readonly coldMs: Estimate;
  readonly coldShare: Estimate;
  readonly memoryBytes: number;
  readonly costPerHour: number;
}

export interface CallFigures {
  readonly from: string;
  readonly to: string;
  /** How often it was wanted, a second. */
  readonly perSecond: Estimate;
  /** Share that a cache answered, 0–1. */
  readonly hitRate: Estimate;
  /** Attempts for each call that was not in the cache: above 1 by retries. */
  readonly attempts: Estimate;
  /** Of all attempts, 0–1. */
  readonly errorRate: Estimate;
  readonly timeoutRate: Estimate;
  /** Of attempts that were answered in time. */
  readonly latencyMs: Latency;
  readonly pool?: { readonly utilization: Estimate; readonly waitMs: Estimate };
}

export function figuresOf(scenario: Scenario, compiled: Compiled, runs: readonly RunFigures[]): Figures {
  const over = (value: (run: RunFigures) => number): Estimate => estimate(runs.map(value));
  const station = (name: string) => (run: RunFigures) => run.stations[compiled.stations.get(name) as number] as StationFigures;
  const requests = (name: string) => (run: RunFigures) => run.requests[compiled.measured.get(name) as number] as RequestFigures;
  const all = scenario.visitors.map((v) => requests(visitorsName(v)));
  const resources = scenario.resources.map((r): ResourceFigures => {
    const of = station(r.id);
    const visits = (run: RunFigures): number => of(run).entered + of(run).turnedAway;
    const memoryBytes = r.replicas * r.memoryBytes;
    return {
      id: r.id,
      kind: r.kind,
      utilization: over((run) => Math.max(of(run).utilization, processorUse(r, of(run).entered / run.measuredMs))),
      queue: over((run) => of(run).waiting),
      waitMs: { mean: over((run) => of(run).waitMs.mean), p95: over((run) => of(run).waitMs.quantile(0.95)) },
      ownMs: over((run) => of(run).ownMs / of(run).entered),
      holdMs: over((run) => ((of(run).inside - of(run).waiting) * run.measuredMs) / of(run).entered),
      visitsPerSecond: over((run) => (1000 * visits(run)) / run.measuredMs),
      ownErrorRate: over((run) => (run.counts[compiled.errors.get(r.id) as number] as number) / of(run).entered),
      turnedAwayRate: over((run) => of(run).turnedAway / visits(run)),
      coldMs: over((run) => of(run).coldMs),
      coldShare: over((run) => Math.min(1, of(run).coldMs / run.measuredMs)),
      memoryBytes,
      costPerHour: r.replicas * r.cpuCores * PRICE.core + (memoryBytes / 2 ** 30) * PRICE.gigabyte,
    };
  });
  const calls = callsOf(scenario).map((c): CallFigures => {
    const name = callName(c);
    const of = requests(name);
    const counts = compiled.counters.get(name) as { wanted: number; begun: number };
    const [wanted, begun] = [
      (run: RunFigures) => run.counts[counts.wanted] as number,
      (run: RunFigures) => run.counts[counts.begun] as number,
    ];
    const pool = compiled.stations.has(poolName(c)) ? station(poolName(c)) : undefined;
    return {
      from: c.from,
      to: c.to,
      perSecond: over((run) => (1000 * wanted(run)) / run.measuredMs),
      hitRate: over((run) => 1 - begun(run) / wanted(run)),
      attempts: over((run) => endedOf(of(run)) / begun(run)),
      errorRate: over((run) => of(run).failed / endedOf(of(run))),
      timeoutRate: over((run) => of(run).timedOut / endedOf(of(run))),
      latencyMs: latencyOf(runs.map((run) => of(run).latencyMs)),
      ...(pool ? { pool: { utilization: over((run) => pool(run).utilization), waitMs: over((run) => pool(run).waitMs.mean) } } : {}),
    };
  });
  return {
    resources,
    calls,
    patterns: scenario.visitors.map((v, i) => ({
      persona: v.persona,
      pattern: v.pattern,
      ...outcomeOf(runs, [all[i] as (typeof all)[number]]),
      ...(v.latencyTargetMs === undefined ? {} : { latencyTargetMs: v.latencyTargetMs }),
    })),
    total: outcomeOf(runs, all),
    costPerHour: resources.reduce((sum, r) => sum + r.costPerHour, 0),
    memoryBytes: resources.reduce((sum, r) => sum + r.memoryBytes, 0),
  };
}

/** Share of what its processor can do that so many visits a ms ask for; 0: its work is none of a processor's. */
function processorUse(r: ModelledResource, perMs: number): number {
  const capacity = capacityOf(r);
  return capacity === undefined ? 0 : Math.min(1, (perMs * meanOf(r.time)) / capacity);
}

const endedOf = (r: RequestFigures): number => r.latencyMs.count + r.failed + r.timedOut;

function outcomeOf(runs: readonly RunFigures[], parts: readonly ((run: RunFigures) => RequestFigures)[]): Outcome {
  const merged = runs.map((run) => {
    const latency = new Histogram();
    for (const part of parts) latency.merge(part(run).latencyMs);
    const lost = parts.reduce((sum, part) => sum + part(run).failed + part(run).timedOut, 0);
    return { latency, lost, measuredMs: run.measuredMs };
  });
  return {
    throughput: estimate(merged.map((m) => (1000 * m.latency.count) / m.measuredMs)),
    latencyMs: latencyOf(merged.map((m) => m.latency)),
    errorRate: estimate(merged.map((m) => m.lost / (m.lost + m.latency.count))),
  };
}

const latencyOf = (latencies: readonly Histogram[]): Latency => ({
  mean: estimate(latencies.map((l) => l.mean)),
  p50: estimate(latencies.map((l) => l.quantile(0.5))),
  p95: estimate(latencies.map((l) => l.quantile(0.95))),
  p99: estimate(latencies.map((l) => l.quantile(0.99))),
});
