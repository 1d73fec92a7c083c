import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../src/domain/index.ts';
import { capacityCommand, reportOn } from '../../src/host/cli/capacityCommand.ts';
import { planCapacity } from '../../src/plan/capacity/capacity.ts';
import type { Placing } from '../../src/plan/cost/placings.ts';

const GB = 2 ** 30;

function capacity(freeGb: number) {
  const requirement = { priority: 'low' as const, latencyTargetMs: 2000, usedWith: 1, memoryBytes: [{ value: 3 * GB, probability: 1 }] };
  const personas = [{ persona: 'Shop', probability: 0.6, requirements: [{ resource: 'compose:shop/db', ...requirement }] }];
  return { ...planCapacity({ personas, now: 0, aheadMs: 1, free: { memoryBytes: freeGb * GB } }), basis: 'session' as const };
}

const placing = (rung: 'absent' | 'ready', memoryBytes: number, costPerHour: number, waitingS: number): Placing => ({
  resource: 'compose:shop/db',
  rung,
  provider: 'compose',
  readyMs: 1000 * waitingS,
  waitingS,
  moneyPerHour: 0,
  memoryBytes,
  cpuCores: 0,
  costPerHour,
});
const planOf = (p: Placing) => ({ placings: [p], totals: p, gap: 0 });
const curve = ok({ currency: 'EUR', front: [planOf(placing('absent', 0, 0, 4)), planOf(placing('ready', 3 * GB, 0.03, 0))] });

describe('prewarm capacity', () => {
  it('says what is expected, planned and free, what would give way and why, and the curve', () => {
    const { lines, json } = reportOn(capacity(2), curve);
    expect(lines).toEqual([
      'What will be asked for, by the session under way; planned is enough with a probability of 0.9:',
      '                      expected         planned            free',
      '  memory               1.80 GB         3.00 GB         2.00 GB',
      'What would give way, first to last:',
      '  compose:shop/db (Shop): 3.00 GB of memory are planned and 2.00 GB are free; its priority is low, it may take 2.0 s, and it is 60 % likely.',
      '',
      'Cost against waiting, the best plan for each cost:',
      '     EUR an hour   of it money     waiting      memory  warm',
      '          0.0000        0.0000      4.00 s     0.00 GB  nothing',
      '          0.0300        0.0000      0.00 s     3.00 GB  compose:shop/db (ready)',
    ]);
    expect(json).toMatchObject({ quantile: 0.9, basis: 'session', givingWay: [{ resource: 'compose:shop/db', dimension: 'memoryBytes' }] });
    expect(json).toHaveProperty('curve.front.1.totals.memoryBytes', 3 * GB);
  });

  it('nothing gives way where there is enough', () => expect(reportOn(capacity(4), curve).lines).toContain('Nothing has to give way.'));

  it('without a plan it says why, and still tells the capacity', () => {
    const { lines, faults } = reportOn(capacity(4), failed('unsupported', 'never', 'No plan.'));
    expect(faults?.map((f) => f.message)).toEqual(['No plan.']);
    expect(lines[0]).toContain('What will be asked for');
  });

  it.each(['0', '1', '2', 'much'])('--quantile %s is refused with one sentence', async (quantile) => {
    const result = await capacityCommand({
      positionals: [],
      options: { quantile },
      terminal: {} as never,
      signal: new AbortController().signal,
    });
    expect(!result.ok && result.fault).toMatchObject({
      code: 'wrong-usage',
      message: `--quantile must be between 0 and 1, not “${quantile}”.`,
    });
  });
});
