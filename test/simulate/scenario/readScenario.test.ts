import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPersonas } from '../../../src/simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../../src/simulate/scenario/readScenario.ts';
import { meanOf } from '../../../src/simulate/scenario/serviceTime.ts';
import { personasOf, readScenarioOf, rehearsed, SHOP } from '../personas.ts';

const options = { scale: 1, seed: 1, rung: 'ready', durationMs: 60_000 } as const;
const persona = (more: object) => ({ version: 1, personas: [{ name: 'P', weight: 1, edges: [], ...more }] });
const resources = [{ id: 'compose:a/db', kind: 'database' }];

describe('a persona document as a scenario', () => {
  it('takes what it says', () => {
    const { scenario, assumed } = readScenarioOf(SHOP, { scale: 2 });
    expect(scenario.resources.map((r) => [r.id, r.concurrency, meanOf(r.time)])).toEqual([
      ['compose:shop/web', 64, 1],
      ['compose:shop/api', 16, 8],
      ['compose:shop/db', 8, 6],
      ['compose:shop/mail', 8, 2],
    ]);
    expect(scenario.visitors.map((v) => [v.pattern, v.perSecond, v.entries.map((e) => e.resource)])).toEqual([
      ['look', [300], ['compose:shop/web']],
      ['buy', [30], ['compose:shop/web']],
    ]);
    expect(scenario.links).toHaveLength(3);
    expect(assumed).toContain('compose:shop/mail: requests served at once by kind and cores');
  });

  it('fills in the rest by documented defaults, and names each', () => {
    const { scenario, assumed } = readScenarioOf(persona({ resources }));
    expect(scenario.resources[0]).toMatchObject({ concurrency: 8, replicas: 1, errorRate: 0, time: { shape: 'exponential', meanMs: 5 } });
    expect(scenario.visitors[0]?.perSecond).toEqual([1]);
    for (const what of [
      'cores by kind',
      'memory by kind',
      'time of service by kind',
      'requests served at once',
      'no errors',
      'no traffic is said',
    ])
      expect(assumed.join('\n')).toContain(what);
  });

  it('a duration_ms is the time of service; one of minutes is that of a whole use', () => {
    const of = (value: number) =>
      persona({ resources: [{ ...resources[0], duration_ms: [{ value, probability: 1 }] }], traffic: { requests_per_second: 2 } });
    expect(meanOf(readScenarioOf(of(40)).scenario.resources[0]?.time as never)).toBe(40);
    expect(meanOf(readScenarioOf(of(600_000)).scenario.resources[0]?.time as never)).toBe(5);
  });

  it('a learnt document without traffic comes in sessions, each by its own edges', () => {
    const { scenario } = readScenarioOf(
      persona({
        resources: [...resources, { id: 'compose:a/cache', kind: 'cache' }],
        edges: [
          { from: 'session', to: 'compose:a/db', probability: 0.9, lag_ms: { p50: 20_000, p90: 60_000 } },
          { from: 'session', to: 'compose:a/cache', probability: 0.3, lag_ms: { p50: 1000, p90: 5000 } },
          { from: 'command:npm test', to: 'compose:a/db', probability: 0.5, lag_ms: { p50: 100, p90: 200 } },
        ],
        recurrence: { per_week: 6048 },
      }),
    );
    expect(scenario.resources.map((r) => r.id)).toEqual(['compose:a/db', 'compose:a/cache']);
    expect(scenario.visitors[0]).toMatchObject({ pattern: 'sessions', choose: 'each', perSecond: [0.01] });
    expect(scenario.visitors[0]?.entries.map((e) => e.probability)).toEqual([0.9, 0.3]);
  });

  it('slow edges are steps of a person, quick ones calls, unless it is said', () => {
    const edge = (more: object) => ({ from: 'compose:a/db', to: 'compose:a/x', probability: 1, ...more });
    const how = (more: object) => readScenarioOf(persona({ resources, edges: [edge(more)] })).scenario.links[0]?.how;
    expect(how({ lag_ms: { p50: 5, p90: 20 } })).toBe('call');
    expect(how({ lag_ms: { p50: 5000, p90: 20_000 } })).toBe('step');
    expect(how({ lag_ms: { p50: 5000, p90: 20_000 }, call: {} })).toBe('call');
    expect(how({ lag_ms: { p50: 5, p90: 20 }, call: false })).toBe('step');
  });

  it('circles are cut where they are least likely, and it is said', () => {
    const lag_ms = { p50: 1, p90: 2 };
    const edges = [
      { from: 'a:x', to: 'a:y', probability: 1, lag_ms },
      { from: 'a:y', to: 'a:x', probability: 0.4, lag_ms },
    ];
    const { scenario, assumed } = readScenarioOf(persona({ edges }));
    expect(scenario.links).toHaveLength(1);
    expect(assumed.join('\n')).toContain('a:y → a:x (probability 0.4)');
  });

  it('a learnt walk in a circle of certain steps is cut, too, and what somebody does is no resource', () => {
    const lag_ms = { p50: 30_000, p90: 60_000 };
    const edges = [
      { from: 'compose:a/docs', to: 'compose:a/db', probability: 1, lag_ms },
      { from: 'compose:a/db', to: 'compose:a/docs', probability: 1, lag_ms },
    ];
    const learnt = [{ id: 'compose:a/docs' }, { id: 'compose:a/db' }, { id: 'command:npm test' }];
    const { scenario, assumed } = readScenarioOf(persona({ resources: learnt, edges, recurrence: { per_week: 10 } }));
    expect(scenario.resources.map((r) => r.id)).toEqual(['compose:a/docs', 'compose:a/db']);
    expect(scenario.links).toHaveLength(1);
    expect(assumed.join('\n')).toContain('edges go in a circle');
  });

  it('several personas share what bears the same id', () => {
    const two = { version: 1, personas: [...SHOP.personas, { ...SHOP.personas[0], name: 'Other' }] };
    const { scenario } = readScenarioOf(two);
    expect(scenario.resources).toHaveLength(4);
    expect(scenario.visitors.map((v) => v.persona)).toEqual(['Shopper', 'Shopper', 'Other', 'Other']);
  });

  it('traffic’s errors and profiles’ machines are those of what is entered from outside', () => {
    const document = persona({
      resources: [{ id: 'a:web', kind: 'service' }],
      traffic: {
        requests_per_second: [
          { value: 10, probability: 0.5 },
          { value: 30, probability: 0.5 },
        ],
        error_rate: 0.02,
        request_size_bytes: 1000,
        transfer_rate_bps: 80_000,
      },
      resource_profiles: [{ pattern_name: 'x', cpu_cores: 6, memory_gb: 3 }],
    });
    const { scenario } = readScenarioOf(document);
    expect(scenario.resources[0]).toMatchObject({ errorRate: 0.02, cpuCores: 6, concurrency: 48, memoryBytes: 3 * 2 ** 30 });
    expect(scenario.visitors[0]).toMatchObject({ perSecond: [20], transferMs: 100 });
  });

  it('hours and peaks count from a time on, and over whole days; else the mean rate comes', () => {
    const document = persona({ resources, traffic: { requests_per_second: 6, peak_times: ['Tue 09:00-10:00'] } });
    const of = (more: object) => readScenarioOf(document, more);
    expect(of({}).scenario.visitors[0]?.perSecond).toEqual([6]);
    expect(of({}).assumed.join('\n')).toContain('the mean rate comes');
    const peak = of({ startAt: Date.UTC(2026, 11, 1, 9) }).scenario.visitors[0]?.perSecond as number[];
    expect(peak[0]).toBeCloseTo(3 * (peak[4] as number), 9);
    const day = of({ durationMs: 86_400_000 });
    expect([new Date(day.startAt as number).getUTCDay(), (day.startAt as number) % 86_400_000]).toEqual([2, 0]);
    expect(day.scenario.visitors[0]?.perSecond[36]).toBeCloseTo(3 * (day.scenario.visitors[0]?.perSecond[0] as number), 9);
  });

  it('a cold rung makes a start, by the share of it that is left', () => {
    const cold = (rung: 'absent' | 'created' | 'paused' | 'ready') =>
      readScenarioOf(persona({ resources }), { rung }).scenario.resources[0]?.coldStart;
    expect(cold('ready')).toBeUndefined();
    expect([cold('paused'), cold('created'), cold('absent')].map((c) => c && meanOf(c))).toEqual([400, 8000, 48_000]);
  });

  it.each([
    ['no object', 7, /"version" is undefined/],
    ['another version', { version: 2, personas: [] }, /"version" is 2/],
    ['no personas', { version: 1, personas: [] }, /"personas" is empty/],
    [
      'a time of service of nothing',
      persona({ resources: [{ id: 'x', service: { mean_ms: 0 } }] }),
      /personas\[0\].resources\[0\].service.mean_ms is 0, and must be more than 0/,
    ],
    ['a negative time', persona({ resources: [{ id: 'x', service: { mean_ms: -3 } }] }), /mean_ms is -3/],
    ['no servers', persona({ resources: [{ id: 'x', service: { concurrency: 0 } }] }), /concurrency is 0/],
    ['half a server', persona({ resources: [{ id: 'x', service: { concurrency: 1.5 } }] }), /whole number/],
    [
      'a window that is none',
      persona({ resources, engagement_patterns: [{ name: 'x', time_window: 'soon', expected_volume: 1 }] }),
      /time_window is “soon”/,
    ],
    [
      'a window of nothing',
      persona({ resources, engagement_patterns: [{ name: 'x', time_window: 'PT0S', expected_volume: 1 }] }),
      /more than 0/,
    ],
    ['a probability above 1', persona({ edges: [{ from: 'a:x', to: 'a:y', probability: 2, lag_ms: {} }] }), /probability is 2/],
    ['quantiles that fall', persona({ resources: [{ id: 'x', service: { quantiles_ms: [3, 1] } }] }), /must be times that ascend/],
    ['hours of a short week', persona({ resources, recurrence: { hour_of_week: [1, 2] } }), /168 probabilities/],
    ['a peak that is none', persona({ resources, traffic: { peak_times: ['noon'] } }), /peak_times\[0\] is "noon"/],
    ['no resources', persona({}), /no resources/],
    [
      'an entry that is not there',
      persona({ resources, engagement_patterns: [{ name: 'x', expected_volume: 1, entry: 'nowhere' }] }),
      /“nowhere”/,
    ],
    [
      'an endless circle',
      persona({
        edges: [
          { from: 'a:x', to: 'a:y', probability: 1, lag_ms: {} },
          { from: 'a:y', to: 'a:x', probability: 1, lag_ms: {} },
        ],
      }),
      /for ever: a:x → a:y → a:x/,
    ],
    [
      'a chain without end',
      persona({ edges: Array.from({ length: 20_000 }, (_, i) => ({ from: `a:${i}`, to: `a:${i + 1}`, probability: 1, lag_ms: {} })) }),
      /A chain of 20000 resources/,
    ],
    ['more than can be simulated', persona({ resources, traffic: { requests_per_second: 1e9 } }), /Use a smaller scale/],
  ])('refuses %s, and says where', (_, document, message) => {
    const read = readPersonas(document, 'personas.json');
    const result = read.ok ? scenarioOf(read.value, options) : read;
    expect(result).toMatchObject({ ok: false, fault: { message: expect.stringMatching(message) } });
  });

  it('any document is a scenario that ends, or one message', async () => {
    const number = fc.oneof(fc.double({ min: 0, max: 100 }), fc.constantFrom(0, 1, -1, 1e300, Number.NaN));
    const id = fc.constantFrom('a:x', 'a:y', 'a:z', 'session', 'command:x', '');
    const field = fc.oneof(number, fc.string(), fc.constant(null), fc.constant([]), fc.constant({}));
    const document = fc.record({
      version: fc.constant(1),
      personas: fc.array(
        fc.record(
          {
            name: fc.oneof(fc.string({ minLength: 1 }), field),
            weight: number,
            resources: fc.oneof(
              {
                weight: 5,
                arbitrary: fc.array(
                  fc.record(
                    {
                      id,
                      kind: fc.constantFrom('database', 'x'),
                      service: fc.oneof(
                        field,
                        fc.record({ mean_ms: number, concurrency: number, error_rate: number }, { requiredKeys: [] }),
                      ),
                    },
                    { requiredKeys: ['id'] },
                  ),
                  { maxLength: 4 },
                ),
              },
              { weight: 1, arbitrary: field },
            ),
            edges: fc.oneof(
              {
                weight: 5,
                arbitrary: fc.array(
                  fc.record(
                    {
                      from: id,
                      to: id,
                      probability: fc.double({ min: 0, max: 1, noNaN: true }),
                      lag_ms: fc.record({ p50: number, p90: number }),
                      call: fc.oneof(field, fc.record({ retries: number, timeout_ms: number, pool: number }, { requiredKeys: [] })),
                    },
                    { requiredKeys: ['from', 'to'] },
                  ),
                  { maxLength: 6 },
                ),
              },
              { weight: 1, arbitrary: field },
            ),
            traffic: fc.oneof(
              field,
              fc.record({ requests_per_second: number, peak_times: field, burst: field, sessions: field }, { requiredKeys: [] }),
            ),
            engagement_patterns: field,
            recurrence: field,
          },
          { requiredKeys: ['name'] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: document }, { weight: 1, arbitrary: fc.jsonValue() }), async (json) => {
        const read = readPersonas(json, 'f');
        const scenario = read.ok ? scenarioOf(read.value, options) : read;
        if (!scenario.ok) {
          expect(scenario.fault.message.length).toBeGreaterThan(10);
          expect(scenario.fault.message).not.toMatch(/undefined is not|cannot read prop/i);
        } else await rehearsed(scenario.value.scenario, { durationMs: 1000, replications: 1, mostVisits: 2000 });
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('personas are read in their order', () => expect(personasOf(SHOP).map((p) => p.name)).toEqual(['Shopper']));
});
