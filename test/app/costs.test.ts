import { describe, expect, it } from 'vitest';
import { costOf, readyP95MsOf, stepCosts, withStep } from '../../src/app/costs.ts';
import type { Step } from '../../src/app/ports.ts';
import type { Resource, Rung } from '../../src/domain/index.ts';

const climbs = (...ms: number[]) => ms.map((n) => ({ from: 'absent' as const, ms: n }));
const db = { id: 'db', kind: 'database', memoryBytes: 100 } as Resource;
const steps = (...all: [Rung, Rung, number][]): readonly Step[] => all.map(([from, to, ms]) => ({ from, to, ms }));

describe('the p95 time to ready', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 3],
    [Array.from({ length: 20 }, (_, i) => i + 1), 19],
    [Array.from({ length: 21 }, (_, i) => i + 1), 20],
  ])('of %j is %d', (ms, p95) => expect([...readyP95MsOf({ db: climbs(...ms) })]).toEqual([['db', p95]]));
  it('of nothing is not known', () => expect([...readyP95MsOf({ db: [] })]).toEqual([]));
});

describe('what a client would wait', () => {
  it.each<[string, Parameters<typeof costOf>[1], Parameters<typeof costOf>[2], number, boolean]>([
    ['is assumed by kind before anything was measured', 'absent', { climbs: [] }, 5000, false],
    ['less so where it was made', 'ready', { climbs: [] }, 3000, false],
    [
      'is the median of climbs from there',
      'created',
      { climbs: [...climbs(9000), ...[700, 900, 800].map((ms) => ({ from: 'created' as const, ms }))] },
      800,
      true,
    ],
    [
      'else the sum of the steps from there',
      'fetched',
      { climbs: [], steps: steps(['fetched', 'created', 100], ['created', 'running', 200], ['running', 'ready', 300]) },
      600,
      true,
    ],
    ['else what lower climbs took', 'created', { climbs: climbs(900) }, 900, true],
    ['never more than from further down', 'created', { climbs: [...climbs(900), { from: 'created', ms: 5000 }] }, 900, true],
    ['what is warm would rest as created', 'ready', { climbs: [{ from: 'created', ms: 400 }] }, 400, true],
    ['or as absent where its engine knows no more', 'ready', { climbs: climbs(4000), rungs: ['absent', 'running', 'ready'] }, 4000, true],
  ])('%s', (_, at, evidence, coldMs, measured) => expect(costOf(db, at, evidence)).toMatchObject({ coldMs, measured }));

  it('resuming is not taken for as slow as a start', () => {
    expect(costOf(db, 'created', { climbs: climbs(8000) }).readyMs?.paused).toBe(100);
    expect(costOf(db, 'created', { climbs: [...climbs(8000), { from: 'paused', ms: 30 }] }).readyMs?.paused).toBe(30);
  });
  it('what was measured of memory and processor wins over the guess', () => {
    expect(costOf(db, 'absent', { climbs: [] })).toMatchObject({ memoryBytes: 100, idleCores: 0.01 });
    expect(costOf(db, 'absent', { climbs: [], usage: { memoryBytes: 7, cpuCores: 0.2 } })).toMatchObject({
      memoryBytes: 7,
      idleCores: 0.2,
    });
  });
});

describe('steps', () => {
  it('are told with their spread, from the bottom up', () => {
    const measured = steps(...Array.from({ length: 11 }, (_, i) => ['created', 'running', i] as [Rung, Rung, number]), [
      'absent',
      'fetched',
      7,
    ]);
    expect(stepCosts(measured)).toEqual([
      { from: 'absent', to: 'fetched', medianMs: 7, p10Ms: 7, p90Ms: 7, times: 1 },
      { from: 'created', to: 'running', medianMs: 5, p10Ms: 1, p90Ms: 9, times: 11 },
    ]);
  });
  it('are kept twenty of a kind: the oldest gives way', () => {
    let kept: readonly Step[] = steps(['absent', 'fetched', 99]);
    for (let ms = 0; ms < 25; ms++) kept = withStep(kept, { from: 'created', to: 'running', ms });
    expect(kept.map((s) => s.ms)).toEqual([99, ...Array.from({ length: 20 }, (_, i) => i + 5)]);
  });
});
