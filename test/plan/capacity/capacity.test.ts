import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution, Priority, SeriesForecast } from '../../../src/domain/index.ts';
import { type CapacityInput, planCapacity } from '../../../src/plan/capacity/capacity.ts';
import type { PersonaDemand } from '../../../src/plan/capacity/demand.ts';
import { type PatternDemand, volumeRatio } from '../../../src/plan/capacity/engagement.ts';
import { fewest } from '../../../src/plan/capacity/givingWay.ts';

const GB = 2 ** 30;
const HOUR = 3_600_000;
const always = (value: number): Distribution => [{ value, probability: 1 }];

function persona(
  name: string,
  probability: number,
  gigabytes: number,
  more: Partial<PersonaDemand['requirements'][number]> = {},
): PersonaDemand {
  const requirement = { resource: `compose:shop/${name}`, priority: 'medium' as Priority, latencyTargetMs: 1000, usedWith: 1 };
  return { persona: name, probability, requirements: [{ ...requirement, memoryBytes: always(gigabytes * GB), ...more }] };
}

const plan = (personas: readonly PersonaDemand[], more: Partial<CapacityInput> = {}) =>
  planCapacity({ personas, now: 0, aheadMs: HOUR, free: {}, ...more });

describe('what is expected and planned', () => {
  it('is Σ P(active) × requirement, and its quantile', () => {
    const { memoryBytes } = plan([persona('a', 0.5, 4), persona('b', 0.2, 10)]).dimensions;
    expect(memoryBytes.expected).toBeCloseTo(0.5 * 4 * GB + 0.2 * 10 * GB, 0);
    // 0: 0.4, 4: 0.4, 10: 0.1, 14: 0.1.
    expect(memoryBytes.planned).toBe(10 * GB);
    expect(plan([persona('a', 0.5, 4), persona('b', 0.2, 10)], { quantile: 0.8 }).dimensions.memoryBytes.planned).toBe(4 * GB);
  });

  it('a resource counts as often as it is used where its persona is active', () => {
    const { dimensions } = plan([persona('a', 0.5, 4, { usedWith: 0.5 })], { quantile: 0.75 });
    expect(dimensions.memoryBytes.expected).toBeCloseTo(GB, 0);
    expect(dimensions.memoryBytes.planned).toBe(0);
  });

  it('who may be one of two is never both', () => {
    const either = [
      { ...persona('a', 0.5, 4), oneOf: 'session' },
      { ...persona('b', 0.5, 6), oneOf: 'session' },
    ];
    expect(plan(either, { quantile: 0.99 }).dimensions.memoryBytes.planned).toBe(6 * GB);
    expect(plan([persona('a', 0.5, 4), persona('b', 0.5, 6)], { quantile: 0.99 }).dimensions.memoryBytes.planned).toBe(10 * GB);
  });

  it('of a dimension that nobody asks for it is 0, and what is free is unknown', () =>
    expect(plan([persona('a', 1, 1)]).dimensions.networkMbps).toEqual({ expected: 0, planned: 0, afterGivingWay: 0, method: 'exact' }));
});

describe('engagement patterns', () => {
  const pattern = { name: 'search', windowMs: HOUR, interactionType: 'search', expectedVolume: 1000, latencyTargetMs: 200 };
  const profile = { pattern: 'search', cpuCores: 2, memoryBytes: 4 * GB, diskIops: 0, networkMbps: 10 };
  const shopping = (demand: Partial<PatternDemand>): PersonaDemand => ({
    persona: 'shopping',
    probability: 0.5,
    requirements: [],
    patterns: [{ pattern, profile, priority: 'high', ...demand }],
  });
  const forecast = (point: readonly number[], half: number, stepMs = HOUR): SeriesForecast => ({
    startAt: 0,
    stepMs,
    point: Float64Array.from(point),
    lower: Float64Array.from(point, (p) => p - half),
    upper: Float64Array.from(point, (p) => p + half),
    level: 0.95,
    model: 'told',
  });

  it('without a forecast: their profile where the persona is active', () => {
    const { dimensions } = plan([shopping({})]);
    expect(dimensions.cpuCores.expected).toBeCloseTo(1, 9);
    expect(dimensions.cpuCores.planned).toBe(2);
  });

  it('with one: the profile in proportion to the volume, whoever is active', () => {
    const { dimensions } = plan([shopping({ forecast: forecast([3000], 0) })]);
    expect(dimensions.cpuCores.expected).toBeCloseTo(6, 9);
    expect(dimensions.networkMbps.planned).toBeCloseTo(30, 9);
  });

  it('volumes of other steps than the window are put in proportion', () =>
    expect(plan([shopping({ forecast: forecast([500, 500], 0, HOUR / 2) })]).dimensions.cpuCores.expected).toBeCloseTo(2, 9));

  it('looks as far ahead as it takes until more is there', () => {
    const rising = shopping({ forecast: forecast([1000, 1000, 5000], 0) });
    expect(plan([rising], { aheadMs: HOUR }).dimensions.cpuCores.expected).toBeCloseTo(2, 9);
    expect(plan([rising], { aheadMs: 2 * HOUR }).dimensions.cpuCores.expected).toBeCloseTo(10, 9);
  });

  it('a wide interval is planned higher than a narrow one', () => {
    const planned = (half: number) => plan([shopping({ forecast: forecast([1000], half) })]).dimensions.cpuCores.planned;
    expect(planned(500)).toBeGreaterThan(planned(50));
  });

  it('the points of an interval have its mean and spread', () => {
    const ratio = volumeRatio(pattern, forecast([1000], 196), 0, HOUR) as Distribution;
    const mean = ratio.reduce((sum, p) => sum + p.probability * p.value, 0);
    const variance = ratio.reduce((sum, p) => sum + p.probability * (p.value - mean) ** 2, 0);
    expect(mean).toBeCloseTo(1, 6);
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 3);
  });

  it('a forecast of another time says nothing', () =>
    expect(volumeRatio(pattern, forecast([1000], 1), 5 * HOUR, 6 * HOUR)).toBeUndefined());
});

describe('what gives way', () => {
  const crowd = [
    persona('batch', 1, 1, { priority: 'low' }),
    persona('report', 1, 1, { latencyTargetMs: 60_000 }),
    persona('page', 1, 1),
    persona('shop', 1, 1, { priority: 'high' }),
  ];
  const gone = (freeGb: number) => plan(crowd, { free: { memoryBytes: freeGb * GB } }).givingWay.map((g) => g.claim.persona);

  it.each([
    [4, []],
    [3, ['batch']],
    [2, ['batch', 'report']],
    [1, ['batch', 'report', 'page']],
    [0.5, ['batch', 'report', 'page', 'shop']],
  ])('with %f GB: by priority, then by who may wait longer', (free, expected) => expect(gone(free)).toEqual(expected));

  it('says why, with the figures', () => {
    const [first] = plan(crowd, { free: { memoryBytes: 3 * GB } }).givingWay;
    expect(first?.because).toBe(
      '4.00 GB of memory are planned and 3.00 GB are free; its priority is low, it may take 1.0 s, and it is 100 % likely',
    );
  });

  it('nothing more, where what gave way for one has made room for another', () => {
    const batch = persona('batch', 1, 1, { cpuCores: always(1), priority: 'low' });
    const others = [persona('report', 1, 1, { cpuCores: always(1) }), persona('shop', 1, 1, { cpuCores: always(1), priority: 'high' })];
    const { givingWay } = plan([batch, ...others], { free: { cpuCores: 2, memoryBytes: 2 * GB } });
    expect(givingWay.map((g) => g.claim.persona)).toEqual(['batch']);
  });

  it('only what asks for what is short', () => {
    const personas = [persona('busy', 1, 0, { cpuCores: always(2), priority: 'low' }), persona('big', 1, 8)];
    expect(plan(personas, { free: { memoryBytes: 4 * GB } }).givingWay.map((g) => g.claim.persona)).toEqual(['big']);
  });

  it('leaves a rest that fits, and no more gives way than has to', () => {
    const some = fc.array(
      fc.record({
        p: fc.double({ min: 0.05, max: 1, noNaN: true }),
        gb: fc.integer({ min: 1, max: 9 }),
        priority: fc.constantFrom<Priority>('high', 'medium', 'low'),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 30 }), (all, free) => {
        const personas = all.map(({ p, gb, priority }, i) => persona(`p${i}`, p, gb, { priority }));
        const { dimensions, givingWay } = plan(personas, { free: { memoryBytes: free * GB } });
        expect(dimensions.memoryBytes.afterGivingWay).toBeLessThanOrEqual(free * GB);
        const last = givingWay.at(-1)?.claim.persona;
        const kept = personas.filter((p) => p.persona === last || !givingWay.some((g) => g.claim.persona === p.persona));
        if (last) expect(plan(kept).dimensions.memoryBytes.planned).toBeGreaterThan(free * GB);
      }),
    );
  });

  it('the fewest that must go, from whatever guess', () =>
    fc.assert(
      fc.property(fc.nat(200), fc.nat(250), fc.nat(250), (count, guess, least) => {
        const needed = Math.min(count, Math.max(1, least));
        expect(fewest(count, guess, (n) => n >= needed)).toBe(count === 0 ? 0 : needed);
      }),
    ));
});
