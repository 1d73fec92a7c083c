import { type Rehearsed, type RehearseOptions, rehearse } from '../../src/simulate/model/rehearse.ts';
import { type ReadPersona, readPersonas } from '../../src/simulate/scenario/readPersonas.ts';
import { type ReadScenario, type ScenarioOptions, scenarioOf } from '../../src/simulate/scenario/readScenario.ts';
import type { Scenario } from '../../src/simulate/scenario/scenario.ts';

/** A shop: web calls api, which calls a database through a pool and with a cache, and a queue. */
export const SHOP = {
  version: 1,
  personas: [
    {
      name: 'Shopper',
      weight: 0.7,
      resources: [
        { id: 'compose:shop/web', kind: 'proxy', service: { mean_ms: 1, concurrency: 64 } },
        {
          id: 'compose:shop/api',
          kind: 'service',
          requirements: { cpu_cores: [{ value: 2, probability: 1 }] },
          service: { mean_ms: 8, cv: 0.8, concurrency: 16 },
        },
        { id: 'compose:shop/db', kind: 'database', service: { mean_ms: 6, cv: 1, concurrency: 8 } },
        { id: 'compose:shop/mail', kind: 'queue', service: { mean_ms: 2 } },
      ],
      edges: [
        { from: 'session', to: 'compose:shop/web', probability: 1, lag_ms: { p50: 0, p90: 0 } },
        {
          from: 'compose:shop/web',
          to: 'compose:shop/api',
          probability: 0.8,
          lag_ms: { p50: 0.3, p90: 0.6 },
          call: { timeout_ms: 2000, retries: 1 },
        },
        {
          from: 'compose:shop/api',
          to: 'compose:shop/db',
          probability: 0.9,
          lag_ms: { p50: 0.2, p90: 0.4 },
          call: { timeout_ms: 1000, pool: 12, cache: { hit_rate: 0.6 } },
        },
        {
          from: 'compose:shop/api',
          to: 'compose:shop/mail',
          probability: 0.1,
          lag_ms: { p50: 0.2, p90: 0.4 },
          call: { timeout_ms: 500, optional: true },
        },
      ],
      engagement_patterns: [
        { name: 'look', time_window: 'PT1M', interaction_type: 'content_view', expected_volume: 9000, latency_target_ms: 200 },
        { name: 'buy', time_window: 'PT1M', interaction_type: 'transaction', expected_volume: 900, latency_target_ms: 500 },
      ],
    },
  ],
} as const;

export function personasOf(document: unknown): readonly ReadPersona[] {
  const read = readPersonas(document, 'personas.json');
  if (!read.ok) throw new Error(read.fault.message);
  return read.value;
}

export function readScenarioOf(document: unknown, options: Partial<ScenarioOptions> = {}): ReadScenario {
  const read = scenarioOf(personasOf(document), { scale: 1, seed: 1, rung: 'ready', durationMs: 60_000, ...options });
  if (!read.ok) throw new Error(read.fault.message);
  return read.value;
}

export async function rehearsed(scenario: Scenario, options: Partial<RehearseOptions> = {}): Promise<Rehearsed> {
  const result = await rehearse(scenario, {
    durationMs: 60_000,
    seed: 1,
    replications: 3,
    pause: async () => {},
    cancelled: () => false,
    ...options,
  });
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}
