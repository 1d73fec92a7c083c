import { describe, expect, it, vi } from 'vitest';
import { interval } from '../../../src/learn/experiment/confidenceSequence.ts';
import { counted, EMPTY_TALLY } from '../../../src/learn/experiment/tally.ts';
import { alphaOf, countingOf } from '../../../src/learn/experiment/verdict.ts';
import { randomFrom } from '../../../src/learn/random.ts';
import { type Effect, NO_EFFECT, simulatedSessions } from './simulatedSessions.ts';
import { PLAN, shareBefore, type Trial, trial } from './trial.ts';

// Millions of sessions.
vi.setConfig({ testTimeout: 180_000 });

const trials = (count: number, effect: Effect, most: number): readonly Trial[] =>
  Array.from({ length: count }, (_, i) => trial(i + 1, effect, most));
/** The same, with what was at stake taken into account. */
const trialsByStake = (count: number, effect: Effect, most: number): readonly Trial[] =>
  Array.from({ length: count }, (_, i) => trial(i + 1, effect, most, { ...PLAN, share: shareBefore(i + 1) }));
const median = (all: readonly Trial[]): number => all.map((t) => t.sessions).sort((a, b) => a - b)[all.length >> 1] as number;
const share = (all: readonly Trial[], is: (one: Trial) => boolean): number => all.filter(is).length / all.length;

describe('simulated sessions', () => {
  it('wait as real ones do: many not at all, few for very long, and days are like the one before', () => {
    const next = simulatedSessions(1);
    const waits = Array.from({ length: 20_000 }, () => next(NO_EFFECT).waitedMs);
    const sorted = [...waits].sort((a, b) => a - b);
    expect(sorted.filter((w) => w === 0).length / waits.length).toBeGreaterThan(0.5);
    const mean = waits.reduce((sum, w) => sum + w, 0) / waits.length;
    expect(sorted.at(-1)).toBeGreaterThan(25 * mean);
    expect(alike(waits)).toBeGreaterThan(0.05);
  });
});

/** Correlation of a session's wait with the next one's, cut at a minute. */
function alike(waits: readonly number[]): number {
  const cut = waits.map((w) => Math.min(w, 60_000));
  const mean = cut.reduce((sum, w) => sum + w, 0) / cut.length;
  const products = cut.slice(1).map((w, i) => (w - mean) * ((cut[i] as number) - mean));
  const squares = cut.map((w) => (w - mean) ** 2);
  return products.reduce((a, b) => a + b, 0) / squares.reduce((a, b) => a + b, 0);
}

describe('a thousand tests of a version against itself, looked at after every session', () => {
  it.each([
    ['plainly, to their very end', trials, 2000],
    ['by what was at stake', trialsByStake, 800],
  ] as const)('compared %s, find something in no more than one of twenty', (_how, of, most) => {
    const all = of(1000, NO_EFFECT, most);
    expect(share(all, ({ verdict }) => !['running', 'no-difference', 'undecided'].includes(verdict.is))).toBeLessThanOrEqual(0.05);
  });
});

describe('a version that is better', () => {
  it('by 30 % of all waiting is found within 2,000 sessions in four of five tests, and never taken for worse', () => {
    const all = trials(200, { waits: 0.7, wastes: 1 }, 2000);
    expect(share(all, ({ verdict }) => verdict.is === 'better')).toBeGreaterThanOrEqual(0.8);
    expect(share(all, ({ verdict }) => verdict.is === 'worse' || verdict.is === 'guardrail')).toBeLessThanOrEqual(0.05);
  });
  it('is found sooner where what was at stake is known: 30 % in nineteen of twenty', () => {
    const [plain, byStake] = [trials, trialsByStake].map((of) => of(200, { waits: 0.7, wastes: 1 }, 2000)) as [Trial[], Trial[]];
    expect(share(byStake, ({ verdict }) => verdict.is === 'better')).toBeGreaterThanOrEqual(0.95);
    expect(median(byStake)).toBeLessThan(0.9 * median(plain));
  });
  it('by half is found within 1,000 sessions in nineteen of twenty', () => {
    expect(share(trials(200, { waits: 0.5, wastes: 1 }, 1000), ({ verdict }) => verdict.is === 'better')).toBeGreaterThanOrEqual(0.95);
  });
});

describe('a version that is worse is given up in time', () => {
  const isGivenUp = ({ verdict }: Trial): boolean => verdict.is === 'worse' || verdict.is === 'guardrail';

  it('where it waits twice as long: in 95 % of 500 tests within 1,000 sessions, and always before more than the bound was lost', () => {
    const all = trials(500, { waits: 2, wastes: 1 }, 1000);
    expect(share(all, isGivenUp)).toBeGreaterThanOrEqual(0.95);
    const { mostLost, limit } = PLAN.rules.waitedMs;
    for (const { tally } of all) expect(tally.waitedMs.differences.sum).toBeLessThan(mostLost + limit);
  });

  it('where it holds memory for nothing five times as long, though it waits less: in 95 % of 500 tests', () => {
    const all = trials(500, { waits: 0.9, wastes: 5 }, 1000);
    const { mostLost, limit } = PLAN.rules.wastedWarmMinutes;
    expect(share(all, ({ verdict }) => verdict.is === 'guardrail' && verdict.metric === 'wastedWarmMinutes')).toBeGreaterThanOrEqual(0.95);
    for (const { tally } of all) expect(tally.wastedWarmMinutes.differences.sum).toBeLessThan(mostLost + limit);
  });
});

describe('the confidence sequence over simulated sessions', () => {
  it('holds the true difference at every look, in at least as many tests as it says', () => {
    const effect: Effect = { waits: 0.6, wastes: 1 };
    const truth = trueDifference(effect);
    const counting = countingOf(PLAN);
    const alpha = alphaOf(PLAN, 'waitedMs');
    let missed = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const next = simulatedSessions(seed);
      const coin = randomFrom(seed + 1e6);
      let tally = EMPTY_TALLY;
      let left = false;
      for (let pair = 0; pair < 300; pair++) {
        const [first, second] = coin() < 0.5 ? [NO_EFFECT, effect] : [effect, NO_EFFECT];
        const outcomes = [next(first), next(second)];
        const [a, b] = first === NO_EFFECT ? outcomes : [...outcomes].reverse();
        tally = counted(tally, { A: a ? [a] : [], B: b ? [b] : [] }, counting);
        if (pair % 5 !== 0) continue;
        const { lower, upper } = interval(tally.waitedMs.differences, counting.limits.waitedMs, alpha);
        left ||= truth < lower || truth > upper;
      }
      if (left) missed++;
    }
    expect(missed / 300).toBeLessThanOrEqual(alpha);
  });
});

/** Of what is cut at the limit, over very many sessions. */
function trueDifference(effect: Effect): number {
  const { limit } = PLAN.rules.waitedMs;
  const [a, b] = [NO_EFFECT, effect].map((one) => {
    const next = simulatedSessions(99);
    const sum = Array.from({ length: 200_000 }, () => Math.min(limit, next(one).waitedMs)).reduce((x, y) => x + y, 0);
    return sum / 200_000;
  }) as [number, number];
  return b - a;
}
