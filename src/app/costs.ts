import {
  type Cost,
  type Resource,
  type ResourceId,
  type ResourceKind,
  RUNGS,
  type Rung,
  rungIndex,
  type StepCost,
  type Usage,
} from '../domain/index.ts';
import { pathFrom, restOf, warmRung } from '../plan/ladder.ts';
import type { Climb, Step } from './ports.ts';

/** Assumed until one was measured: orders of magnitude of a first start on a laptop, ms. */
const ASSUMED_COLD_MS: Partial<Record<ResourceKind, number>> = {
  database: 5000,
  search: 15_000,
  queue: 8000,
  devcontainer: 30_000,
  service: 5000,
  cache: 1500,
};
/** How much of it is left from each rung. */
const ASSUMED_LEFT: Readonly<Record<Rung, number>> = {
  absent: 1,
  fetched: 0.7,
  created: 0.6,
  paused: 0.02,
  running: 0.5,
  ready: 0,
  seeded: 0,
};
/** Of a process that waits for clients. */
const ASSUMED_IDLE_CORES = 0.01;

/** What was measured of one resource. */
export interface Evidence {
  readonly climbs: readonly Climb[];
  readonly steps?: readonly Step[];
  readonly usage?: Usage | undefined;
  /** Of its engine; all of them where that is not known. */
  readonly rungs?: readonly Rung[];
}

/** What a client would wait if it came now, or from any other rung, and what being warm holds. */
export function costOf(
  resource: Resource,
  at: Rung | 'unknown',
  { climbs, steps = [], usage, rungs = RUNGS.slice(0, -1) }: Evidence,
): Cost {
  const readyMs: Partial<Record<Rung, number>> = {};
  let lowerMs = Number.POSITIVE_INFINITY;
  let lowerMeasured = false;
  const rest = restOf(at === 'unknown' ? 'absent' : at, rungs);
  let measured = false;
  for (const rung of rungs) {
    const known = measuredMs(rung, climbs, steps, rungs);
    const ms = known ?? assumedMs(resource, rung);
    // From higher up it never takes longer; what says otherwise is an assumption, or noise.
    if (ms < lowerMs) [lowerMs, lowerMeasured] = [ms, known !== undefined];
    readyMs[rung] = lowerMs;
    if (rung === rest) measured = lowerMeasured;
  }
  return {
    resource: resource.id,
    coldMs: readyMs[rest] ?? assumedMs(resource, 'absent'),
    measured,
    memoryBytes: usage?.memoryBytes ?? resource.memoryBytes,
    readyMs,
    idleCores: usage?.cpuCores ?? ASSUMED_IDLE_CORES,
  };
}

/**
 * The median of whole climbs from this rung; else the sum of the medians of the steps from it; else the median of all climbs,
 * which is pessimistic where they began lower. Resuming is like none of the others.
 */
function measuredMs(from: Rung, climbs: readonly Climb[], steps: readonly Step[], rungs: readonly Rung[]): number | undefined {
  if (climbs.length === 0 && steps.length === 0) return undefined;
  const whole = median(climbs.filter((c) => c.from === from).map((c) => c.ms));
  if (whole !== undefined || from === 'paused') return whole;
  const path = [from, ...pathFrom(from, warmRung(rungs), rungs)];
  const medians = path.slice(1).map((to, i) => median(steps.filter((s) => s.from === path[i] && s.to === to).map((s) => s.ms)));
  if (medians.length > 0 && medians.every((ms) => ms !== undefined)) return medians.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
  return rungIndex(from) < rungIndex('paused') ? median(climbs.filter((c) => c.from !== 'paused').map((c) => c.ms)) : undefined;
}

function assumedMs({ kind }: Resource, from: Rung): number {
  return (ASSUMED_COLD_MS[kind] ?? 3000) * ASSUMED_LEFT[from];
}

/** Every step that was measured, from the bottom up. */
export function stepCosts(steps: readonly Step[]): readonly StepCost[] {
  const edges = new Map<string, { from: Rung; to: Rung; ms: number[] }>();
  for (const { from, to, ms } of steps) {
    const edge = edges.get(`${from} ${to}`) ?? { from, to, ms: [] };
    edges.set(`${from} ${to}`, edge);
    edge.ms.push(ms);
  }
  return [...edges.values()]
    .sort((a, b) => rungIndex(a.from) - rungIndex(b.from) || rungIndex(a.to) - rungIndex(b.to))
    .map(({ from, to, ms }) => ({
      from,
      to,
      medianMs: median(ms) ?? 0,
      p10Ms: quantile(ms, 0.1) ?? 0,
      p90Ms: quantile(ms, 0.9) ?? 0,
      times: ms.length,
    }));
}

const MOST_OF_A_STEP = 20;

/** With one more; the oldest of the same step gives way. */
export function withStep(steps: readonly Step[], step: Step): readonly Step[] {
  const isSame = (other: Step): boolean => other.from === step.from && other.to === step.to;
  const oldest = steps.filter(isSame).length < MOST_OF_A_STEP ? -1 : steps.findIndex(isSame);
  return [...steps.filter((_, i) => i !== oldest), step];
}

/** Nineteen of twenty climbs to ready took no longer, ms, whatever they began from; by resource, where any was measured. */
export function readyP95MsOf(climbs: Readonly<Record<ResourceId, readonly Climb[]>>): ReadonlyMap<ResourceId, number> {
  return new Map(
    Object.entries(climbs).flatMap(([id, own]) => {
      const p95 = quantile(
        own.map((c) => c.ms),
        0.95,
      );
      return p95 === undefined ? [] : [[id, p95] as const];
    }),
  );
}

const median = (values: readonly number[]): number | undefined => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
}
