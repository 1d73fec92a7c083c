import type { Probability } from '../../domain/index.ts';
import { type Claim, type PersonaDemand, type Span, summandsOf } from './demand.ts';
import { DIMENSIONS, type Dimension, quantity } from './dimension.ts';
import { byPatience, fewest } from './givingWay.ts';
import { createRest } from './rest.ts';
import { type Sum, sumOf } from './sum/sum.ts';
import { partOf, termOf } from './sum/term.ts';

/** In nine of ten cases what is planned is enough. */
export const DEFAULT_QUANTILE: Probability = 0.9;

export interface CapacityInput extends Span {
  readonly personas: readonly PersonaDemand[];
  /** Planned is what is not exceeded with this probability. */
  readonly quantile?: Probability;
  /** What there is for all of it, held or not; of what is unknown nothing is said, and it limits nothing. */
  readonly free: Readonly<Partial<Record<Dimension, number>>>;
}

/** Units are those of the dimension: cores, bytes, bytes, Mbit/s. */
export interface Planned {
  readonly expected: number;
  readonly planned: number;
  readonly free?: number;
  /** Planned once the rest has given way. */
  readonly afterGivingWay: number;
  /** `exact`, or `fourier`: see `sumOf`. */
  readonly method: Sum['method'];
}

export interface GivingWay {
  readonly claim: Claim;
  /** What there is too little of. */
  readonly dimension: Dimension;
  readonly because: string;
}

export interface CapacityPlan {
  readonly quantile: Probability;
  readonly dimensions: Readonly<Record<Dimension, Planned>>;
  /** What would give way, in that order. */
  readonly givingWay: readonly GivingWay[];
}

/** Finer than this nothing is told apart: a thousandth of a core, a mebibyte, a hundredth of a Mbit/s. */
const UNITS: Readonly<Record<Dimension, number>> = { cpuCores: 0.001, memoryBytes: 2 ** 20, storageBytes: 2 ** 20, networkMbps: 0.01 };

/**
 * What is expected to be asked for in the coming step, Σ P(persona is active) × what it requires, as a distribution; what is to be
 * planned so that it is enough with the probability `quantile`; and, where there is less, what gives way.
 */
export function planCapacity(input: CapacityInput): CapacityPlan {
  const { personas, free, quantile = DEFAULT_QUANTILE } = input;
  const summands = summandsOf(personas, input);
  let gone: ReadonlySet<Claim> = new Set();
  const givingWay: GivingWay[] = [];
  const rest = createRest(summands);
  const without = (d: Dimension, left: ReadonlySet<Claim>): Sum => sumOf(rest.without(d, left), UNITS[d]);
  const sums = each((d) => without(d, gone));
  const planned = each((d) => sums[d].quantile(quantile));
  const shrunk = new Set<Dimension>();
  let order: readonly Claim[] | undefined;
  for (const d of DIMENSIONS) {
    const room = free[d];
    if (room === undefined || planned[d] <= room) continue;
    const sum = gone.size === 0 ? sums[d] : without(d, gone);
    // What gave way for another dimension may have made room here, too.
    if (gone.size > 0 && sum.quantile(quantile) <= room) continue;
    order ??= summands.flatMap(({ chances }) => chances.flatMap((c) => c.claims)).sort(byPatience);
    const claims = makeWay({ order, dimension: d, room, quantile, gone, sum, without: (left) => without(d, left) });
    gone = new Set([...gone, ...claims]);
    const because = `${quantity(d, planned[d])} of ${WORDS[d]} are planned and ${quantity(d, room)} are free`;
    givingWay.push(...claims.map((claim) => ({ claim, dimension: d, because: `${because}; ${standing(claim)}` })));
    for (const touched of DIMENSIONS) if (claims.some((c) => c.asks[touched])) shrunk.add(touched);
  }
  const after = (d: Dimension): number => (shrunk.has(d) ? without(d, gone).quantile(quantile) : planned[d]);
  return {
    quantile,
    givingWay,
    dimensions: each((d) => ({
      expected: sums[d].mean,
      planned: planned[d],
      ...(free[d] === undefined ? {} : { free: free[d] }),
      afterGivingWay: after(d),
      method: sums[d].method,
    })),
  };
}

const each = <T>(value: (d: Dimension) => T): Record<Dimension, T> =>
  Object.fromEntries(DIMENSIONS.map((d) => [d, value(d)])) as Record<Dimension, T>;

interface Shortage {
  /** All claims, the most patient first. */
  readonly order: readonly Claim[];
  readonly dimension: Dimension;
  readonly room: number;
  readonly quantile: Probability;
  /** What has given way. */
  readonly gone: ReadonlySet<Claim>;
  /** Of what has not. */
  readonly sum: Sum;
  readonly without: (gone: ReadonlySet<Claim>) => Sum;
}

/** The most patient claims without which the rest fits. */
function makeWay(shortage: Shortage): readonly Claim[] {
  const { dimension, room, quantile, gone, without } = shortage;
  const order = shortage.order.filter((claim) => !gone.has(claim) && claim.asks[dimension]?.some((p) => p.value > 0));
  const restOf = (taken: number): number => without(new Set([...gone, ...order.slice(0, taken)])).quantile(quantile);
  return order.slice(
    0,
    fewest(order.length, guessed(shortage, order), (n) => restOf(n) <= room),
  );
}

/** As if all claims were independent, and their sum normal: a first guess that the exact sum is then asked about. */
function guessed({ dimension, room, quantile, sum }: Shortage, order: readonly Claim[]): number {
  const beyond = sum.variance > 0 ? (sum.quantile(quantile) - sum.mean) / Math.sqrt(sum.variance) : 0;
  let { mean, variance } = sum;
  for (const [i, claim] of order.entries()) {
    if (mean + beyond * Math.sqrt(Math.max(0, variance)) <= room) return i;
    const own = claim.asks[dimension];
    if (!own) continue;
    const [of, spread] = termOf([{ probability: activeWith(claim), parts: [partOf(own, claim.usedWith)] }]).cumulants;
    mean -= of;
    variance -= spread;
  }
  return order.length;
}

/** Of its persona. */
const activeWith = ({ probability, usedWith }: Claim): Probability => (usedWith > 0 ? probability / usedWith : 0);

const WORDS: Readonly<Record<Dimension, string>> = {
  cpuCores: 'processor',
  memoryBytes: 'memory',
  storageBytes: 'storage',
  networkMbps: 'network',
};

function standing({ priority, latencyTargetMs, probability }: Claim): string {
  return `its priority is ${priority}, it may take ${(latencyTargetMs / 1000).toFixed(1)} s, and it is ${Math.round(100 * probability)} % likely`;
}
