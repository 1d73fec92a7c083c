import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../../src/learn/random.ts';
import { Evidence, type Outcomes } from '../../../../src/learn/sequence/blend/evidence.ts';
import { GeometricMixture } from '../../../../src/learn/sequence/blend/geometricMixture.ts';

const evidenceOf = (said: readonly (readonly [number, number])[], confidence = 0): Evidence => {
  const evidence = new Evidence();
  for (const [outcome, log] of said) evidence.say(outcome, log);
  evidence.confidence = confidence;
  return evidence;
};
const outcomesOf = (known: number): Outcomes => ({ known, ofNew: 0.25, ofEach: 0.75 / known, novel: [known] });
const mixed = (mixture: GeometricMixture, known: number, evidence: readonly Evidence[], situations: readonly string[] = []): number[] => {
  const p: number[] = [9, 9, 9, 9, 9, 9, 9, 9, 9];
  mixture.mix(outcomesOf(known), evidence, situations, p);
  return p;
};

describe('a geometric mixture by hand', () => {
  it('without evidence is what was believed before', () => {
    const p = mixed(new GeometricMixture([1]), 3, [new Evidence()]);
    expect(p).toHaveLength(4);
    for (const x of p) expect(x).toBeCloseTo(0.25, 12);
  });

  it('evidence that doubles with weight 2 quadruples: 1/4 each → 4/7 and 1/7', () => {
    const p = mixed(new GeometricMixture([2]), 3, [evidenceOf([[1, Math.log(2)]])]);
    for (const [x, expected] of [1 / 7, 4 / 7, 1 / 7, 1 / 7].entries()) expect(p[x]).toBeCloseTo(expected, 12);
  });

  it('a first lesson moves the weight by 0.02 × (0.8 + 0.2 + 0.15) × the surplus', () => {
    const mixture = new GeometricMixture([1]);
    const evidence = [evidenceOf([[0, Math.log(3)]], 4)];
    const p = mixed(mixture, 1, evidence, ['here']);
    // 3/4 · 3 against 1/4: 9/10; it happened, so the surplus is 1/10 of ln 3.
    expect(p[0]).toBeCloseTo(0.9, 12);
    mixture.learn(0, evidence, ['here'], p);
    const oddsOf = ([a, b]: number[]) => Math.log((a as number) / (b as number) / 3) / Math.log(3);
    const moved = 0.02 * 0.1 * Math.log(3);
    expect(oddsOf(mixed(mixture, 1, evidence, ['here']))).toBeCloseTo(1 + 1.15 * moved, 12);
    // Elsewhere and at another confidence, only what is common to all.
    expect(oddsOf(mixed(mixture, 1, evidence, []))).toBeCloseTo(1 + moved, 12);
    expect(oddsOf(mixed(mixture, 1, [evidenceOf([[0, Math.log(3)]], 5)], ['there']))).toBeCloseTo(1 + 0.8 * moved, 12);
  });

  it('no surprise counts more than five', () => {
    const weightAfter = (log: number, happened: number) => {
      const mixture = new GeometricMixture([0]);
      const evidence = [evidenceOf([[0, log]])];
      mixture.learn(happened, evidence, [], [0.1, 0.9]);
      const [a, b] = mixed(mixture, 1, [evidenceOf([[0, 1]])]) as [number, number];
      return Math.log(a / b / 3);
    };
    expect(weightAfter(5, 0)).toBeCloseTo(0.02 * 4.5, 12);
    expect(weightAfter(100, 0)).toBeCloseTo(0.02 * 5, 12);
    expect(weightAfter(100, 1)).toBeCloseTo(-0.02 * 5, 12);
  });

  it('steps shrink with the root, and stop shrinking at 0.0008', () => {
    const mixture = new GeometricMixture([0]);
    const lesson = evidenceOf([[0, 1]]);
    const weight = () => {
      const [a, b] = mixed(mixture, 1, [lesson]) as [number, number];
      return Math.log(a / b / 3);
    };
    const stepOf = () => {
      const before = weight();
      mixture.learn(0, [lesson], [], [0, 1]);
      return weight() - before;
    };
    const steps = Array.from({ length: 136 }, stepOf);
    expect(steps[0]).toBeCloseTo(0.02, 12);
    expect(steps[135]).toBeCloseTo(0.01, 12);
    for (let i = 136; i < 30_000; i++) mixture.learn(0, [new Evidence()], [], [0, 1]);
    expect(stepOf()).toBeCloseTo(0.0008, 12);
  });
});

describe('a geometric mixture', () => {
  it('says what a naive one says over 200 lessons: softmax(ln base + Σ w · said), w += step · share · ∇ ln p', () => {
    const random = randomFrom(8);
    const start = [0.4, -0.2, 0.7];
    const mixture = new GeometricMixture(start);
    const weights = new Map<string, number>(start.map((w, i) => [`${i}`, w]));
    const keysOf = (i: number, confidence: number, situations: readonly string[]): readonly [string, number][] => [
      [`${i}`, 0.8],
      [`${i} c${confidence}`, 0.2],
      ...situations.map((s): [string, number] => [`${i} ${s}`, 0.15]),
    ];
    for (let lesson = 0; lesson < 200; lesson++) {
      const known = 1 + Math.floor(random() * 5);
      const situations = [`after ${Math.floor(random() * 3)}`, `run ${Math.floor(random() * 2)}`];
      const said = start.map(() =>
        Array.from({ length: Math.floor(random() * 4) }, () => [Math.floor(random() * (known + 1)), 4 * random() - 1.5] as const),
      );
      const evidence = said.map((s) => evidenceOf(s, Math.floor(random() * 12)));
      const logs = Array.from({ length: known + 1 }, (_, x) => Math.log(x === known ? 0.25 : 0.75 / known));
      for (const [i, own] of evidence.entries()) {
        const weight = keysOf(i, own.confidence, situations).reduce((sum, [key]) => sum + (weights.get(key) ?? 0), 0);
        for (const [x, log] of said[i] as (readonly [number, number])[]) logs[x] = (logs[x] as number) + weight * log;
      }
      const all = logs.reduce((sum, log) => sum + Math.exp(log), 0);
      const p = mixed(mixture, known, evidence, situations);
      expect(p).toHaveLength(known + 1);
      for (const [x, log] of logs.entries()) expect(p[x]).toBeCloseTo(Math.exp(log) / all, 9);
      const happened = Math.floor(random() * (known + 1));
      mixture.learn(happened, evidence, situations, p);
      const step = 0.02 / Math.sqrt(1 + lesson / 45);
      for (const [i, own] of evidence.entries()) {
        const expected = (said[i] as (readonly [number, number])[]).reduce(
          (sum, [x, log]) => sum + ((x === happened ? 1 : 0) - (p[x] as number)) * log,
          0,
        );
        for (const [key, share] of keysOf(i, own.confidence, situations))
          weights.set(key, (weights.get(key) ?? 0) + step * share * Math.min(5, Math.max(-5, expected)));
      }
    }
  });

  it('does not overflow where everything is very unlikely or very likely', () => {
    const p = mixed(new GeometricMixture([1]), 2, [
      evidenceOf([
        [0, 2000],
        [1, 1999],
        [2, -5000],
      ]),
    ]);
    expect(p[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect(p[2]).toBe(0);
  });
});
