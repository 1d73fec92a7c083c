import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINS, binOf, calibrated, learnt, NOT_CALIBRATED, type Outcome, outcomesBehind } from '../../src/predict/calibrate.ts';

const outcomes = (said: number, uses: number, n: number, occasion: Outcome['occasion'] = 'first'): Outcome[] =>
  Array.from({ length: n }, (_, i) => ({ occasion, said, used: i < uses }));
const from = (...all: Outcome[][]) => all.reduce(learnt, NOT_CALIBRATED);

describe('the bins', () => {
  it.each([
    [0, 0],
    [1e-9, 0],
    [1 / (1 + Math.exp(9)), 0],
    [1 / (1 + Math.exp(8.8)), 1],
    [0.5, 36],
    [1 / (1 + Math.exp(-0.12)), 36],
    [1 / (1 + Math.exp(-0.13)), 37],
    [1 / (1 + Math.exp(-9)), 72],
    [1, 72],
  ])('%d is in bin %d', (p, bin) => expect(binOf(p)).toBe(bin));
  it('are 73', () => expect([BINS, NOT_CALIBRATED.first.outcomes.length]).toEqual([73, 73]));
});

describe('learning', () => {
  it('counts outcomes, uses and what was said, by occasion', () => {
    const { first, again } = from(outcomes(0.5, 3, 4), outcomes(0.51, 0, 1), outcomes(0.5, 1, 1, 'again'));
    expect([first.outcomes[36], first.uses[36], first.said[36]]).toEqual([5, 3, 2.51]);
    expect([again.outcomes[36], again.uses[36], again.said[36]]).toEqual([1, 1, 0.5]);
    expect(first.outcomes.filter((n) => n > 0)).toEqual([5]);
  });
  it('fades what is older than 200 outcomes of a bin', () => {
    const full = from(outcomes(0.5, 200, 200));
    expect(full.first.outcomes[36]).toBe(200);
    const more = learnt(full, outcomes(0.5, 0, 1)).first;
    expect([more.outcomes[36], more.uses[36], more.said[36]]).toEqual([200, 199, 100]);
    expect(learnt(from(outcomes(0.5, 199, 199)), outcomes(0.5, 0, 1)).first.uses[36]).toBe(199);
  });
  it('leaves the calibration before as it was, and is plain JSON', () => {
    const before = JSON.stringify(NOT_CALIBRATED);
    const after = from(outcomes(0.5, 1, 1));
    expect(JSON.stringify(NOT_CALIBRATED)).toBe(before);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    expect(after.version).toBe(1);
  });
});

describe('putting right', () => {
  it.each([0.001, 0.05, 0.3, 0.5, 0.77, 0.99])('nothing learnt changes nothing (%d)', (p) =>
    expect(calibrated(NOT_CALIBRATED, 'first', p)).toBeCloseTo(p, 2),
  );
  it('goes by what came: 19 uses of 99, and one outcome believed beforehand', () => {
    const calibration = from(outcomes(0.5, 19, 99));
    // 19½ of 100 at 0.5; the bins below that said more are pooled with it.
    expect(calibrated(calibration, 'first', 0.5)).toBeCloseTo(0.21, 1);
    expect(calibrated(calibration, 'again', 0.5)).toBeCloseTo(0.5, 9);
  });
  it('pools exactly those whose frequencies fall', () => {
    // At 0.5 less came than at bin 35 (said 0.4378): 30 of 60 and 10 of 40 with half an outcome each believed.
    const low = 1 / (1 + Math.exp(0.25));
    const calibration = from(outcomes(low, 60, 60), outcomes(0.5, 10, 40));
    const all = calibrated(calibration, 'first', 0.5);
    expect(calibrated(calibration, 'first', low)).toBeCloseTo(all, 9);
    // Bins 37 to 39 say 0.56, 0.62, 0.68 and are above 71.44/103 = 0.6865 only from 0.731 on, so they join.
    const joined = [1, 2, 3].map((i) => 1 / (1 + Math.exp(-0.25 * i)));
    const sum = 60 + low + 10 + 0.5 + joined.reduce((a, b) => a + b, 0);
    expect(all).toBeCloseTo(sum / (61 + 41 + 3), 9);
  });
  it('is straight between what it knows and level beyond', () => {
    const [x, y] = [1 / (1 + Math.exp(0.25)), 0.5];
    const middle = calibrated(NOT_CALIBRATED, 'first', (x + y) / 2);
    expect(middle).toBeCloseTo((x + y) / 2, 12);
    expect(calibrated(NOT_CALIBRATED, 'first', 0)).toBe(calibrated(NOT_CALIBRATED, 'first', 1e-5));
    expect(calibrated(NOT_CALIBRATED, 'first', 1)).toBe(calibrated(NOT_CALIBRATED, 'first', 1 - 1e-5));
    expect(calibrated(NOT_CALIBRATED, 'first', 1)).toBeCloseTo(1 / (1 + Math.exp(-9)), 12);
  });
  it('says how much is behind it', () => {
    const calibration = from(outcomes(0.5, 25, 50));
    expect(outcomesBehind(calibration, 'first', 0.5)).toBeCloseTo(50, 9);
    expect(outcomesBehind(calibration, 'again', 0.5)).toBeCloseTo(0, 9);
    const between = (0.5 + 1 / (1 + Math.exp(-0.25))) / 2;
    expect(outcomesBehind(calibration, 'first', between)).toBeCloseTo(25, 9);
  });

  const any = fc.array(
    fc.record({
      occasion: fc.constantFrom<Outcome['occasion']>('first', 'again'),
      said: fc.double({ min: 0, max: 1, noNaN: true }),
      used: fc.boolean(),
    }),
    { maxLength: 120 },
  );
  it('never turns two around, and stays a probability (property)', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(any, p, p, (all, a, b) => {
        const calibration = learnt(NOT_CALIBRATED, all);
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) => calibrated(calibration, 'first', x)) as [number, number];
        expect(low).toBeLessThanOrEqual(high + 1e-12);
        expect(low >= 0 && high <= 1).toBe(true);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
  it('learns the same one by one and all at once (property)', () => {
    fc.assert(
      fc.property(any, (all) => {
        expect(all.reduce((c, o) => learnt(c, [o]), NOT_CALIBRATED)).toEqual(learnt(NOT_CALIBRATED, all));
      }),
      { seed: 4, numRuns: 50 },
    );
  });
});
