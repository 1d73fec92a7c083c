import { describe, expect, it } from 'vitest';
import { advise } from '../../../src/simulate/advice/advise.ts';
import { type Change, changed } from '../../../src/simulate/advice/change.ts';
import { causesOf } from '../../../src/simulate/practice/causes.ts';
import { deviations } from '../../../src/simulate/practice/holdAgainst.ts';
import { readPractices } from '../../../src/simulate/practice/practice.ts';
import shipped from '../../../src/simulate/practice/practices.json' with { type: 'json' };
import type { Scenario } from '../../../src/simulate/scenario/scenario.ts';
import { GRAPHS } from '../graphs.ts';
import { rehearsed } from '../personas.ts';

const practices = readPractices(shipped, 'p');
if (!practices.ok) throw new Error(practices.fault.message);
const set = practices.value;
const quiet = { pause: async () => {}, cancelled: () => false };
const shop = GRAPHS.shop as Scenario;

async function advised(...changes: readonly Change[]) {
  const scenario = changes.reduce(changed, shop);
  const now = { scenario, rehearsed: await rehearsed(scenario, { durationMs: 6000, replications: 2 }) };
  const result = await advise(now, causesOf(now, set), deviations(scenario, now.rehearsed.figures, set), {
    durationMs: 6000,
    seed: 1,
    ...quiet,
  });
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

describe('recommendations', () => {
  it('there are none where nothing is wrong, and nothing is simulated', async () => {
    expect(await advised()).toMatchObject({ advice: [], tried: 0 });
  });

  it.each([
    ['a small pool', { do: 'pool', of: 'api → db', to: 1 }, /give the pool api → db \d+ connections/],
    ['few workers', { do: 'concurrency', of: 'api', to: 10 }, /let api serve \d+ at once|replicas of api/],
    ['a slow disk', { do: 'time', of: 'db', factor: 12 }, /db 3 times as fast|of api → db from a cache|replicas of db/],
    ['a failing dependency', { do: 'errors', of: 'mail', rate: 0.6 }, /standby of mail/],
    ['a cold start', { do: 'rung', of: 'db', rung: 'created', startMs: 4000 }, /keep db on rung (ready|paused)/],
    ['a cold cache', { do: 'cache', of: 'api → db', hitRate: 0.02, ms: 0.4 }, /fill the cache before api → db/],
    ['a long time-out', { do: 'timeout', of: 'api → prices', ms: 60_000 }, /give api → prices up after/],
  ] as const)('of %s: what is against it comes first and helps', async (_, fault, text) => {
    const { advice, tried } = await advised(fault);
    const [first] = advice;
    expect(first?.text).toMatch(text);
    expect(first?.after.harmMs).toBeLessThan(0.8 * (first?.before.harmMs ?? 0));
    expect(tried).toBeGreaterThanOrEqual(advice.length);
    const others = advice.slice(1).map((a) => a.worthPerHour);
    expect(others).toEqual([...others].sort((a, b) => b - a));
    // What is simpler may come before what is as good.
    expect(first?.worthPerHour).toBeGreaterThanOrEqual(0.97 * Math.max(...advice.map((a) => a.worthPerHour)));
    for (const a of advice) expect(a.worthPerHour).toBeCloseTo(a.gainPerHour * (a.assumes ? 0.5 : 1) - a.costPerHour, 9);
  });

  it('of a retry storm: patience, or fewer retries', async () => {
    const { advice } = await advised({ do: 'timeout', of: 'api → db', ms: 4 }, { do: 'retries', of: 'api → db', times: 6, backoffMs: 1 });
    expect(advice[0]?.text).toMatch(/give api → db up after|try api → db again at most/);
  });

  it('of a start that comes once: its gain an hour is the smaller, the longer the rehearsal', async () => {
    const scenario = changed(shop, { do: 'rung', of: 'db', rung: 'created', startMs: 4000 });
    const now = { scenario, rehearsed: await rehearsed(scenario, { durationMs: 6000, replications: 2 }) };
    const gain = async (durationMs: number): Promise<number> => {
      const result = await advise(now, causesOf(now, set), [], { durationMs, seed: 1, ...quiet });
      return result.ok ? Math.max(...result.value.advice.map((a) => a.gainPerHour)) : Number.NaN;
    };
    expect((await gain(240_000)) / (await gain(2_400_000))).toBeCloseTo(10, 6);
  });

  it('for several causes are tried together, too, and are better than each', async () => {
    const { advice, together } = await advised({ do: 'errors', of: 'mail', rate: 0.6 }, { do: 'time', of: 'db', factor: 12 });
    expect(together?.texts.length).toBeGreaterThanOrEqual(2);
    expect(together?.after.harmMs).toBeLessThanOrEqual(Math.min(...advice.map((a) => a.after.harmMs)) * 1.02);
  });
});
