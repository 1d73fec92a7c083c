import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../../src/app/backtest/warm/policies.ts';
import { type WarmOptions, warmBacktest } from '../../../src/app/backtest/warm/warmBacktest.ts';
import type { Activity } from '../../../src/domain/index.ts';
import { curvePlot } from '../../../src/show/curvePlot.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5, 9);
const options: WarmOptions = { key: 'actor-resource', coldStartMs: 2000, patienceMinutes: 33, now: () => 0, progress: () => {} };

async function* trace(...activities: readonly Activity[]): AsyncIterable<readonly Activity[]> {
  yield activities;
}
const use = (minute: number, resource = 'db', actor = 'ann'): Activity => ({ at: START + minute * MINUTE, actor, resource });

describe('the warm-or-not decision', () => {
  it('counts as the protocol says: first uses are cold, the end of a timeout is warm, nothing counts after the last use', async () => {
    const { policies, keys } = await warmBacktest(trace(use(0), use(10), use(21), use(300)), undefined, options);
    expect(keys).toBe(1);
    const of = (name: string) => ({
      cold: policies[name]?.coldStarts,
      idle: Number(policies[name]?.idleWarmMinutes.toFixed(9)),
    });
    expect(of('never')).toEqual({ cold: 4, idle: 0 });
    expect(of('always')).toEqual({ cold: 1, idle: 300 });
    expect(of('oracle')).toEqual({ cold: 1, idle: 0 });
    expect(of('fixed 10 min')).toEqual({ cold: 3, idle: 30 });
    expect(of('fixed 20 min')).toEqual({ cold: 2, idle: 41 });
    expect(of('hybrid')).toEqual({ cold: 2, idle: 10 + (11 - 9) + (13.2 - 9) });
    expect(policies.always).toMatchObject({ uses: 4, coldStartRate: 0.25, coldStartRateP75: 0.25, secondsSaved: 6 });
  });

  it('keys by actor and resource, or by resource alone', async () => {
    const uses = () => trace(use(0), use(5, 'db', 'ben'), use(6, 'cache'), use(8));
    const apart = await warmBacktest(uses(), undefined, options);
    const together = await warmBacktest(uses(), undefined, { ...options, key: 'resource' });
    expect([apart.keys, together.keys]).toEqual([3, 2]);
    expect([apart.policies.always?.coldStarts, together.policies.always?.coldStarts]).toEqual([3, 2]);
  });

  it('has a curve that falls from cold to idle, and is no more than a fifth above the timeout that fits these uses', async () => {
    const uses = Array.from({ length: 400 }, (_, i) => use(i * 7 + (i % 20 === 0 ? 600 : 0) + Math.floor(i / 20) * 600));
    const { curve, policies, shipped } = await warmBacktest(trace(...uses), undefined, options);
    for (let i = 1; i < curve.length; i++) {
      expect(curve[i]?.coldStarts).toBeLessThanOrEqual(curve[i - 1]?.coldStarts as number);
      expect(curve[i]?.idleWarmMinutes).toBeGreaterThanOrEqual(curve[i - 1]?.idleWarmMinutes as number);
    }
    expect(curve[0]?.coldStarts).toBeGreaterThan(300);
    expect(policies[shipped]).toMatchObject({ uses: 400 });
    const beside = curve.findLast((p) => p.idleWarmMinutes <= (policies['fixed 20 min']?.idleWarmMinutes as number));
    expect(beside?.coldStarts).toBeLessThan(1.2 * (policies['fixed 20 min']?.coldStarts as number));
  });

  it('uses a context: what always comes before a use makes it warm', async () => {
    const minutes = Array.from({ length: 60 }, (_, i) => i * 90 + ((i * 37) % 50));
    const uses = () => trace(...minutes.map((m) => use(m)));
    const context = trace(...minutes.flatMap((m) => [use(m - 2, 'editor:sql'), use(m - 1, 'editor:test')]));
    const at = async (c?: AsyncIterable<readonly Activity[]>) =>
      (await warmBacktest(uses(), c, options)).curve.findLast((p) => p.idleWarmMinutes <= 600)?.coldStarts as number;
    expect(await at(context)).toBeLessThan(0.6 * (await at()));
  });
});

describe('the policies it is held against', () => {
  const intervals = (name: keyof typeof POLICIES, learnt: readonly number[], from: number, to: number) => {
    const policy = (POLICIES[name] as () => ReturnType<NonNullable<(typeof POLICIES)[string]>>)();
    for (const minute of learnt) policy.learn({ at: START + minute * MINUTE, actor: 0, use: 0 });
    return policy.warm(0, START + from * MINUTE, START + to * MINUTE).map((i) => [(i.from - START) / MINUTE, (i.to - START) / MINUTE]);
  };

  it.each([
    ['hour of week', [0], 0, 90, [[0, 60]]],
    ['hour of week', [0], 0, 60, [[0, 60]]],
    ['hour of week', [0, 70], 70, 100, [[70, 100]]],
    ['last session', [0], 0, 20, [[0, 20]]],
    ['last session', [0], 0, 40, [[0, 30]]],
    ['last session', [0, 10], 10, 45, [[10, 40]]],
    ['never', [0], 0, 5, []],
    ['always', [0], 0, 5, [[0, 5]]],
  ] as const)('%s, after %j, from %s to %s: %j', (name, learnt, from, to, expected) =>
    expect(intervals(name, learnt, from, to)).toEqual(expected),
  );

  it('last session warms again at the first activity of the next', () => {
    const policy = (POLICIES['last session'] as () => ReturnType<NonNullable<(typeof POLICIES)[string]>>)();
    policy.learn({ at: START, actor: 0, use: 0 });
    policy.learn({ at: START + 500 * MINUTE, actor: 0, activity: 1 });
    expect(policy.warm(0, START, START + 510 * MINUTE)).toEqual([
      { from: START + 500 * MINUTE, to: START + 510 * MINUTE },
      { from: START, to: START + 30 * MINUTE },
    ]);
  });
});

describe('the plot', () => {
  it('is well-formed, names what it shows and escapes it', () => {
    const svg = curvePlot({
      title: 'a < b & "c"',
      curve: { name: 'rhythm', points: [1, 2, 3].map((i) => ({ idleWarmMinutes: 1000 * i, coldStartRate: 0.5 / i })) },
      floor: { name: 'oracle', coldStartRate: 0.01 },
      marks: [
        { name: 'fixed', idleWarmMinutes: 2000, coldStartRate: 0.3 },
        { name: 'tiny', idleWarmMinutes: 0, coldStartRate: 1 },
      ],
    });
    expect(svg).toContain('a &#60; b &#38; &#34;c&#34;');
    expect(svg).toContain('>fixed<');
    expect(svg).not.toContain('>tiny<');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect([...svg.matchAll(/<(\w+)[ >]/g)].length).toBeGreaterThan(10);
  });
});
