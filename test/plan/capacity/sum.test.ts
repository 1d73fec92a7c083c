import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../src/domain/index.ts';
import { randomFrom } from '../../../src/learn/random.ts';
import { spectrumOf, spectrumQuantile } from '../../../src/plan/capacity/sum/fourier.ts';
import { sumOf } from '../../../src/plan/capacity/sum/sum.ts';
import { momentsOf, type Part, partOf, type Term, termOf } from '../../../src/plan/capacity/sum/term.ts';

const always = (value: number): Distribution => [{ value, probability: 1 }];
const maybe = (probability: number, ...parts: Distribution[]): Term =>
  termOf([{ probability, parts: parts.map((values) => partOf(values)) }]);

describe('the sum of what may be asked for', () => {
  it('of nothing is 0', () => {
    const sum = sumOf([], 1);
    expect([sum.mean, sum.quantile(0.9)]).toEqual([0, 0]);
  });

  it('of certain things is their sum', () => expect(sumOf([maybe(1, always(2)), maybe(1, always(3), always(4))], 1).quantile(0.9)).toBe(9));

  it.each([
    [0.89, 0],
    [0.9, 0],
    [0.91, 5],
  ])('one thing in ten, planned at %f: %f', (q, planned) => expect(sumOf([maybe(0.1, always(5))], 1).quantile(q)).toBe(planned));

  it('alternatives never come together', () => {
    const alternatives = termOf([
      { probability: 0.5, parts: [partOf(always(4))] },
      { probability: 0.5, parts: [partOf(always(6))] },
    ]);
    expect(sumOf([alternatives], 1).quantile(1)).toBe(6);
    expect(sumOf([maybe(0.5, always(4)), maybe(0.5, always(6))], 1).quantile(1)).toBe(10);
  });

  it('is exact: as enumerating every outcome', () => {
    const distribution = fc
      .array(fc.record({ value: fc.integer({ min: 0, max: 9 }), weight: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 3 })
      .map((all): Distribution => {
        const total = all.reduce((sum, p) => sum + p.weight, 0);
        return all.map((p) => ({ value: p.value, probability: p.weight / total }));
      });
    const upTo = (max: number) => fc.double({ min: 0, max, noNaN: true });
    const some = fc.tuple(distribution, upTo(1)).map(([values, p]) => partOf(values, p));
    const chance = fc.record({ probability: upTo(0.5), parts: fc.array(some, { maxLength: 2 }) });
    const terms = fc.array(fc.array(chance, { maxLength: 2 }).map(termOf), { maxLength: 3 });
    fc.assert(
      fc.property(terms, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (all, q) => {
        const outcomes = [...enumerated(all)].sort((a, b) => a[0] - b[0]);
        let reached = 0;
        const at = outcomes.find(([, p]) => (reached += p) >= q - 1e-9);
        expect(sumOf(all, 1).quantile(q)).toBeCloseTo(at?.[0] ?? 0, 9);
      }),
    );
  });
});

describe('the sum of very many', () => {
  /** Every persona asks for something else, so that nothing has a common step. */
  const crowd = (count: number, likely: number, seed: number): readonly Term[] => {
    const random = randomFrom(seed);
    return Array.from({ length: count }, () => {
      const scale = 10 ** (2 * random());
      return maybe(
        likely * random(),
        Array.from({ length: 4 }, () => ({ value: scale * random(), probability: 0.25 })),
      );
    });
  };

  it.each([
    ['hundreds that are rarely there', crowd(900, 0.05, 1)],
    ['thousands that are hardly ever there', crowd(3000, 0.01, 6)],
    ['hundreds that are often there', crowd(300, 1, 2)],
    ['400 of very different size', crowd(200, 0.1, 3)],
    ['one as large as all others together', [...crowd(400, 0.2, 4), maybe(0.3, always(2000.123))]],
    [
      'alternatives of three parts',
      Array.from({ length: 100 }, (_, i) => termOf([{ probability: 0.3, parts: crowdParts(i) }, ...maybe(0.2, always(i / 7)).chances])),
    ],
  ] as readonly [string, readonly Term[]][])('%s: as ten thousand draws', (_, terms) => {
    const sum = sumOf(terms, 1e-6);
    expect(sum.method).toBe('fourier');
    const drawn = draws(terms, 10_000, randomFrom(9));
    for (const q of [0.1, 0.5, 0.9, 0.99]) {
      const planned = sum.quantile(q);
      const share = drawn.filter((x) => x <= planned).length / drawn.length;
      // Four standard errors of the draws, and what the blur may move.
      expect(Math.abs(share - q)).toBeLessThan(4 * Math.sqrt((q * (1 - q)) / drawn.length) + 0.005);
    }
  });

  it('both ways agree where both can be had', () => {
    const random = randomFrom(5);
    const terms = Array.from({ length: 500 }, () => maybe(0.1, always(1 + Math.floor(8 * random()))));
    const [exact, sd] = [sumOf(terms, 1), Math.sqrt(momentsOf(terms).variance)];
    expect(exact.method).toBe('exact');
    const spectrum = spectrumOf(terms, momentsOf(terms));
    for (const q of [0.1, 0.5, 0.9, 0.99])
      expect(Math.abs(spectrumQuantile(spectrum, q) - exact.quantile(q))).toBeLessThan(0.5 + 0.01 * sd);
  });
});

function crowdParts(i: number): readonly Part[] {
  return [0, 1, 2].map((n) =>
    partOf(
      [
        { value: (i * (n + 1)) % 17.3, probability: 0.5 },
        { value: 3.7 + n / 3, probability: 0.5 },
      ],
      0.9,
    ),
  );
}

function* enumerated(terms: readonly Term[]): Generator<[number, number]> {
  const [term, ...others] = terms;
  if (!term) return yield [0, 1];
  const first = term.chances;
  for (const [rest, p] of enumerated(others)) {
    yield [rest, p * (1 - first.reduce((sum, c) => sum + c.probability, 0))];
    for (const { probability, parts } of first) for (const [value, own] of partsOf(parts)) yield [rest + value, p * probability * own];
  }
}

function* partsOf(parts: readonly Part[]): Generator<[number, number]> {
  const [first, ...others] = parts;
  if (!first) return yield [0, 1];
  for (const [rest, p] of partsOf(others)) {
    yield [rest, p * (1 - first.probability)];
    for (const { value, probability } of first.values) yield [rest + value, p * first.probability * probability];
  }
}

/** Plain loops: millions of draws. */
function draws(terms: readonly Term[], count: number, random: () => number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++) for (const term of terms) sums[i] = (sums[i] as number) + drawn(term, random);
  return sums;
}

function drawn(term: Term, random: () => number): number {
  let left = random();
  for (const { probability, parts } of term.chances) {
    left -= probability;
    if (left < 0) return partsDrawn(parts, random);
  }
  return 0;
}

function partsDrawn(parts: readonly Part[], random: () => number): number {
  let sum = 0;
  for (const part of parts) {
    let left = random();
    for (const { value, probability } of part.values) {
      left -= part.probability * probability;
      if (left >= 0) continue;
      sum += value;
      break;
    }
  }
  return sum;
}
