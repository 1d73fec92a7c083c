import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunFigures, run } from '../../../src/simulate/model/engine.ts';
import { EventQueue } from '../../../src/simulate/model/eventQueue.ts';
import type { Program } from '../../../src/simulate/model/program.ts';
import { Random } from '../../../src/simulate/model/random.ts';
import { Histogram } from '../../../src/simulate/result/histogram.ts';
import { meanOf, type ServiceTime, samplerOf, scvOf } from '../../../src/simulate/scenario/serviceTime.ts';
import { erlangWait, feedback, oneStation } from '../stations.ts';

const exponential = (meanMs: number): ServiceTime => ({ shape: 'exponential', meanMs });
const long = { seed: 1, durationMs: 2_000_000, warmUpMs: 50_000 };
const station = (figures: RunFigures, i = 0) => figures.stations[i] as RunFigures['stations'][number];
const within = (value: number, theory: number, share: number): void => expect(Math.abs(value / theory - 1)).toBeLessThan(share);

describe('the model against theory (mean wait, those who wait, utilization)', () => {
  it.each([
    ['M/M/1', 0.5, exponential(1), 1],
    ['M/M/1', 0.8, exponential(1), 1],
    ['M/D/1', 0.8, { shape: 'constant', meanMs: 1 }, 1],
    ['M/G/1, gamma', 0.7, { shape: 'gamma', meanMs: 1, cv: 1.5 }, 1],
    ['M/G/1, lognormal', 0.6, { shape: 'lognormal', meanMs: 1, cv: 1.2 }, 1],
    ['M/M/4', 0.8, exponential(4), 4],
  ] as const)('%s at a load of %d', (_name, load, time: ServiceTime, servers) => {
    const perMs = (load * servers) / meanOf(time);
    const figures = station(run(oneStation(1000 * perMs, time, { servers }), long));
    // Pollaczek and Khinchine for one server, Erlang C for several.
    const wait = servers === 1 ? (load * meanOf(time) * (1 + scvOf(time))) / (2 * (1 - load)) : erlangWait(perMs, meanOf(time), servers);
    within(figures.utilization, load, 0.01);
    within(figures.waitMs.mean, wait, 0.05);
    within(figures.waiting, perMs * wait, 0.05);
  });

  it('an open Jackson network with feedback', () => {
    const figures = run(feedback(300, [1, 2], 0.5), long);
    const perMs = 0.6;
    within(station(figures, 0).utilization, perMs, 0.01);
    within(station(figures, 1).utilization, (perMs * 2) / 2, 0.01);
    within(station(figures, 0).inside, 0.6 / 0.4, 0.05);
    within(station(figures, 1).waitMs.mean, erlangWait(perMs, 2, 2), 0.05);
  });

  it('what is turned away: M/M/1/K', () => {
    const [load, waiting] = [0.9, 4];
    const figures = station(run(oneStation(900, exponential(1), { servers: 1, mostWaiting: waiting }), long));
    const k = waiting + 1;
    const blocked = ((1 - load) * load ** k) / (1 - load ** (k + 1));
    within(figures.turnedAway / (figures.turnedAway + figures.entered), blocked, 0.02);
  });
});

describe('a run', () => {
  const shop = oneStation(700, { shape: 'gamma', meanMs: 1, cv: 0.7 }, { servers: 1 });
  const told = (figures: RunFigures): string => JSON.stringify(figures);

  it('is the same for the same seed, and another for another', () => {
    const short = { seed: 7, durationMs: 20_000 };
    expect(told(run(shop, short))).toBe(told(run(shop, short)));
    expect(told(run(shop, { ...short, seed: 8 }))).not.toBe(told(run(shop, short)));
    expect(told(run(shop, { ...short, replication: 1 }))).not.toBe(told(run(shop, short)));
  });

  it('ends where more comes than can be done, and says so', () => {
    expect(run(oneStation(2000, exponential(1), { servers: 1 }), { seed: 1, durationMs: 1e12, mostInside: 10_000 }).end).toBe('overloaded');
  });

  it('ends when it is told to', () => {
    expect(run(shop, { seed: 1, durationMs: 1e12, stop: (done) => done > 100_000 }).end).toBe('stopped');
  });

  it('is over where no request comes any more', () => {
    const silent: Program = { ...shop, sources: [{ entry: 0, perSecond: [0], stepMs: 1000, measured: 0 }] };
    expect(run(silent, { seed: 1, durationMs: 1e15 })).toMatchObject({ end: 'done', requestsEnded: 0 });
  });

  it('a cold station is started by whoever comes first, and all wait for that', () => {
    const cold = oneStation(100, { shape: 'constant', meanMs: 1 }, { servers: 4, coldStart: { shape: 'constant', meanMs: 500 } });
    const figures = run(cold, { seed: 1, durationMs: 2000 });
    expect(figures.requests[0]?.latencyMs.max).toBeGreaterThan(495);
    expect(figures.requests[0]?.latencyMs.quantile(0.5)).toBeLessThan(2);
  });

  it('comes at the rate of each step, by turns', () => {
    const counts = oneStation(0, { shape: 'constant', meanMs: 0.01 }, { servers: 1000 });
    const program: Program = { ...counts, sources: [{ entry: 0, perSecond: [0, 100], stepMs: 10_000, measured: 0 }] };
    within(run(program, { seed: 1, durationMs: 10_000 }).requestsEnded + 1, 1, 0.01);
    within(run(program, { seed: 1, durationMs: 2_000_000 }).requestsEnded, 100_000, 0.02);
  });
});

describe('calls', () => {
  /** A caller that waits at most `timeoutMs` for a station of one server, and tries again. */
  const caller = (perSecond: number, serviceMs: number, timeoutMs: number, times: number): Program => ({
    stations: [{ id: 's', servers: 1 }],
    nodes: [
      { do: 'call', entry: 3, next: 2, failed: 1, timeoutMs, measured: 1 },
      { do: 'retry', times, backoffMs: 10, again: 0, next: 7 },
      { do: 'end' },
      { do: 'enter', station: 0, next: 4 },
      { do: 'pass', time: { shape: 'constant', meanMs: serviceMs }, next: 5 },
      { do: 'leave', station: 0, next: 6 },
      { do: 'end' },
      { do: 'fail' },
    ],
    sources: [{ entry: 0, perSecond: [perSecond], stepMs: 1000, measured: 0 }],
    measured: ['request', 'call'],
  });

  it('that take longer than the caller waits are time-outs, and are tried again so often', () => {
    const figures = run(caller(1, 100, 50, 2), { seed: 3, durationMs: 200_000 });
    const [request, call] = figures.requests as [RunFigures['requests'][number], RunFigures['requests'][number]];
    expect(request.latencyMs.count).toBe(0);
    expect(request.failed).toBeGreaterThan(150);
    expect(Math.abs(call.timedOut - 3 * request.failed)).toBeLessThanOrEqual(3);
  });

  it('given up are served all the same: retries make a load that would do too much for it (a retry storm)', () => {
    const load = (times: number): number => station(run(caller(8, 100, 120, times), { seed: 3, durationMs: 200_000 })).utilization;
    expect(load(0)).toBeLessThan(0.85);
    expect(load(3)).toBeGreaterThan(0.99);
  });

  it('that come in time are no time-outs', () => {
    const figures = run(caller(1, 10, 1000, 2), { seed: 3, durationMs: 100_000 });
    expect(figures.requests.map((r) => r.failed + r.timedOut)).toEqual([0, 0]);
    within(figures.requests[0]?.latencyMs.mean as number, 10, 0.05);
  });
});

describe('the queue of events', () => {
  it('gives them back by time, and those of one time in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 3000 }), (times) => {
        const queue = new EventQueue();
        for (const [i, at] of times.entries()) queue.push(at, i);
        const out: number[] = [];
        while (queue.size > 0) out.push(queue.pop());
        expect(out).toEqual([...times.keys()].sort((a, b) => (times[a] as number) - (times[b] as number) || a - b));
      }),
    );
  });
});

describe('the histogram', () => {
  it('tells a quantile within 1.2 %, and is the same merged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e7, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const [whole, half, other] = [new Histogram(), new Histogram(), new Histogram()];
          for (const [i, value] of values.entries()) {
            whole.add(value);
            (i % 2 ? half : other).add(value);
          }
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(q * values.length)) - 1] as number;
          expect(Math.abs(whole.quantile(q) / exact - 1)).toBeLessThan(0.012);
          half.merge(other);
          expect([half.count, half.max, half.quantile(q)]).toEqual([whole.count, whole.max, whole.quantile(q)]);
        },
      ),
    );
  });
});

describe('times of service', () => {
  it.each([
    { shape: 'constant', meanMs: 3 },
    { shape: 'exponential', meanMs: 3 },
    { shape: 'gamma', meanMs: 3, cv: 0.4 },
    { shape: 'gamma', meanMs: 3, cv: 2 },
    { shape: 'lognormal', meanMs: 3, cv: 1 },
    { shape: 'measured', quantilesMs: [1, 2, 2.5, 4, 20] },
    { shape: 'measured', quantilesMs: [5] },
  ] as const)('%j has the mean and the spread that it says', (time: ServiceTime) => {
    const [random, sample] = [new Random(5), samplerOf(time)];
    const drawn = Array.from({ length: 200_000 }, () => sample(random));
    const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    within(mean, meanOf(time), 0.02);
    expect(Math.abs(variance / mean ** 2 - scvOf(time))).toBeLessThan(0.1 * Math.max(0.1, scvOf(time)) + 0.005);
  });
});
