import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../src/learn/random.ts';
import { type Bandit, choose, EMPTY_BANDIT, expectedRewards, learn } from '../../src/learn/value/bandit.ts';
import { type Logged, offPolicy } from '../../src/learn/value/offPolicy.ts';

const options = { arms: 3, favourite: 1 };
const taught = (rewards: readonly (readonly [context: string, arm: number, rewardS: number])[]): Bandit =>
  rewards.reduce((bandit, [context, arm, rewardS]) => learn(bandit, context, arm, rewardS, options), EMPTY_BANDIT);
const chosen = (bandit: Bandit, context: string, times = 400): readonly number[] => {
  const random = randomFrom(3);
  const counts = [0, 0, 0];
  for (let i = 0; i < times; i++) {
    const { arm } = choose(bandit, context, options, random);
    counts[arm] = (counts[arm] as number) + 1;
  }
  return counts.map((n) => n / times);
};

describe('what is believed', () => {
  it('is the head start before any reward: two imagined rewards of 1 s, of 0 s for the others', () => {
    expect(expectedRewards(EMPTY_BANDIT, 'db', options)).toEqual([0, 1, 0]);
  });

  it('is the mean with the imagined ones: (2 · 0 + 6 + 9) / 4 and (2 · 1 + 4) / 3', () => {
    const bandit = taught([
      ['db', 0, 6],
      ['db', 0, 9],
      ['db', 1, 4],
    ]);
    expect(expectedRewards(bandit, 'db', options)).toEqual([3.75, 2, 0]);
  });

  it('borrows at most four rewards from other contexts: (0 + 4 · 10) / 6, then (40 + 1) / 7', () => {
    const elsewhere = taught(Array.from({ length: 40 }, () => ['cache', 0, 10] as const));
    expect(expectedRewards(elsewhere, 'db', options)[0]).toBeCloseTo(40 / 6, 12);
    expect(expectedRewards(learn(elsewhere, 'db', 0, 1, options), 'db', options)[0]).toBeCloseTo(41 / 7, 12);
    expect(expectedRewards(taught([['cache', 0, 10]]), 'db', options)[0]).toBeCloseTo(10 / 3, 12);
  });

  it('does not depend on the order of rewards (property)', () => {
    const rewards = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(2), fc.integer({ min: -50, max: 50 })), { maxLength: 30 });
    fc.assert(
      fc.property(rewards, (all) => {
        const there = expectedRewards(taught(all), 'a', options);
        const back = expectedRewards(taught([...all].reverse()), 'a', options);
        for (const [i, mean] of there.entries()) expect(mean).toBeCloseTo(back[i] as number, 9);
      }),
      { seed: 8, numRuns: 100 },
    );
  });
});

describe('what is chosen', () => {
  it('tries all arms at first, the favourite most', () => {
    const [low, favourite, high] = chosen(EMPTY_BANDIT, 'db') as [number, number, number];
    expect(favourite).toBeGreaterThan(0.4);
    expect(Math.min(low, high)).toBeGreaterThan(0.1);
  });

  it('goes for what earned most, and keeps trying what is uncertain', () => {
    const clear = taught([0, 1, 2].flatMap((arm) => Array.from({ length: 30 }, (_, i) => ['db', arm, arm * 3 + (i % 2)] as const)));
    expect(chosen(clear, 'db')[2]).toBeGreaterThan(0.98);
    const unclear = taught([0, 1, 2].flatMap((arm) => Array.from({ length: 3 }, (_, i) => ['db', arm, arm + (i - 1) * 8] as const)));
    expect(Math.min(...chosen(unclear, 'db'))).toBeGreaterThan(0.02);
  });

  it('says how likely the choice was', () => {
    const random = randomFrom(5);
    const shares = chosen(EMPTY_BANDIT, 'db', 2000);
    for (let i = 0; i < 30; i++) {
      const { arm, propensity } = choose(EMPTY_BANDIT, 'db', options, random);
      expect(Math.abs(propensity - (shares[arm] as number))).toBeLessThan(0.15);
      expect(propensity).toBeGreaterThan(0);
    }
  });

  it('loses little against the best arm that is known only afterwards', () => {
    const random = randomFrom(11);
    const worth = [2, 3, 6];
    let bandit = EMPTY_BANDIT;
    let earned = 0;
    for (let i = 0; i < 500; i++) {
      const { arm } = choose(bandit, 'db', options, random);
      const rewardS = (worth[arm] as number) + 4 * (random() - 0.5);
      bandit = learn(bandit, 'db', arm, rewardS, options);
      earned += worth[arm] as number;
    }
    expect(earned / 500).toBeGreaterThan(5.7);
  });
});

describe('off-policy estimates', () => {
  const always = (wanted: number) => (_: string, arm: number) => (arm === wanted ? 1 : 0);

  it('weighs by how much likelier the policy had made the choice', () => {
    const log: Logged[] = [
      { context: 'db', arm: 0, propensity: 0.5, rewardS: 4 },
      { context: 'db', arm: 0, propensity: 0.25, rewardS: 1 },
      { context: 'db', arm: 1, propensity: 0.5, rewardS: 100 },
    ];
    // weights 2 and 4: mean (2·4 + 4·1) / 6 = 2; error √(4² + 4²) / 6; worth 36 / 20 choices
    const estimate = offPolicy(log, always(0));
    expect(estimate?.meanS).toBeCloseTo(2, 12);
    expect(estimate?.errorS).toBeCloseTo(Math.sqrt(32) / 6, 12);
    expect(estimate?.effective).toBeCloseTo(1.8, 12);
  });

  it('says nothing of what was never tried, and caps weights at 20', () => {
    expect(offPolicy([{ context: 'db', arm: 0, propensity: 0.5, rewardS: 4 }], always(2))).toBeUndefined();
    expect(offPolicy([], always(0))).toBeUndefined();
    const rare: Logged[] = [
      { context: 'db', arm: 0, propensity: 0.001, rewardS: 10 },
      { context: 'db', arm: 0, propensity: 0.1, rewardS: 1 },
    ];
    expect(offPolicy(rare, always(0))?.meanS).toBeCloseTo((20 * 10 + 10 * 1) / 30, 12);
  });

  it('finds what each arm is worth from a log of a bandit that preferred another', () => {
    const random = randomFrom(2);
    const log = Array.from({ length: 4000 }, (): Logged => {
      const arm = random() < 0.8 ? 1 : random() < 0.5 ? 0 : 2;
      return { context: 'db', arm, propensity: arm === 1 ? 0.8 : 0.1, rewardS: arm * 2 + random() };
    });
    for (const arm of [0, 1, 2]) {
      const estimate = offPolicy(log, always(arm));
      expect(Math.abs((estimate?.meanS as number) - (2 * arm + 0.5))).toBeLessThan(4 * (estimate?.errorS as number) + 0.01);
      expect(estimate?.errorS).toBeLessThan(0.05);
    }
  });
});
