import { type Cost, type Resource, type ResourceId, type ResourceKind, type Rung, rungIndex } from '../domain/index.ts';
import type { Climb } from './ports.ts';

/** Assumed until one was measured: orders of magnitude of a first start on a laptop, ms. */
const ASSUMED_COLD_MS: Partial<Record<ResourceKind, number>> = {
  database: 5000,
  search: 15_000,
  queue: 8000,
  devcontainer: 30_000,
  service: 5000,
  cache: 1500,
};

/**
 * What a client would wait if it came now: the median of measured climbs from this rung; else of those from any lower
 * rung (pessimistic), else an assumption by kind.
 */
export function costOf(resource: Resource, rung: Rung | 'unknown', climbs: readonly Climb[]): Cost {
  const from = rung === 'unknown' || rungIndex(rung) >= rungIndex('ready') ? undefined : rung;
  const fitting = from === undefined ? climbs : climbs.filter((c) => c.from === from);
  const measured = median((fitting.length > 0 ? fitting : climbs).map((c) => c.ms));
  return {
    resource: resource.id,
    coldMs: measured ?? ASSUMED_COLD_MS[resource.kind] ?? 3000,
    measured: measured !== undefined,
    memoryBytes: resource.memoryBytes,
  };
}

/** Nineteen of twenty climbs to ready took no longer, ms, whatever they began from; by resource, where any was measured. */
export function readyP95MsOf(climbs: Readonly<Record<ResourceId, readonly Climb[]>>): ReadonlyMap<ResourceId, number> {
  return new Map(
    Object.entries(climbs).flatMap(([id, own]) => {
      const sorted = own.map((c) => c.ms).sort((a, b) => a - b);
      const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1];
      return p95 === undefined ? [] : [[id, p95] as const];
    }),
  );
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
