import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMetricSeries, quantileOf } from '../../../src/sense/feeds/otlp/metricSeries.ts';
import { readBinaryMetrics } from '../../../src/sense/feeds/otlp/metricsBinary.ts';
import { readJsonMetrics } from '../../../src/sense/feeds/otlp/metricsJson.ts';
import { AT, binaryMetricsRequest, metricsRequest, type WrittenMetric } from './metrics.ts';

const MINUTE = 60_000;
const LATER = AT + 60 * MINUTE;

function heard(...metrics: readonly WrittenMetric[]): Record<string, readonly number[]> {
  const read = readJsonMetrics(metricsRequest(...metrics), 1000);
  if ('problem' in read) throw new Error(read.problem);
  expect(read.rejected).toEqual([]);
  const all = createMetricSeries();
  for (const point of read.points) expect(all.hear(point)).toBe(true);
  return Object.fromEntries(all.series(LATER).map((s) => [s.id, [...s.values].map((v) => Math.round(v * 1e6) / 1e6)]));
}
const points = (values: readonly number[], everyMs = MINUTE) => values.map((value, i) => ({ at: AT + i * everyMs, value }));

describe('metrics of OpenTelemetry become series', () => {
  it('a gauge is what it was last, the mean of all that tell it', () => {
    const gauge = { name: 'queue.size', type: 'gauge' } as const;
    expect(heard({ ...gauge, points: [...points([1, 3]), ...points([3, 5]).map((p) => ({ ...p, attributes: { worker: 'b' } }))] })).toEqual(
      {
        'otlp:shop/queue.size': [2, 4],
      },
    );
  });

  it('an up-down counter adds up over its streams, delta or cumulative', () => {
    const memory = { name: 'process.memory.usage', unit: 'By', type: 'sum', monotonic: false } as const;
    const both = [...points([100, 150]), ...points([10, 20]).map((p) => ({ ...p, attributes: { pid: 2 } }))];
    expect(heard({ ...memory, temporality: 'cumulative', points: both })).toEqual({ 'otlp:shop/process.memory.usage': [110, 170] });
    expect(heard({ ...memory, temporality: 'delta', points: points([100, 50, -30]) })).toEqual({
      'otlp:shop/process.memory.usage': [100, 150, 120],
    });
  });

  it('a cumulative counter is a rate of what came in between, and starts anew with its program', () => {
    const cpu = { name: 'process.cpu.time', unit: 's', type: 'sum', monotonic: true, temporality: 'cumulative' } as const;
    const restarted = { at: AT + 3 * MINUTE, value: 15, startAt: AT + 2 * MINUTE };
    // Half of a core, a quarter, and after the restart a quarter.
    expect(heard({ ...cpu, points: [...points([1000, 1030, 1045]), restarted] })).toEqual({
      'otlp:shop/process.cpu.time': [0.5, 0.25, 0.25],
    });
  });

  it('a delta counter counts from its start, spread over the steps between', () => {
    const io = { name: 'container.network.io', unit: 'By', type: 'sum', monotonic: true, temporality: 'delta' } as const;
    expect(heard({ ...io, points: [{ at: AT + 2 * MINUTE, value: 120, startAt: AT }] })).toEqual({
      'otlp:shop/container.network.io': [8, 8],
    });
  });

  it('a histogram is volume, mean, quantile and errors', () => {
    const duration = { name: 'http.server.request.duration', unit: 's', type: 'histogram', bounds: [0.1, 0.2, 0.4] } as const;
    const delta = { ...duration, temporality: 'delta' } as const;
    const good = {
      at: AT + MINUTE,
      startAt: AT,
      count: 8,
      sum: 0.8,
      counts: [0, 8, 0, 0],
      attributes: { 'http.response.status_code': 200 },
    };
    const bad = {
      at: AT + MINUTE,
      startAt: AT,
      count: 2,
      sum: 0.6,
      counts: [0, 0, 2, 0],
      attributes: { 'http.response.status_code': 503 },
    };
    const id = 'otlp:shop/http.server.request.duration';
    const expected = { [`${id}/count`]: [10], [`${id}/mean`]: [140], [`${id}/p95`]: [350], [`${id}/errors`]: [0.2] };
    expect(heard({ ...delta, points: [good, bad] })).toEqual(expected);
    const cumulative = [good, bad].flatMap((p) => [
      { ...p, at: AT, startAt: AT - MINUTE, count: 100, sum: 9, counts: [50, 50, 0, 0] },
      { ...p, startAt: AT - MINUTE, count: 100 + p.count, sum: 9 + p.sum, counts: [50, 50 + (p.counts[1] ?? 0), p.counts[2] ?? 0, 0] },
    ]);
    expect(heard({ ...duration, temporality: 'cumulative', points: cumulative })).toEqual(expected);
  });

  it('a step that is not over is not told', () => {
    const all = createMetricSeries();
    const read = readJsonMetrics(metricsRequest({ name: 'x', type: 'gauge', points: points([1, 2]) }), 10);
    for (const point of 'points' in read ? read.points : []) all.hear(point);
    expect(all.series(AT + MINUTE).map((s) => [...s.values])).toEqual([[1]]);
  });

  it('is bounded in streams, metrics and past', () => {
    const all = createMetricSeries({ mostStreams: 3, mostMetrics: 2, steps: 5 });
    const hear = (...metrics: readonly WrittenMetric[]): readonly boolean[] => {
      const read = readJsonMetrics(metricsRequest(...metrics), 1000);
      return 'points' in read ? read.points.map((point) => all.hear(point)) : [];
    };
    expect(hear({ name: 'a', type: 'gauge', points: [1, 2, 3, 4].map((n) => ({ at: AT, value: n, attributes: { n } })) })).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(hear({ name: 'b', type: 'gauge', points: points([1]) }, { name: 'c', type: 'gauge', points: points([1]) })).toEqual([
      false,
      false,
    ]);
    hear({ name: 'a', type: 'gauge', points: points([0, 1, 2, 3, 4, 5, 6, 7]).map((p) => ({ ...p, attributes: { n: 1 } })) });
    expect(all.series(LATER).find((s) => s.id === 'otlp:shop/a')?.values.length).toBe(5);
  });

  it('counts what is too much, and says what does not fit', () => {
    const bad = metricsRequest(
      { name: 'a', type: 'gauge', points: points([1, 2, 3]) },
      { name: '', type: 'gauge', points: points([1]) },
      { name: 'h', type: 'histogram', temporality: 'delta', bounds: [1, 2], points: [{ at: AT, count: 1, counts: [1] }] },
    );
    expect(readJsonMetrics(bad, 1000)).toMatchObject({
      rejected: ['a metric has no name of 1 to 255 characters', 'a histogram has not one bucket more than bounds'],
    });
    expect(readJsonMetrics(bad, 2)).toMatchObject({ points: [{ metric: 'a' }, { metric: 'a' }], surplus: 3 });
    expect(readJsonMetrics([], 2)).toEqual({ problem: 'a request must be a JSON object' });
  });

  it('a quantile lies between the bounds of its bucket', () => {
    expect(quantileOf([10, 20], [0, 10, 0], 0.5)).toBe(15);
    expect(quantileOf([10, 20], [0, 0, 4], 0.5)).toBe(20);
    expect(quantileOf([], [4], 0.5)).toBeNaN();
  });

  it('nothing that is sent makes it throw', () => {
    const names = fc.constantFrom(
      'resourceMetrics',
      'scopeMetrics',
      'metrics',
      'name',
      'sum',
      'gauge',
      'histogram',
      'dataPoints',
      'asInt',
      'timeUnixNano',
      'startTimeUnixNano',
      'count',
      'bucketCounts',
      'explicitBounds',
      'attributes',
      'isMonotonic',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 9, depthSize: 'small' },
        fc.constantFrom(null, 1, '1700000000000000000', 'a', true, 2),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const good = metricsRequest(
      { name: 'a', type: 'sum', temporality: 'cumulative', monotonic: true, points: points([1, 2, 3]) },
      { name: 'h', type: 'histogram', temporality: 'delta', bounds: [1], points: [{ at: AT, count: 1, sum: 1, counts: [1, 0] }] },
    );
    const damaged = fc.tuple(fc.nat({ max: 60 }), tree).map(([place, value]) => {
      let left = place;
      return JSON.parse(JSON.stringify(good), (_key, own: unknown) => (left-- === 0 ? value : own)) as unknown;
    });
    fc.assert(
      fc.property(fc.oneof(tree, damaged), (request) => {
        const read = readJsonMetrics(request, 100);
        const all = createMetricSeries();
        if ('points' in read) for (const point of read.points) all.hear(point);
        for (const { values } of all.series(LATER)) expect(values.length).toBeLessThanOrEqual(20_160);
      }),
    );
  });
});

describe('metrics in protobuf', () => {
  const written = fc.array(
    fc.oneof(
      fc.record({
        name: fc.constantFrom('a', 'http.server.requests'),
        unit: fc.constantFrom('', 's'),
        type: fc.constantFrom('gauge' as const, 'sum' as const),
        temporality: fc.constantFrom('delta' as const, 'cumulative' as const),
        monotonic: fc.boolean(),
        points: fc.array(
          fc.record({
            at: fc.integer({ min: AT, max: LATER }),
            value: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })),
            attributes: fc.dictionary(fc.constantFrom('x', 'http.response.status_code'), fc.oneof(fc.string(), fc.nat())),
          }),
          { maxLength: 4 },
        ),
      }),
      fc.record({
        name: fc.constant('h'),
        type: fc.constant('histogram' as const),
        temporality: fc.constant('delta' as const),
        bounds: fc.constant([0.5, 1]),
        points: fc.array(
          fc.record({
            at: fc.integer({ min: AT, max: LATER }),
            count: fc.nat(),
            sum: fc.double({ noNaN: true, min: 0, max: 1e6 }),
            counts: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
          }),
          { maxLength: 3 },
        ),
      }),
    ),
    { maxLength: 4 },
  );

  it('are read as those in JSON are', () => {
    fc.assert(
      fc.property(written, (metrics) => {
        expect(readBinaryMetrics(binaryMetricsRequest(...metrics), 1000)).toEqual(readJsonMetrics(metricsRequest(...metrics), 1000));
      }),
    );
  });

  it('cut off anywhere, or damaged, they never make it throw', () => {
    const whole = binaryMetricsRequest({
      name: 'h',
      type: 'histogram',
      temporality: 'delta',
      bounds: [1],
      points: [{ at: AT, count: 1, sum: 1, counts: [1, 0] }],
    });
    for (let end = 0; end < whole.length; end++) readBinaryMetrics(whole.subarray(0, end), 10);
    expect(readBinaryMetrics(whole.subarray(0, whole.length - 3), 10)).toHaveProperty('problem');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 5 }), (changes) => {
        const damaged = Uint8Array.from(whole);
        for (const [place, byte] of changes) damaged[place] = byte;
        void readBinaryMetrics(damaged, 10);
      }),
    );
  });
});
