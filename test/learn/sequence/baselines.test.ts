import { describe, expect, it } from 'vitest';
import { createFrequency } from '../../../src/learn/sequence/frequency.ts';
import { createHourOfWeek } from '../../../src/learn/sequence/hourOfWeek.ts';
import { createIpam } from '../../../src/learn/sequence/ipam.ts';
import { rankOf } from '../../../src/learn/sequence/nextModel.ts';
import { lastOf, madeOccasion, madeSequence, ranksBy, toldBy } from './made.ts';

const HOUR = 3_600_000;

describe('rankOf', () => {
  it('is 1 + how many others stand before, never counting itself', () => {
    expect(rankOf(2, 4, () => true)).toBe(4);
    expect(rankOf(2, 4, () => false)).toBe(1);
    expect(rankOf(2, 4, (other) => other > 2)).toBe(2);
    expect(rankOf(0, 0, () => true)).toBe(1);
  });
});

describe('frequency', () => {
  it.each(['count', 'recency'] as const)('by %s, as counted anew at each step', (by) => {
    const model = createFrequency(by);
    const sequence = madeSequence(60, 1);
    for (const [i, symbol] of sequence.entries()) {
      model.observe(symbol, madeOccasion(i));
      const seen = sequence.slice(0, i + 1);
      const known = Math.max(...seen) + 1;
      const count = (s: number) => seen.filter((x) => x === s).length;
      const later = (a: number, b: number) => lastOf(seen, a) > lastOf(seen, b);
      const told = toldBy(model, known);
      expect(told.ranks).toEqual(ranksBy(known, (a, b) => (by === 'count' && count(a) !== count(b) ? count(a) > count(b) : later(a, b))));
      const of = (n: number) => (by === 'count' ? n / (seen.length + known) : undefined);
      expect([told.p, told.ofNew]).toEqual([Array.from({ length: known }, (_, s) => of(count(s))), of(known)]);
    }
  });
});

describe('hour of the week', () => {
  it('by hand: Monday 9:00 had 0 and 1; at 10:00 there is only what all hours say, five counts of it', () => {
    const model = createHourOfWeek();
    const nine = Date.UTC(2026, 0, 5, 9);
    model.observe(0, { at: nine, workspace: 0 });
    model.observe(0, { at: nine + HOUR - 1, workspace: 0 });
    // Of 2 events and 1 kind: (2 + 5 · 2/3) / (2 + 5), and 5 · 1/3 / 7 is left for what is new.
    expect(model.score(0).probability).toBeCloseTo((2 + 10 / 3) / 7, 12);
    expect(model.newProbability()).toBeCloseTo(5 / 3 / 7, 12);
    model.observe(1, { at: nine + HOUR, workspace: 0 });
    // 10:00 had 1 once; overall 2/5, 1/5 and 2/5 for new.
    expect(toldBy(model, 2)).toEqual({ p: [2 / 6, 2 / 6], ranks: [2, 1], ofNew: 2 / 6 });
    model.observe(0, { at: nine + 2 * HOUR, workspace: 0 });
    // 11:00 had 0; overall 3/6 and 1/6.
    expect(model.score(0).probability).toBeCloseTo((1 + 5 * 0.5) / 6, 12);
  });

  it('comes back to the same hour a week later, not a day later', () => {
    const at = (week: number, day: number) => Date.UTC(2026, 0, 5 + day + 7 * week, 9);
    const model = createHourOfWeek();
    for (let i = 0; i < 10; i++) model.observe(0, { at: at(0, 0), workspace: 0 });
    for (let i = 0; i < 10; i++) model.observe(1, { at: at(0, 1), workspace: 0 });
    model.observe(1, { at: at(1, 0), workspace: 0 });
    // 10 times 0 and once 1 in this hour; overall 10/23 and 11/23.
    expect(model.score(0).probability).toBeCloseTo((10 + 50 / 23) / 16, 12);
    expect(model.score(1).probability).toBeCloseTo((1 + 55 / 23) / 16, 12);
  });

  it('as counted anew at each step', () => {
    const model = createHourOfWeek();
    const sequence = madeSequence(80, 2);
    const hour = (i: number) => Math.floor(madeOccasion(i).at / HOUR) % 168;
    for (const [i, symbol] of sequence.entries()) {
      model.observe(symbol, madeOccasion(i));
      const seen = sequence.slice(0, i + 1);
      const known = Math.max(...seen) + 1;
      const here = seen.filter((_, j) => hour(j) === hour(i));
      const share = (s: number) =>
        (here.filter((x) => x === s).length + (5 * seen.filter((x) => x === s).length) / (seen.length + known)) / (here.length + 5);
      const told = toldBy(model, known);
      for (let s = 0; s < known; s++) expect(told.p[s]).toBeCloseTo(share(s), 12);
      expect(told.ofNew).toBeCloseTo((5 * known) / (seen.length + known) / (here.length + 5), 12);
      expect(told.ranks).toEqual(
        ranksBy(known, (a, b) => (Math.abs(share(a) - share(b)) > 1e-12 ? share(a) > share(b) : lastOf(seen, a) > lastOf(seen, b))),
      );
    }
  });
});

/**
 * IPAM as Davison and Hirsh (1998) have it, over whole tables: at each step the row of the last symbol, and the table's common
 * row, fade by α = 0.8, and the next symbol gets 0.2. What a row has not learnt yet it takes from the common row.
 */
function naiveIpam(sequence: readonly number[]): { p: number[]; row: number[]; common: number[]; ofNew: number } {
  const known = Math.max(...sequence) + 1;
  const zeros = () => Array<number>(known).fill(0);
  const rows = Array.from({ length: known }, zeros);
  const taught = (row: readonly number[], symbol: number) => row.map((w, s) => 0.8 * w + (s === symbol ? 0.2 : 0));
  let common = zeros();
  for (const [i, symbol] of sequence.entries()) {
    const before = sequence[i - 1];
    if (before !== undefined) rows[before] = taught(rows[before] as number[], symbol);
    common = taught(common, symbol);
  }
  const row = rows[sequence.at(-1) as number] as number[];
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const n = sequence.length;
  const p = row.map((w, s) => {
    const mixed = w + ((1 - sum(row)) * (common[s] as number)) / sum(common);
    return (n / (n + known)) * (0.9 * mixed + (0.1 * sequence.filter((x) => x === s).length) / n);
  });
  return { p, row, common, ofNew: known / (n + known) };
}

describe('ipam', () => {
  it('by hand on 0 1 0: after 0 came 1 once (0.2), the common row is 0.328, 0.16 of 0.488', () => {
    const model = createIpam();
    for (const [i, symbol] of [0, 1, 0].entries()) model.observe(symbol, madeOccasion(i));
    expect(model.score(1).probability).toBeCloseTo(0.6 * (0.9 * (0.2 + (0.8 * 0.16) / 0.488) + 0.1 / 3), 12);
    expect(model.score(0).probability).toBeCloseTo(0.6 * (0.9 * ((0.8 * 0.328) / 0.488) + 0.2 / 3), 12);
    expect(model.newProbability()).toBe(0.4);
    expect(toldBy(model, 2).ranks).toEqual([2, 1]);
  });

  it('says what a naive one says, at each of 60 steps of six sequences', () => {
    for (let seed = 0; seed < 6; seed++) {
      const sequence = madeSequence(60, 40 + seed);
      const model = createIpam();
      for (const [i, symbol] of sequence.entries()) {
        model.observe(symbol, madeOccasion(i));
        const seen = sequence.slice(0, i + 1);
        const { p, row, common, ofNew } = naiveIpam(seen);
        const told = toldBy(model, p.length);
        for (const [s, expected] of p.entries()) expect(told.p[s]).toBeCloseTo(expected, 10);
        expect(told.ofNew).toBeCloseTo(ofNew, 12);
        const differ = (a: number, b: number) => Math.abs(a - b) > 1e-12;
        expect(told.ranks).toEqual(
          ranksBy(p.length, (a, b) => {
            const [weights] = [row, common].filter((w) => differ(w[a] as number, w[b] as number)) as [number[]];
            return (weights[a] as number) > (weights[b] as number);
          }),
        );
      }
    }
  });

  it('ranks by recency what has faded to nothing', () => {
    const model = createIpam();
    const sequence = [0, 1, 2, 1, 0, ...Array<number>(4000).fill(3)];
    for (const [i, symbol] of sequence.entries()) model.observe(symbol, madeOccasion(i));
    expect(toldBy(model, 4).ranks).toEqual([2, 3, 4, 1]);
  });
});
