import { describe, expect, it } from 'vitest';
import { type Cost, RUNGS, type Rung } from '../../src/domain/index.ts';
import { comparison, rungValues, type Standpoint } from '../../src/plan/rungValues.ts';

const GB = 2 ** 30;
const CONTAINER = RUNGS.slice(0, -1);
const PRICES = { secondsPerGigabyteSecond: 0.005, secondsPerCoreSecond: 0.005, secondsPerWrongStart: 1, secondsPerWrongPreparation: 0.2 };
const cost: Cost = {
  resource: 'db',
  coldMs: 10_000,
  measured: true,
  memoryBytes: GB / 4,
  readyMs: { absent: 10_000, fetched: 4000, created: 3000, paused: 100, running: 2000 },
  idleCores: 0.1,
};
const at = (rung: Rung, probability: number, more: Partial<Standpoint> = {}): Standpoint => ({
  at: rung,
  rungs: CONTAINER,
  need: { resource: 'db', probability, horizonMs: 600_000, etaMs: 60_000, because: '' },
  cost,
  prices: PRICES,
  ...more,
});
const best = (standpoint: Standpoint): Rung | undefined => rungValues(standpoint).find((v) => v.valueS > 0)?.rung;

describe('the rung that is worth most', () => {
  it.each<[string, Standpoint, Rung | undefined]>([
    ['a likely use: ready, for what it takes of the processor', at('absent', 0.99), 'ready'],
    ['less likely: paused, which takes none', at('absent', 0.7), 'paused'],
    ['unlikely: made, which holds no memory', at('absent', 0.1), 'created'],
    ['as good as never: nothing', at('absent', 0.01), undefined],
    ['made already, an unlikely use is worth no more', at('created', 0.1), undefined],
    ['what runs is kept where it would not be started: its start is paid', at('ready', 0.38), 'paused'],
    ['to be started, it is not', at('created', 0.38), undefined],
    ['without a processor to save there is nothing to pause for', at('absent', 0.7, { cost: { ...cost, idleCores: 0 } }), 'ready'],
    ['an engine that cannot pause', at('absent', 0.7, { rungs: ['absent', 'running', 'ready'] }), 'ready'],
    ['what was never measured is as slow from every rung', at('absent', 0.1, { cost: { ...cost, readyMs: {} } }), undefined],
  ])('%s', (_, standpoint, rung) => expect(best(standpoint)).toBe(rung));

  it('is told against the next', () => {
    const [ready, paused, created] = ['ready', 'paused', 'created'].map((rung) =>
      rungValues(at('absent', 0.9)).find((v) => v.rung === rung),
    );
    if (!ready || !paused || !created) throw new Error('A rung is missing.');
    expect(comparison(paused, ready)).toBe('Paused instead of ready: costs no processor, 0.1 s slower.');
    expect(comparison(ready, paused)).toBe('Ready instead of paused: costs 0.1 of a core, 0.1 s faster.');
    expect(comparison(created, paused)).toBe('Created instead of paused: costs no memory, 2.9 s slower.');
    expect(comparison(paused, created)).toBe('Paused instead of created: costs 256 MB, 2.9 s faster.');
  });

  it('`running` is no place to stay', () => expect(rungValues(at('absent', 0.9)).map((v) => v.rung)).not.toContain('running'));
});
