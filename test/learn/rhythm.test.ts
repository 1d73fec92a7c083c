import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, cellOf, countBucket } from '../../src/learn/rhythm/cells.ts';
import { createHybridHistogram } from '../../src/learn/rhythm/hybridHistogram.ts';
import { RateMixture } from '../../src/learn/rhythm/rateMixture.ts';
import { type Happening, type Piece, UseRhythm } from '../../src/learn/rhythm/useRhythm.ts';
import { Visitors } from '../../src/learn/rhythm/visitors.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('cells', () => {
  it.each([
    [-1, 0],
    [0, 1],
    [4.9, 1],
    [5, 2],
    [10, 3],
    [99, 3],
  ])('puts %s into bucket %s of 0, 5, 10', (value, bucket) => expect(bucketOf(value, [0, 5, 10])).toBe(bucket));

  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [4, 3],
    [10, 5],
    [1000, 6],
  ])('counts %s as step %s', (count, step) => expect(countBucket(count, 6)).toBe(step));

  it('tells contexts and features apart', () => {
    const cells = [cellOf(1), cellOf(2), cellOf(1, 1), cellOf(1, 0, 1), cellOf(1, 0, 0, 1), cellOf(1, 1, 1)];
    expect(new Set(cells).size).toBe(cells.length);
    expect(cellOf(1, 2, 3, 4)).toBe(cellOf(1, 2, 3, 4));
  });
});

describe('a mixture of rates', () => {
  it('finds the rate of a steady process, and tells two contexts apart', () => {
    const mixture = new RateMixture(2);
    const busy = Int32Array.of(cellOf(0), cellOf(1, 1));
    const calm = Int32Array.of(cellOf(0), cellOf(1, 2));
    for (let i = 0; i < 2000; i++) {
      mixture.learn(busy, mixture.rate(busy), 2, true);
      mixture.learn(calm, mixture.rate(calm), 20, i % 4 === 0);
    }
    expect(mixture.rate(busy)).toBeGreaterThan(0.3);
    expect(mixture.rate(busy)).toBeLessThan(0.8);
    expect(mixture.rate(calm)).toBeLessThan(0.03);
    expect(mixture.rate(calm)).toBeGreaterThan(0.005);
  });

  it('begins at its prior, half an event in 100 minutes', () => {
    expect(new RateMixture(1).rate(Int32Array.of(cellOf(0)))).toBeCloseTo(0.005, 12);
  });
});

describe('visitors', () => {
  it('expects whoever was here lately, at what he used; nobody after two days', () => {
    const visitors = new Visitors();
    for (let i = 0; i < 50; i++) {
      visitors.pass((i - 1) * MINUTE, 1);
      visitors.use(0, 0, i * MINUTE);
    }
    visitors.use(0, 1, 50 * MINUTE);
    visitors.pass(50 * MINUTE, 0);
    const [first, second] = visitors.known as [number, number];
    expect(second).toBeGreaterThan(first);
    expect(first).toBeGreaterThan(0);
    visitors.pass(50 * MINUTE + 3 * 24 * HOUR, 0);
    expect(visitors.known).toEqual([0, 0]);
  });

  it('expects a stranger where others went on to', () => {
    const visitors = new Visitors();
    for (let actor = 0; actor < 5; actor++) {
      visitors.use(actor, 0, actor * MINUTE);
      visitors.use(actor, 1, actor * MINUTE + 1000);
    }
    visitors.pass(6 * MINUTE, 0);
    expect(visitors.strangers[1]).toBe(0);
    visitors.use(9, 0, 6 * MINUTE);
    visitors.pass(6 * MINUTE, 0);
    expect(visitors.strangers[1]).toBeGreaterThan(0);
    expect(visitors.strangers[0]).toBe(0);
  });
});

const happenings = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: 5 * HOUR }),
      actor: fc.integer({ min: 0, max: 2 }),
      activity: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      use: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => {
    let at = 1_700_000_000_000;
    return rows.map(({ gap, actor, activity, use }): Happening => {
      at += gap;
      return { at, actor, ...(activity === undefined ? {} : { activity }), ...(use === undefined ? {} : { use }) };
    });
  });

function piecesOf(all: readonly Happening[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const rhythm = new UseRhythm();
  for (const happening of all) rhythm.observe(happening, (piece) => pieces.push(piece));
  return pieces;
}

describe('the rhythm of uses', () => {
  it('never uses the future: what comes later changes nothing before', () => {
    fc.assert(
      fc.property(happenings, happenings, (past, future) => {
        const end = (past.at(-1) as Happening).at;
        const shift = end + 1 - (future[0] as Happening).at;
        const later = future.map((h) => ({ ...h, at: h.at + shift }));
        const alone = piecesOf(past);
        expect(piecesOf([...past, ...later]).slice(0, alone.length)).toEqual(alone);
      }),
      { numRuns: 25 },
    );
  });

  it('covers all time after a first use, once, with rates above 0', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const pieces = piecesOf(all);
        for (const resource of new Set(all.flatMap((h) => (h.use === undefined ? [] : [h.use])))) {
          const first = all.find((h) => h.use === resource) as Happening;
          const own = pieces.filter((p) => p.resource === resource);
          const minutes = own.reduce((sum, p) => sum + p.minutes, 0);
          expect(minutes).toBeCloseTo(((all.at(-1) as Happening).at - first.at) / MINUTE, 6);
          expect(own.filter((p) => p.used)).toHaveLength(all.filter((h) => h.use === resource).length - 1);
          expect(own.every((p) => p.rate > 0 && Number.isFinite(p.rate))).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('learns that a use follows an activity, and when nobody works', () => {
    const rhythm = new UseRhythm();
    let at = Date.UTC(2026, 0, 5, 9);
    for (let day = 0; day < 40; day++) {
      for (let i = 0; i < 12; i++) {
        rhythm.observe({ at, actor: 0, activity: i % 4 });
        if (i % 4 === 3) rhythm.observe({ at: at + 20_000, actor: 0, use: 0 });
        at += 5 * MINUTE;
      }
      at += 23 * HOUR;
    }
    const morning = at;
    const asleep = rhythm.within(0, morning - 10 * HOUR, 10 * MINUTE);
    const rates = [0, 1, 2, 3].map((activity) => {
      at = morning + activity * 5 * MINUTE;
      rhythm.observe({ at, actor: 0, activity });
      return rhythm.rate(0, at);
    });
    expect(rates[3]).toBeGreaterThan(20 * (rates[1] as number));
    const soon = rhythm.within(0, at, 5 * MINUTE);
    expect(soon).toBeGreaterThan(0.5);
    expect(rhythm.within(0, at, 10 * MINUTE)).toBeGreaterThan(soon);
    expect(asleep).toBeLessThan(0.05);
    expect(rhythm.rate(0, at)).toBe(rates[3]);
    expect(rhythm.rate(7, morning)).toBe(0);
    expect(rhythm.within(7, morning, HOUR)).toBe(0);
  });
});

describe('the hybrid histogram', () => {
  const windowOf = (...minutes: readonly number[]) => {
    const histogram = createHybridHistogram();
    for (const gap of minutes) histogram.observe(gap * MINUTE);
    return histogram.window();
  };
  const whole = { fromMs: 0, toMs: 240 * MINUTE };

  it.each([
    ['nothing was seen', []],
    ['more than half of the gaps are out of bounds', [10, 240, 300]],
    ['the gaps are spread evenly', Array.from({ length: 240 }, (_, i) => i)],
  ])('is warm for four hours where %s', (_, gaps) => expect(windowOf(...gaps)).toEqual(whole));

  it('waits for the head and ends after the tail', () => {
    expect(windowOf(...Array(100).fill(20))).toEqual({ fromMs: 18 * MINUTE, toMs: 21 * 1.1 * MINUTE });
    expect(windowOf(...Array(100).fill(0.5))).toEqual({ fromMs: 0, toMs: 1.1 * MINUTE });
  });

  it('counts half of the gaps outside as in bounds', () => {
    expect(windowOf(10, 240)).toEqual({ fromMs: 9 * MINUTE, toMs: 11 * 1.1 * MINUTE });
  });
});
