import { chanceOf, type Moments, type Part, type Term } from './term.ts';

/** Probabilities of `(first + i) · step`. */
export interface Lattice {
  readonly step: number;
  readonly first: number;
  readonly mass: Float64Array;
}

/** Mass at the ends that is dropped after each summand: a million of them lose less than a millionth. */
const NEGLIGIBLE = 1e-12;
/** A sum is hardly ever wider than that many standard deviations, which is for the estimate of work alone. */
const WIDE = 16;

/** The largest step, a multiple of `unit`, that all values are multiples of, once they are rounded to whole units. */
export function stepOf(terms: readonly Term[], unit: number): number {
  let common = 0;
  for (const term of terms)
    for (const { parts } of term.chances)
      for (const part of parts)
        for (const { value } of part.values) {
          common = greatestCommon(Math.round(value / unit), common);
          if (common === 1) return unit;
        }
  return Math.max(1, common) * unit;
}

function greatestCommon(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/** About how many multiplications the exact sum takes. */
export function workOf(terms: readonly Term[], { variance, largest, points }: Moments, step: number): number {
  return (points + terms.length) * (Math.min(largest, WIDE * Math.sqrt(variance)) / step + 1);
}

/** The distribution of the sum, by convolution; exact for values that are multiples of `step`. */
export function latticeSum(terms: readonly Term[], step: number): Lattice {
  let sum: Lattice = { step, first: 0, mass: Float64Array.of(1) };
  for (const term of terms) sum = trimmed(convolved(sum, massOf(term, step)));
  return sum;
}

export function latticeQuantile({ step, first, mass }: Lattice, q: number): number {
  let sum = 0;
  for (const [i, p] of mass.entries()) {
    sum += p;
    if (sum >= q - 1e-9) return (first + i) * step;
  }
  return (first + mass.length - 1) * step;
}

function massOf(term: Term, step: number): Float64Array {
  const chances = term.chances.map(({ probability, parts }) => ({ probability, mass: partsMass(parts, step) }));
  const all = new Float64Array(Math.max(1, ...chances.map((c) => c.mass.length)));
  all[0] = 1 - chanceOf(term);
  for (const { probability, mass } of chances) for (const [i, p] of mass.entries()) all[i] = (all[i] as number) + probability * p;
  return all;
}

function partsMass(parts: readonly Part[], step: number): Float64Array {
  let sum: Lattice = { step, first: 0, mass: Float64Array.of(1) };
  for (const part of parts) sum = convolved(sum, partMass(part, step));
  return sum.mass;
}

function partMass({ probability, values }: Part, step: number): Float64Array {
  const at = values.map((p) => Math.round(p.value / step));
  const mass = new Float64Array(Math.max(0, ...at) + 1);
  let rest = 1;
  for (const [i, p] of values.entries()) {
    mass[at[i] as number] = (mass[at[i] as number] as number) + probability * p.probability;
    rest -= probability * p.probability;
  }
  mass[0] = (mass[0] as number) + Math.max(0, rest);
  return mass;
}

function convolved({ step, first, mass }: Lattice, other: Float64Array): Lattice {
  const sum = new Float64Array(mass.length + other.length - 1);
  for (let j = 0; j < other.length; j++) {
    const p = other[j] as number;
    if (p === 0) continue;
    for (let i = 0; i < mass.length; i++) sum[i + j] = (sum[i + j] as number) + p * (mass[i] as number);
  }
  return { step, first, mass: sum };
}

function trimmed({ step, first, mass }: Lattice): Lattice {
  let [from, until] = [0, mass.length];
  for (let low = 0; from < until - 1 && low + (mass[from] as number) < NEGLIGIBLE; from++) low += mass[from] as number;
  for (let high = 0; until > from + 1 && high + (mass[until - 1] as number) < NEGLIGIBLE; until--) high += mass[until - 1] as number;
  return { step, first: first + from, mass: mass.subarray(from, until) };
}
