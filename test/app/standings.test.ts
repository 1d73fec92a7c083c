import { describe, expect, it } from 'vitest';
import { createStandings } from '../../src/app/standings.ts';
import type { Decision, LedgerEntry, Observation, Resource, Rung } from '../../src/domain/index.ts';

const ID = 'compose:shop/db';
const at = (rung: Rung | 'unknown', time: number, owner: Observation['owner'] = 'prewarm'): Observation => ({
  id: ID,
  rung,
  at: time,
  backends: [],
  owner,
});

function world() {
  const entries: LedgerEntry[] = [];
  const standings = createStandings({
    now: () => 9000,
    resource: () => ({ id: ID, kind: 'database', memoryBytes: 1 }) as Resource,
    probability: () => 0.8,
    asked: () => false,
    climbs: () => [],
    enter: (e) => entries.push(e),
  });
  const it = standings.of(ID);
  /** What a pass does when it decides to warm, and a climb when it ends. */
  const warming = (): void => {
    standings.observed(at('absent', 0, 'none'));
    it.target = 'ready';
    it.decision = { reason: { code: 'worth-it', text: '' }, probability: 0.8 } as Decision;
    it.coldMs = 4000;
  };
  return { standings, it, entries, warming };
}

describe('from prediction to use', () => {
  it('ready before it is used: a hit that waited for nothing', () => {
    const { standings, entries, warming } = world();
    warming();
    standings.observed(at('ready', 4000));
    standings.used(ID, 6000);
    expect(entries).toEqual([expect.objectContaining({ outcome: 'hit', waitedMs: 0, savedMs: 4000, warmMs: 2000 })]);
  });

  it.each([
    ['ready', 6000],
    ['climbing', 3000],
  ])('used when %s and cooled when the session is over: it was not for nothing', (_when, used) => {
    const { standings, entries, warming } = world();
    warming();
    if (used > 4000) standings.observed(at('ready', 4000));
    standings.used(ID, used);
    if (used < 4000) standings.observed(at('ready', 4000));
    standings.endSession();
    standings.observed(at('created', 9000));
    expect(entries.map((e) => e.outcome)).toEqual(['hit']);
    warming();
    standings.observed(at('ready', 14_000));
    standings.observed(at('created', 19_000));
    expect(entries.map((e) => e.outcome)).toEqual(['hit', 'wasted']);
  });

  it('used while it is still climbing: a hit that waited for the rest', () => {
    const { standings, entries, warming } = world();
    warming();
    standings.used(ID, 3000);
    standings.observed(at('ready', 4000));
    expect(entries).toEqual([expect.objectContaining({ outcome: 'hit', waitedMs: 1000, savedMs: 3000 })]);
  });

  it('used when nothing was foreseen: a miss', () => {
    const { standings, entries } = world();
    standings.observed(at('absent', 0, 'none'));
    standings.used(ID, 3000);
    standings.observed(at('ready', 7000));
    expect(entries).toEqual([expect.objectContaining({ outcome: 'miss', waitedMs: 4000, savedMs: 0 })]);
  });

  it('proposed in time, but the mode only watches: would have been a hit', () => {
    const { standings, it: standing, entries } = world();
    standings.observed(at('absent', 0, 'none'));
    standing.proposedSince = 0;
    standing.coldMs = 4000;
    standings.used(ID, 5000);
    standings.observed(at('ready', 9000, 'developer'));
    expect(entries).toEqual([expect.objectContaining({ outcome: 'would-hit', savedMs: 0 })]);
  });

  it('warm and never used: a waste of its warm time', () => {
    const { standings, entries, warming } = world();
    warming();
    standings.observed(at('ready', 4000));
    standings.observed(at('created', 9000));
    expect(entries).toEqual([expect.objectContaining({ outcome: 'wasted', warmMs: 5000 })]);
  });

  it('counts once a session', () => {
    const { standings, entries, warming } = world();
    warming();
    standings.observed(at('ready', 4000));
    standings.used(ID, 5000);
    standings.used(ID, 6000);
    standings.endSession();
    standings.used(ID, 7000);
    expect(entries).toHaveLength(2);
  });

  it('what the developer started, unforeseen, is no entry', () => {
    const { standings, entries } = world();
    standings.observed(at('ready', 0, 'developer'));
    standings.used(ID, 1000);
    expect(entries).toEqual([]);
  });
});
