import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { rehearsalText } from '../../src/app/rehearsals/rehearsalText.ts';
import { compile } from '../../src/simulate/model/compile.ts';
import { run } from '../../src/simulate/model/engine.ts';
import { rehearsal } from '../../src/simulate/rehearsal.ts';
import { readPersonas } from '../../src/simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../src/simulate/scenario/readScenario.ts';

/** Whatever a document may say: from a picosecond to thirty thousand years, one server to a billion. */
const amount = fc.oneof(
  fc.double({ min: 0.01, max: 1000, noNaN: true }),
  fc.integer({ min: -12, max: 14 }).map((e) => Number(`1e${e}`)),
);
const atLeast = (least: number) => amount.map((a) => Math.max(least, a));
const whole = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 1000, 1_000_000_000));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });
const IDS = ['compose:a/x', 'compose:a/y', 'compose:a/z'];
const id = fc.constantFrom(...IDS);

const service = some({
  mean_ms: amount,
  cv: amount,
  shape: fc.constantFrom('constant', 'exponential', 'gamma', 'lognormal'),
  concurrency: whole,
  replicas: whole,
  queue_limit: whole,
  error_rate: share,
  cold_start_ms: amount,
  stall: fc.record({ share, ms: amount }),
});
const call = some({
  timeout_ms: amount,
  retries: whole,
  backoff_ms: amount,
  pool: whole,
  optional: fc.boolean(),
  cache: fc.record({ hit_rate: share, ms: amount }),
});
const edge = fc.record(
  { from: fc.constantFrom('session', ...IDS), to: id, probability: share, lag_ms: fc.record({ p50: amount, p90: amount }), call },
  { requiredKeys: ['from', 'to'] },
);
const traffic = some({
  requests_per_second: amount,
  error_rate: share,
  burst: fc.record({ factor: atLeast(1), share: fc.double({ min: 0.001, max: 0.999, noNaN: true }), mean_ms: atLeast(1000) }),
  sessions: fc.record({ interactions: atLeast(1), think_ms: amount }),
});
const document = fc.record({
  version: fc.constant(1),
  personas: fc.array(
    fc.record({
      name: fc.constant('P'),
      weight: share,
      resources: fc.uniqueArray(fc.record({ id, kind: fc.constantFrom('database', 'cache', 'service'), service }), {
        minLength: 1,
        maxLength: 3,
        selector: (r) => r.id,
      }),
      edges: fc.array(edge, { maxLength: 5 }),
      traffic,
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

const [BOUND, VISITS] = [20_000, 1000];

it('any document is rehearsed to an end within its bound, without a figure that is none, or refused in words', {
  timeout: 120_000,
}, async () => {
  let rehearsed = 0;
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.constantFrom('ready', 'created', 'absent'),
      fc.constantFrom(1, 0.001, 1000),
      async (json, rung, scale) => {
        const options = { scale, seed: 1, rung: rung as 'ready', durationMs: 60_000 };
        const personas = readPersonas(json, 'f.json');
        const read = personas.ok ? scenarioOf(personas.value, options) : personas;
        if (!read.ok) {
          expect(read.fault.message).toMatch(/^\S.{10,}[.)]$/s);
          return;
        }
        rehearsed++;
        expect(
          run(compile(read.value.scenario).program, { seed: 1, durationMs: 1e12, mostEvents: BOUND, mostInside: BOUND }).events,
        ).toBeLessThanOrEqual(BOUND);
        const hooks = { pause: async () => {}, cancelled: () => false };
        const setting = { ...options, personas: ['P'], injected: [], practices: [], replications: 2, mostVisits: VISITS };
        const done = await rehearsal(read.value, { ...setting, ...hooks });
        if (!done.ok) throw new Error(done.fault.message);
        expect(rehearsalText(done.value).join('\n')).not.toMatch(/NaN|Infinity|undefined|\bnull\b/);
        for (const busy of Object.values(done.value.utilization)) if (busy !== null) expect(busy >= 0 && busy <= 1.000001).toBe(true);
        const wrong: string[] = [];
        JSON.stringify(done.value, (key, value: unknown) => {
          if (typeof value === 'number' && !Number.isFinite(value)) wrong.push(`${key}: ${value}`);
          return value;
        });
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
  expect(rehearsed).toBeGreaterThan(5);
});
