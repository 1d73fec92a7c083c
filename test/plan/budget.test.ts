import { describe, expect, it } from 'vitest';
import { allot, type Wish } from '../../src/plan/budget.ts';

const BYTES: Record<string, number> = { a: 40, b: 40, c: 30, d: 10 };
const wish = (resource: string, valueS: number, more: Partial<Wish> = {}): Wish => ({
  resource,
  valueS,
  memoryBytes: BYTES[resource] ?? 0,
  certain: false,
  with: [],
  ...more,
});
const of = (wishes: Wish[], budget: number) => {
  const { granted, usedBytes } = allot(wishes, (id) => BYTES[id] ?? 0, budget);
  return [[...granted], usedBytes];
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
