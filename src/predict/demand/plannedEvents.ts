import type { PlannedEvent, Series } from '../../domain/index.ts';
import { filled } from './fill.ts';

/** Of an event that was never seen and has no factor of its own. */
const UNKNOWN = 1;

/** `true` at the steps that an event touches. */
export function stepsOf(events: readonly PlannedEvent[], startAt: number, stepMs: number, length: number): Uint8Array {
  const touched = new Uint8Array(length);
  for (const { from, until } of events)
    for (let i = Math.max(0, Math.floor((from - startAt) / stepMs)); i < length && startAt + i * stepMs < until; i++) touched[i] = 1;
  return touched;
}

/** The past as if its events had not been: their steps become gaps. */
export function withoutEvents(series: Series, events: readonly PlannedEvent[]): Series {
  const touched = stepsOf(events, series.startAt, series.stepMs, series.values.length);
  return { ...series, values: series.values.map((v, i) => (touched[i] === 1 ? Number.NaN : v)) };
}

/**
 * What each name of an event did to demand: the median over its past occurrences of what was, divided by what is usual at that place of
 * the season.
 */
export function learntFactors(series: Series, events: readonly PlannedEvent[], seasons: readonly number[]): ReadonlyMap<string, number> {
  const usual = filled(withoutEvents(series, events).values, seasons);
  const ratios = new Map<string, number[]>();
  for (const event of events) {
    const touched = stepsOf([event], series.startAt, series.stepMs, series.values.length);
    let [was, would] = [0, 0];
    series.values.forEach((value, i) => {
      if (touched[i] !== 1 || Number.isNaN(value)) return;
      was += value;
      would += usual[i] as number;
    });
    if (would > 0) ratios.set(event.name, [...(ratios.get(event.name) ?? []), was / would]);
  }
  return new Map([...ratios].map(([name, all]) => [name, median(all)]));
}

/** By what each coming step is multiplied. Where events overlap, the one that changes most counts. */
export function factorsOf(
  events: readonly PlannedEvent[],
  learnt: ReadonlyMap<string, number>,
  startAt: number,
  stepMs: number,
  horizon: number,
): Float64Array {
  const factors = new Float64Array(horizon).fill(1);
  for (const event of events) {
    const factor = event.factor ?? learnt.get(event.name) ?? UNKNOWN;
    stepsOf([event], startAt, stepMs, horizon).forEach((touched, i) => {
      if (touched === 1 && Math.abs(Math.log(factor || 1e-9)) > Math.abs(Math.log((factors[i] as number) || 1e-9))) factors[i] = factor;
    });
  }
  return factors;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
