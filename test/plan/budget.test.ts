import { describe, expect, it } from 'vitest';
import type { Rung } from '../../src/domain/index.ts';
import { allot, type Option, type Wish } from '../../src/plan/budget.ts';

const BYTES: Record<string, number> = { a: 40, b: 40, c: 30, d: 10 };
const wish = (resource: string, valueS: number, more: { certain?: boolean; with?: string[]; lower?: Option[] } = {}): Wish => ({
  resource,
  certain: more.certain ?? false,
  options: [{ rung: 'ready', valueS, with: new Map((more.with ?? []).map((id) => [id, 'ready'])) }, ...(more.lower ?? [])],
});
const at = (rung: Rung, valueS = 0.1): Option => ({ rung, valueS, with: new Map() });
const memoryAt = (id: string, rung: Rung): number => (rung === 'ready' || rung === 'paused' ? (BYTES[id] ?? 0) : 0);
const of = (wishes: Wish[], budget: number) => {
  const { granted, usedBytes } = allot(wishes, memoryAt, budget);
  return [[...granted.keys()], usedBytes];
};

describe('what is granted', () => {
  it.each([
    ['all that fits', [wish('a', 1), wish('c', 1)], 70, [['c', 'a'], 70]],
    ['not a byte more', [wish('a', 1), wish('c', 1)], 69, [['c'], 30]],
    ['most value per byte first', [wish('a', 4), wish('c', 3.1)], 40, [['c'], 30]],
    ['then by name', [wish('b', 1), wish('a', 1)], 40, [['a'], 40]],
    ['what is too big leaves room for what is not', [wish('a', 9), wish('b', 8), wish('d', 0.1)], 50, [['a', 'd'], 50]],
    ['what a person asked for, always and first', [wish('a', 9), wish('b', 0, { certain: true })], 10, [['b'], 40]],
    ['certain ones by value too', [wish('a', 1, { certain: true }), wish('b', 2, { certain: true })], 0, [['b', 'a'], 80]],
    ['with all that it depends on', [wish('a', 9, { with: ['c', 'd'] })], 80, [['a', 'c', 'd'], 80]],
    ['or not at all', [wish('a', 9, { with: ['c', 'd'] })], 79, [[], 0]],
    ['what is shared is paid once', [wish('a', 9, { with: ['c'] }), wish('b', 1, { with: ['c'] })], 110, [['a', 'c', 'b'], 110]],
    ['nothing of nothing', [], 100, [[], 0]],
  ] as const)('%s', (_, wishes, budget, result) => expect(of([...wishes], budget)).toEqual(result));
});

describe('at which rung', () => {
  const rungs = (wishes: Wish[], budget: number) => Object.fromEntries(allot(wishes, memoryAt, budget).granted);
  it.each([
    ['the best where it fits', [wish('a', 9, { lower: [at('created')] })], 40, { a: 'ready' }],
    ['the next lower that does where it does not', [wish('a', 9, { lower: [at('created')] })], 39, { a: 'created' }],
    ['one that holds as much does not fit either', [wish('a', 9, { lower: [at('paused'), at('created')] })], 39, { a: 'created' }],
    ['a higher one is no way out', [{ ...wish('a', 9), options: [at('paused', 2), at('ready', 1)] }], 39, {}],
    ['what comes later gets what is left', [wish('b', 2, { lower: [at('created')] }), wish('a', 9)], 50, { a: 'ready', b: 'created' }],
    [
      'what a wish needs is raised to it',
      [wish('a', 9, { with: ['c'] }), { ...wish('c', 1), options: [at('created')] }],
      70,
      { a: 'ready', c: 'ready' },
    ],
    [
      'and paid for once it holds memory',
      [{ ...wish('c', 99), options: [at('created', 99)] }, wish('a', 9, { with: ['c'] })],
      69,
      { c: 'created' },
    ],
  ] as const)('%s', (_, wishes, budget, result) => expect(rungs([...wishes] as Wish[], budget)).toEqual(result));
  it('says whose best was refused', () => {
    const { refused } = allot([wish('a', 9, { lower: [at('created')] }), wish('b', 8), wish('d', 7)], memoryAt, 10);
    expect([...refused]).toEqual(['a', 'b']);
  });
});
