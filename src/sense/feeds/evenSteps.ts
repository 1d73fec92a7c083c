import type { Quantity, Series, UnixMs } from '../../domain/index.ts';

/** One measurement. */
export interface Point {
  readonly at: UnixMs;
  readonly value: number;
}

export interface Steps {
  readonly id: string;
  readonly quantity: Quantity;
  readonly stepMs: number;
  /** What becomes of several measurements in one step. */
  readonly combine: 'sum' | 'mean' | 'last';
  /** What a step without a measurement is: not known, or none of it. */
  readonly absent?: 'gap' | 'zero';
  /** Steps that the series has although nothing was measured there; unless told, from the first measurement to the last. */
  readonly from?: UnixMs;
  readonly until?: UnixMs;
}

/** Two weeks of minutes; of more, the newest are kept. */
export const MOST_STEPS = 20_160;

/** Measurements at any times as a series of even steps, which begin at multiples of the step. Infinite and NaN values are gaps. */
export function seriesOf(points: Iterable<Point>, { id, quantity, stepMs, combine, absent = 'gap', from, until }: Steps): Series {
  const known = [...points].filter((p) => Number.isFinite(p.value) && Number.isFinite(p.at));
  const stepAt = (at: UnixMs): number => Math.floor(at / stepMs);
  let first = from === undefined ? Number.POSITIVE_INFINITY : stepAt(from);
  let end = until === undefined ? Number.NEGATIVE_INFINITY : Math.ceil(until / stepMs);
  for (const { at } of known) {
    if (from === undefined) first = Math.min(first, stepAt(at));
    if (until === undefined) end = Math.max(end, stepAt(at) + 1);
  }
  if (!(first < end)) return { id, quantity, startAt: 0, stepMs, values: new Float64Array() };
  first = Math.max(first, end - MOST_STEPS);
  const values = new Float64Array(end - first).fill(Number.NaN);
  const counts = new Uint32Array(end - first);
  for (const { at, value } of known) {
    const i = stepAt(at) - first;
    if (i < 0 || i >= values.length) continue;
    counts[i] = (counts[i] as number) + 1;
    values[i] = counts[i] === 1 || combine === 'last' ? value : (values[i] as number) + value;
  }
  if (combine === 'mean') values.forEach((sum, i) => void (values[i] = sum / (counts[i] as number)));
  if (absent === 'zero') values.forEach((value, i) => void (values[i] = counts[i] === 0 ? 0 : value));
  return { id, quantity, startAt: first * stepMs, stepMs, values };
}

/** What was known with what is known now. Where both speak of a step, the newer answer counts, unless it has a gap there. */
export function joined(before: Series, after: Series): Series {
  const { stepMs } = after;
  if (before.values.length === 0 || before.stepMs !== stepMs || before.quantity !== after.quantity) return after;
  if (after.values.length === 0) return before;
  const end = Math.max(endOf(before), endOf(after));
  const startAt = Math.max(Math.min(before.startAt, after.startAt), end - MOST_STEPS * stepMs);
  const values = new Float64Array(Math.round((end - startAt) / stepMs)).fill(Number.NaN);
  for (const series of [before, after]) {
    const shift = Math.round((series.startAt - startAt) / stepMs);
    series.values.forEach((value, i) => {
      if (i + shift >= 0 && !Number.isNaN(value)) values[i + shift] = value;
    });
  }
  return { ...after, startAt, values };
}

export const endOf = ({ startAt, stepMs, values }: Series): UnixMs => startAt + stepMs * values.length;

/**
 * The same in longer steps, of which only whole ones count; undefined where its own steps are longer. What is counted is added up, the rest is
 * a mean. Where less than half of a step is known it is a gap; where more is, the rest of it is taken to be alike.
 */
export function coarsened(series: Series, stepMs: number): Series | undefined {
  const ratio = stepMs / series.stepMs;
  if (ratio < 1) return undefined;
  const first = Math.ceil(series.startAt / stepMs);
  const length = Math.max(0, Math.floor(endOf(series) / stepMs) - first);
  const sums = new Float64Array(length);
  const known = new Float64Array(length);
  series.values.forEach((value, i) => {
    const step = Math.floor((series.startAt + i * series.stepMs) / stepMs) - first;
    if (Number.isNaN(value) || step < 0 || step >= length) return;
    sums[step] = (sums[step] as number) + value;
    known[step] = (known[step] as number) + 1;
  });
  const whole = series.quantity === 'volume' ? ratio : 1;
  const values = sums.map((sum, i) => ((known[i] as number) * 2 < ratio ? Number.NaN : (sum / (known[i] as number)) * whole));
  return { ...series, startAt: first * stepMs, stepMs, values };
}
