import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { type Happening, type Piece, UseRhythm } from '../../../src/learn/rhythm/useRhythm.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 5, 9);

/** Three actors, six activities and four resources, with nights between: uses follow activity 2, mostly at once. */
function madeHappenings(n: number, seed: number): readonly Happening[] {
  const random = randomFrom(seed);
  let at = START;
  return Array.from({ length: n }, () => {
    at += Math.floor(random() < 0.03 ? 9 * HOUR * (1 + random()) : 3000 * 10 ** (2.4 * random()));
    const activity = Math.floor(6 * random());
    const use = random() < (activity === 2 ? 0.8 : 0.1) ? { use: Math.floor(4 * random() ** 2) } : {};
    return { at, actor: Math.floor(3 * random()), ...(random() < 0.9 ? { activity } : {}), ...use };
  });
}

/** The log-likelihood of all pieces, a Poisson process each, and what is left of them in numbers. */
function told(all: readonly Happening[]) {
  const rhythm = new UseRhythm();
  const pieces: Piece[] = [];
  for (const happening of all) rhythm.observe(happening, (piece) => pieces.push(piece));
  const log = pieces.reduce((sum, p) => sum - p.rate * p.minutes + (p.used ? Math.log(p.rate) : 0), 0);
  return { rhythm, pieces, log };
}

describe('pieces of time by hand', () => {
  it('none before a first use; then of half a minute, and of a quarter of the time since', () => {
    const { pieces } = told([
      { at: 0, actor: 0, activity: 0 },
      { at: 10 * MINUTE, actor: 0, use: 0 },
      { at: 13 * MINUTE, actor: 0, activity: 1 },
      { at: 13 * MINUTE, actor: 0, use: 0 },
    ]);
    // Half a minute each: a quarter of the time since is half a minute at two minutes, and 0.625 is cut at the end.
    expect(pieces.map((p) => p.minutes)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0]);
    expect(pieces.map((p) => p.used)).toEqual([false, false, false, false, false, false, true]);
  });

  it('grow by a quarter of the time in which nothing happened', () => {
    const { pieces } = told([
      { at: 0, actor: 0, use: 0 },
      { at: 10 * MINUTE, actor: 0, use: 0 },
    ]);
    const lengths = [0.5, 0.5, 0.5, 0.5, 0.5, 2.5 / 4, 3.125 / 4, 3.90625 / 4, 4.8828125 / 4, 6.103515625 / 4, 7.62939453125 / 4];
    expect(pieces.slice(0, 11).map((p) => p.minutes)).toEqual(lengths.map((x) => expect.closeTo(x, 4)));
    expect(pieces.reduce((sum, p) => sum + p.minutes, 0)).toBeCloseTo(10, 9);
    expect(pieces.map((p) => p.used).lastIndexOf(false)).toBe(pieces.length - 2);
    expect(pieces.at(-1)?.used).toBe(true);
  });

  it('are of each resource that was used, and only what was used ends used', () => {
    const { pieces } = told([
      { at: 0, actor: 0, use: 2 },
      { at: 0, actor: 0, use: 0 },
      { at: 20_000, actor: 1, use: 2 },
      { at: 30_000, actor: 1, use: 1 },
    ]);
    expect(pieces.map((p) => [p.resource, p.used, Math.round(p.minutes * 60)])).toEqual([
      [0, false, 20],
      [2, true, 20],
      [0, false, 10],
      [2, false, 10],
    ]);
  });
});

describe('the chance of a use', () => {
  const last = (madeHappenings(120, 3).at(-1) as Happening).at;

  it('is 1 − e^−(rate × time) over pieces, which add up', () => {
    const { rhythm } = told(madeHappenings(120, 3));
    const [half, whole] = [rhythm.within(0, last, 30_000), rhythm.within(0, last, 60_000)];
    expect(half).toBeCloseTo(1 - Math.exp(-rhythm.rate(0, last) / 2), 12);
    expect(whole).toBeCloseTo(1 - (1 - half) * Math.exp(-rhythm.rate(0, last + 30_000) / 2), 12);
    expect(rhythm.within(0, last, 15_000)).toBeCloseTo(1 - Math.exp(-rhythm.rate(0, last) / 4), 12);
    expect(rhythm.within(0, last, 0)).toBe(0);
  });

  it('grows with the horizon and asking changes nothing', () => {
    const { rhythm } = told(madeHappenings(120, 3));
    const chances = [1, 5, 20, 60, 600].map((m) => rhythm.within(0, last, m * MINUTE));
    expect([...chances].sort((a, b) => a - b)).toEqual(chances);
    expect(rhythm.within(0, last, MINUTE)).toBe(chances[0]);
    expect(rhythm.rate(9, last)).toBe(0);
  });
});

describe('the rhythm of uses', () => {
  it('comes to these figures on 800 happenings of our own (any change of the model shows here; mean it), and beats hindsight’s steady rates', () => {
    const all = madeHappenings(800, 21);
    const { rhythm, pieces, log } = told(all);
    const end = (all.at(-1) as Happening).at;
    expect(pieces).toHaveLength(14_693);
    expect(log).toBeCloseTo(-861.223939, 6);
    expect(log).toBeGreaterThan(steadyLog(pieces));
    for (const [resource, [rate, chance]] of FIGURES.entries()) {
      expect(rhythm.rate(resource, end + MINUTE)).toBeCloseTo(rate, 6);
      expect(rhythm.within(resource, end + 5 * MINUTE, 12 * HOUR)).toBeCloseTo(chance, 6);
    }
  });
});

/** Of each resource: uses a minute a minute after the end, and the chance of a use in the twelve hours from five minutes after it. */
const FIGURES: readonly (readonly [rate: number, chance: number])[] = [
  [0.055635, 0.238751],
  [0.00448, 0.099177],
  [0.02058, 0.351394],
  [0.017159, 0.074345],
];

/** The log-likelihood of the best steady rate of each resource, known in hindsight. */
function steadyLog(pieces: readonly Piece[]): number {
  let steady = 0;
  for (let resource = 0; resource < 4; resource++) {
    const own = pieces.filter((p) => p.resource === resource);
    const used = own.filter((p) => p.used).length;
    steady += used * Math.log(used / own.reduce((sum, p) => sum + p.minutes, 0)) - used;
  }
  return steady;
}
