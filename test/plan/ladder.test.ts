import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNGS, type Rung, rungIndex } from '../../src/domain/index.ts';
import { floorRung, goalOf, holdsMemory, pathFrom, restOf, warmRung } from '../../src/plan/ladder.ts';

const CONTAINER = RUNGS.slice(0, rungIndex('ready') + 1);
const PROCESS: readonly Rung[] = ['absent', 'running', 'ready'];
const DATASET: readonly Rung[] = ['absent', 'fetched', 'seeded'];

describe('the way from rung to rung', () => {
  it.each<[Rung, Rung, readonly Rung[], readonly Rung[]]>([
    ['absent', 'ready', CONTAINER, ['fetched', 'created', 'running', 'ready']],
    ['created', 'ready', CONTAINER, ['running', 'ready']],
    ['paused', 'ready', CONTAINER, ['running', 'ready']],
    ['created', 'paused', CONTAINER, ['running', 'ready', 'paused']],
    ['running', 'paused', CONTAINER, ['ready', 'paused']],
    ['ready', 'paused', CONTAINER, ['paused']],
    ['ready', 'created', CONTAINER, ['created']],
    ['paused', 'created', CONTAINER, ['created']],
    ['ready', 'absent', CONTAINER, ['created', 'fetched', 'absent']],
    ['created', 'absent', CONTAINER, ['fetched', 'absent']],
    ['absent', 'fetched', CONTAINER, ['fetched']],
    ['ready', 'ready', CONTAINER, []],
    ['absent', 'ready', PROCESS, ['running', 'ready']],
    ['ready', 'absent', PROCESS, ['absent']],
    ['absent', 'seeded', DATASET, ['fetched', 'seeded']],
  ])('from %s to %s', (from, to, rungs, path) => expect(pathFrom(from, to, rungs)).toEqual(path));

  it('ends where it should, by rungs of the engine, each once, and turns at most once (property)', () => {
    const rung = fc.constantFrom(...CONTAINER);
    fc.assert(
      fc.property(rung, rung, (from, to) => {
        const path = pathFrom(from, to, CONTAINER);
        expect(path.at(-1) ?? from).toBe(to);
        expect(new Set(path).size).toBe(path.length);
        expect(path).not.toContain(from);
        const directions = path.map((r, i) => Math.sign(rungIndex(r) - rungIndex(path[i - 1] ?? from)));
        const turns = directions.filter((d, i) => i > 0 && d !== directions[i - 1]).length;
        expect(turns).toBeLessThanOrEqual(to === 'paused' ? 1 : 0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('rungs of an engine', () => {
  it.each([
    [CONTAINER, 'ready'],
    [DATASET, 'seeded'],
    [[], 'absent'],
  ] as const)('%j: as warm as %s', (rungs, top) => expect(warmRung(rungs)).toBe(top));
  it.each([
    ['ready', DATASET, 'seeded'],
    ['created', PROCESS, 'absent'],
    ['paused', PROCESS, 'absent'],
    ['paused', CONTAINER, 'paused'],
  ] as const)('%s is meant as', (wished, rungs, goal) => expect(goalOf(wished, rungs)).toBe(goal));
  it.each([
    ['ready', CONTAINER, 'created'],
    ['fetched', CONTAINER, 'fetched'],
    ['absent', CONTAINER, 'absent'],
    ['ready', PROCESS, 'absent'],
  ] as const)('from %s it rests', (at, rungs, rest) => expect(restOf(at, rungs)).toBe(rest));
  it('holds memory from paused on', () => expect(RUNGS.filter(holdsMemory)).toEqual(['paused', 'running', 'ready', 'seeded']));
  it('has nothing below its lowest', () => expect(floorRung('absent', ['ready'])).toBe('absent'));
});
