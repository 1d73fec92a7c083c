import { bunched, bunchLog } from './bunch.ts';
import { type Pool, pooled, RARE } from './pool.ts';
import { chanceOf, type Moments, momentsOf, type Term } from './term.ts';

/** The characteristic function of a sum at the frequencies 2πk / width, k = 1, 2, …, as far as it differs from 0. */
export interface Spectrum {
  readonly from: number;
  readonly width: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** So many frequencies are looked at, as far as work allows: nothing finer than 1/15 to 1/200 of the standard deviation is told apart. */
const FREQUENCIES = { least: 320, most: 4096 };
/** Values times frequencies: some ten milliseconds. A sum of many is done long before, since nothing is left of its characteristic function. */
const MOST_WORK = 1e7;
const BELOW = 8;
const ABOVE = 12;
/** Radians that a range turns by at the highest frequency; up to that, cumulants beyond the fourth are not seen. */
const UNSEEN = 1 / 10;
/** Standard deviations that the blur may reach beyond the ends. */
const MARGIN = 0.2;
/** Where nothing is left of the characteristic function. */
const GONE = 1e-9;
/** Of a Gaussian blur the same is left at so many of its own widths in frequency. */
const LEFT_OF_BLUR = 6.4;

/**
 * The distribution of a sum by its characteristic function, the product of those of its terms, inverted as a Fourier series
 * (Abate and Whitt, "The Fourier-series method for inverting transforms of probability distributions", 1992). The values are used
 * as they are, and the time grows with the number of terms alone. What is approximate: the sum is blurred by a fifteenth of its standard
 * deviation at most, what lies outside of 8 below and 12 above the mean is folded in, the
 * many small ones are one (`bunched`), and what is rare is pooled (`pooled`).
 */
export function spectrumOf(all: readonly Term[], { mean, variance, largest, points }: Moments): Spectrum {
  const sd = Math.sqrt(variance);
  const from = Math.max(0, mean - BELOW * sd) - MARGIN * sd;
  const width = Math.min(largest, mean + ABOVE * sd) + MARGIN * sd - from;
  const most = Math.round(Math.min(FREQUENCIES.most, Math.max(FREQUENCIES.least, MOST_WORK / (1 + points))));
  const real = new Float64Array(most);
  const imaginary = new Float64Array(most);
  const frequency = (2 * Math.PI) / width;
  const { bunch, others } = bunched(all, UNSEEN / (frequency * most));
  const often = others.filter((term) => chanceOf(term) > RARE);
  const seldom = pooled(others.filter((term) => chanceOf(term) <= RARE));
  const rotor = createRotor(often, seldom, frequency);
  for (let k = 0; k < most; k++) {
    const [re, im] = rotor.next();
    const [shrink, turn] = bunch ? bunchLog(bunch, frequency * (k + 1)) : [0, 0];
    const left = Math.exp(shrink - 0.5 * ((LEFT_OF_BLUR * (k + 1)) / most) ** 2);
    real[k] = left * (re * Math.cos(turn) - im * Math.sin(turn));
    imaginary[k] = left * (re * Math.sin(turn) + im * Math.cos(turn));
    if (Math.hypot(re, im) * left < GONE) return { from, width, real: real.subarray(0, k), imaginary: imaginary.subarray(0, k) };
  }
  return { from, width, real, imaginary };
}

/** By bisection of the distribution function. */
export function spectrumQuantile(spectrum: Spectrum, q: number): number {
  let [low, high] = [spectrum.from, spectrum.from + spectrum.width];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (chanceBelow(spectrum, middle) < q) low = middle;
    else high = middle;
  }
  return Math.max(0, high);
}

/** P(sum ≤ x): the series of the density, integrated term by term. */
function chanceBelow({ from, width, real, imaginary }: Spectrum, x: number): number {
  let sum = (x - from) / width;
  for (let k = 0; k < real.length; k++) {
    const w = (2 * Math.PI * (k + 1)) / width;
    const sine = Math.sin(w * x) - Math.sin(w * from);
    const cosine = Math.cos(w * x) - Math.cos(w * from);
    sum += (2 / (width * w)) * ((real[k] as number) * sine - (imaginary[k] as number) * cosine);
  }
  return sum;
}

/**
 * Each value turns by its own angle from frequency to frequency, so that no sine is taken twice. Flat arrays: of 10,000 terms there
 * are a hundred thousand values.
 */
function createRotor(terms: readonly Term[], pool: Pool, frequency: number) {
  const chances = terms.flatMap((t) => t.chances);
  const parts = chances.flatMap((c) => c.parts);
  const { points } = momentsOf(terms);
  const size = points + pool.values.length;
  const turnRe = new Float64Array(size);
  const turnIm = new Float64Array(size);
  const atRe = new Float64Array(size).fill(1);
  const atIm = new Float64Array(size);
  const weight = new Float64Array(size);
  const chancesOf = Int32Array.from(terms, (t) => t.chances.length);
  const partsOf = Int32Array.from(chances, (c) => c.parts.length);
  const probabilityOf = Float64Array.from(chances, (c) => c.probability);
  const lengthOf = Int32Array.from(parts, (p) => p.values.length);
  let n = 0;
  const add = (value: number, probability: number): void => {
    turnRe[n] = Math.cos(frequency * value);
    turnIm[n] = Math.sin(frequency * value);
    weight[n++] = probability;
  };
  for (const part of parts) for (const p of part.values) add(p.value, part.probability * p.probability);
  for (let i = 0; i < pool.values.length; i++) add(pool.values[i] as number, pool.rates[i] as number);

  /** Written out, since this is nearly all the time that a plan for thousands takes. */
  function next(): readonly [number, number] {
    let re = 1;
    let im = 0;
    let chance = 0;
    let part = 0;
    let point = 0;
    for (let t = 0; t < chancesOf.length; t++) {
      let termRe = 1;
      let termIm = 0;
      for (const end = chance + (chancesOf[t] as number); chance < end; chance++) {
        const p = probabilityOf[chance] as number;
        let chanceRe = p;
        let chanceIm = 0;
        for (const lastPart = part + (partsOf[chance] as number); part < lastPart; part++) {
          let partRe = 1;
          let partIm = 0;
          for (const lastPoint = point + (lengthOf[part] as number); point < lastPoint; point++) {
            const a = atRe[point] as number;
            const b = atIm[point] as number;
            const x = a * (turnRe[point] as number) - b * (turnIm[point] as number);
            const y = a * (turnIm[point] as number) + b * (turnRe[point] as number);
            atRe[point] = x;
            atIm[point] = y;
            partRe += (weight[point] as number) * (x - 1);
            partIm += (weight[point] as number) * y;
          }
          const before = chanceRe;
          chanceRe = before * partRe - chanceIm * partIm;
          chanceIm = before * partIm + chanceIm * partRe;
        }
        termRe += chanceRe - p;
        termIm += chanceIm;
      }
      const before = re;
      re = before * termRe - im * termIm;
      im = before * termIm + im * termRe;
    }
    let rateRe = 0;
    let rateIm = 0;
    for (; point < size; point++) {
      const a = atRe[point] as number;
      const b = atIm[point] as number;
      const x = a * (turnRe[point] as number) - b * (turnIm[point] as number);
      const y = a * (turnIm[point] as number) + b * (turnRe[point] as number);
      atRe[point] = x;
      atIm[point] = y;
      rateRe += (weight[point] as number) * (x - 1);
      rateIm += (weight[point] as number) * y;
    }
    const left = Math.exp(rateRe);
    const pooledRe = left * Math.cos(rateIm);
    const pooledIm = left * Math.sin(rateIm);
    return [re * pooledRe - im * pooledIm, re * pooledIm + im * pooledRe];
  }
  return { next };
}
