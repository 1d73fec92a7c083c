import { type Demand, type PersonaProfile, type Priority, quantile, type UnixMs } from '../../domain/index.ts';
import type { Component, PersonaModel, Use } from '../personaModel.ts';
import { attributesOf } from './attributes.ts';
import { pinned } from './edit.ts';
import { provisioningOrder } from './provisioningOrder.ts';
import { smoothed } from './rhythm.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const HALF_LIFE_MS = 60 * 24 * 3_600_000;
/** So many sessions make half of full confidence. */
const HALF_SURE = 4;
const SOON_MS = 1000;
const LATE_MS = 15 * 60_000;

export function profileOf(c: Component, model: PersonaModel, now: UnixMs): PersonaProfile {
  return {
    attributes: attributesOf(c),
    recurrence: { hourOfWeek: smoothed(c.rhythm), perWeek: c.support / Math.max(1, (now - (model.since ?? now)) / WEEK_MS) },
    demands: Object.fromEntries(c.uses.map((u) => [u.resource, demandOf(c, u)])),
    provisioningOrder: provisioningOrder(
      [...c.uses].sort((a, b) => firstUse(a) - firstUse(b) || (a.resource < b.resource ? -1 : 1)).map((u) => u.resource),
      c.edges,
    ).order,
    pins: c.pins ?? [],
  };
}

const firstUse = (use: Use): number => quantile(use.firstUseMs, 0.5) ?? Number.POSITIVE_INFINITY;

/** n / (n + 4), a Laplace-style shrink of how many sessions speak for it, halved for each 60 days since the last of them. */
export const confidenceOf = (c: Component, now: UnixMs): number =>
  (c.support / (c.support + HALF_SURE)) * 0.5 ** (Math.max(0, now - (c.lastAt ?? c.updatedAt)) / HALF_LIFE_MS);

function demandOf(c: Component, use: Use): Demand {
  const early = quantile(use.firstUseMs, 0.1) ?? LATE_MS;
  const learnt = use.probability >= 0.7 ? 'high' : use.probability >= 0.3 ? 'medium' : 'low';
  const said = c.said?.requirements.find((r) => r.resource === use.resource);
  const latencyTargetMs =
    pinned(c, 'latency_target_ms', use.resource) ?? said?.latencyTargetMs ?? Math.min(LATE_MS, Math.max(SOON_MS, early));
  return {
    priority: (pinned(c, 'priority', use.resource) as Priority | undefined) ?? said?.priority ?? learnt,
    latencyTargetMs: Math.round(Number(latencyTargetMs)),
    ...(use.bandwidthMbps ? { bandwidthMbps: use.bandwidthMbps } : {}),
  };
}
