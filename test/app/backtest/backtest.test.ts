import { describe, expect, it } from 'vitest';
import { type BacktestOptions, backtest } from '../../../src/app/backtest/backtest.ts';
import type { Activity } from '../../../src/domain/index.ts';

const options: BacktestOptions = { actorsMin: 2, population: false, now: () => 0, progress: () => {} };

async function* trace(...rows: readonly (readonly [actor: string, at: number, resource: string])[]): AsyncIterable<readonly Activity[]> {
  yield rows.map(([actor, at, resource]) => ({ actor, at, resource }));
}

describe('backtest', () => {
  it('scores every activity after the first, from an empty model for each actor', async () => {
    const { events, actors, models } = await backtest(
      trace(['a', 1, 'x'], ['a', 2, 'x'], ['a', 3, 'y'], ['b', 4, 'y'], ['b', 5, 'x']),
      options,
    );
    expect([events, actors]).toEqual([3, 2]);
    expect(models.mfu?.micro).toMatchObject({ top1: 1 / 3, mrr: 1 / 3 });
    expect(models.mfu?.macro.top1).toBe(0.25);
    // x after x: 1/(1+1); a new one after two x: 1/(2+1); after y: 1/(1+1)
    expect(models.mfu?.micro.logLoss).toBeCloseTo((1 + Math.log2(3) + 1) / 3, 12);
    expect(models.mru?.micro.logLoss).toBeNull();
  });

  it('leaves out actors with too few activities', async () => {
    const rows = trace(['a', 1, 'x'], ['b', 2, 'x'], ['b', 3, 'x'], ['b', 4, 'x']);
    expect(await backtest(rows, { ...options, actorsMin: 3 })).toMatchObject({ events: 2, actors: 1 });
  });

  it('runs what is on demand only by name', async () => {
    const rows = () => trace(['a', 1, 'x'], ['a', 2, 'y']);
    expect(Object.keys((await backtest(rows(), options)).models)).not.toContain('gru');
    expect(Object.keys((await backtest(rows(), { ...options, models: ['gru', 'blend'] })).models)).toEqual(['gru', 'blend']);
  });

  it('knows with --population what others did before, and only before', async () => {
    const rows = () => trace(['a', 1, 'x'], ['a', 3, 'y'], ['a', 5, 'x'], ['a', 7, 'y'], ['b', 8, 'x'], ['b', 9, 'y']);
    const alone = await backtest(rows(), options);
    const together = await backtest(rows(), { ...options, population: true });
    expect([alone.events, together.events]).toEqual([4, 4]);
    expect(together.models['pooled-markov1']?.micro.top1).toBe(0.75);
    expect(alone.models.markov1?.micro.top1).toBeLessThan(0.75);
    const late = await backtest(trace(['a', 11, 'x'], ['a', 13, 'y'], ['b', 8, 'x'], ['b', 9, 'y']), { ...options, population: true });
    expect(late.models['pooled-markov1']?.micro.top1).toBe(0.5);
  });
});
