import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST, type Session, scheduleOf } from '../../../src/simulate/live/schedule.ts';
import { compile } from '../../../src/simulate/model/compile.ts';
import { run } from '../../../src/simulate/model/engine.ts';
import type { Scenario } from '../../../src/simulate/scenario/scenario.ts';
import { readScenarioOf } from '../personas.ts';

const quiet = { pause: async () => {}, cancelled: () => false };

async function scheduled(scenario: Scenario, durationMs: number, seed = 1): Promise<readonly Session[]> {
  const result = await scheduleOf(scenario, { durationMs, seed, ...quiet });
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

/** Sessions that come in bursts, look at one of two pages, think, and go on to a third. */
const document = (volume = 3600, more: object = {}) => ({
  version: 1,
  personas: [
    {
      name: 'Visitor',
      weight: 1,
      resources: [
        { id: 'web', kind: 'service', service: { mean_ms: 5 }, request: { http: 'GET /home' } },
        { id: 'db', kind: 'database', service: { mean_ms: 5 } },
      ],
      edges: [
        { from: 'session', to: 'web', probability: 1, lag_ms: { p50: 0, p90: 0 } },
        { from: 'web', to: 'db', probability: 0.5, lag_ms: { p50: 100, p90: 300 }, call: false },
      ],
      engagement_patterns: [
        {
          name: 'look',
          time_window: 'PT1H',
          interaction_type: 'search',
          expected_volume: volume,
          entry: 'web',
          request: { http: 'GET /{1..9}' },
        },
        { name: 'browse', time_window: 'PT1H', interaction_type: 'search', expected_volume: volume },
      ],
      traffic: { sessions: { interactions: 3, think_ms: 500 }, burst: { factor: 4, share: 0.2, mean_ms: 2000 }, ...more },
    },
  ],
});

describe('the schedule of real requests', () => {
  it('has the arrivals of the model, to the bit, for any seed and load', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 60 }), async (seed, perMinute) => {
        const { scenario } = readScenarioOf(document(60 * perMinute), { seed, durationMs: 60_000 });
        const came: [number, number][] = [];
        run(compile(scenario).program, { seed, durationMs: 60_000, came: (source, at) => came.push([source, at]) });
        expect((await scheduled(scenario, 60_000, seed)).map((s) => [s.visitors, s.at])).toEqual(came);
      }),
      { numRuns: 20 },
    );
  });

  it('asks what the pattern says where it enters, else what the resource says, else what is usual', async () => {
    const { scenario } = readScenarioOf(document(), { durationMs: 300_000 });
    const asks = (await scheduled(scenario, 300_000)).flatMap((s) => s.asks.map((a) => ({ ...a, visitors: s.visitors })));
    const paths = new Set(asks.flatMap((a) => (a.visitors === 0 && a.request.by === 'http' ? [a.request.path] : [])));
    expect([...paths].sort()).toEqual(Array.from({ length: 9 }, (_, i) => `/${i + 1}`));
    expect(new Set(asks.flatMap((a) => (a.visitors === 1 && a.request.by === 'http' ? [a.request.path] : [])))).toEqual(new Set(['/home']));
    expect(new Set(asks.flatMap((a) => (a.request.by === 'sql' ? [a.request.sql] : [])))).toEqual(new Set(['select 1']));
  });

  it('has as many interactions, steps and pauses as the document says', async () => {
    const { scenario } = readScenarioOf(document(36_000), { durationMs: 600_000 });
    const sessions = await scheduled(scenario, 600_000);
    const asks = sessions.flatMap((s) => s.asks);
    const looks = asks.filter((a) => a.resource === 'web');
    expect(looks.length / sessions.length).toBeCloseTo(3, 0);
    expect(asks.filter((a) => a.resource === 'db').length / looks.length).toBeCloseTo(0.5, 1);
    const thought = sessions.flatMap((s) => s.asks.slice(1).filter((a) => a.resource === 'web'));
    expect(thought.reduce((sum, a) => sum + a.pauseMs, 0) / thought.length / 500).toBeCloseTo(1, 1);
  });

  it('is the same for the same seed', async () => {
    const { scenario } = readScenarioOf(document(), { durationMs: 60_000 });
    expect(await scheduled(scenario, 60_000)).toEqual(await scheduled(scenario, 60_000));
  });

  it('is refused where it is too much, too long or called off', async () => {
    const { scenario } = readScenarioOf(document(9_000_000), { durationMs: 60_000 });
    expect(await scheduleOf(scenario, { durationMs: 60_000, seed: 1, ...quiet })).toMatchObject({
      ok: false,
      fault: { code: 'wrong-usage', message: expect.stringContaining(`(${MOST.perSecond})`) },
    });
    const calm = readScenarioOf(document(), { durationMs: 60_000 }).scenario;
    expect(await scheduleOf(calm, { durationMs: MOST.durationMs + 1, seed: 1, ...quiet })).toMatchObject({ ok: false });
    expect(await scheduleOf(calm, { durationMs: 60_000, seed: 1, pause: async () => {}, cancelled: () => true })).toMatchObject({
      ok: true,
    });
  });
});
