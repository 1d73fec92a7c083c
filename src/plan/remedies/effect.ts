/** What clients waited over a while. */
export interface Sample {
  readonly p95Ms: number;
  readonly requests: number;
  readonly perSecond: number;
}

export interface Predicted {
  readonly beforeMs: number;
  readonly afterMs: number;
}

export type Effect =
  | { readonly is: 'as predicted' | 'better' | 'short' | 'worse'; readonly text: string }
  /** Too few requests, or another load: nothing can be said. */
  | { readonly is: 'not comparable'; readonly text: string };

/** Fewer say little of the slowest twentieth. */
export const ENOUGH = 100;
/** Of the predicted improvement. */
export const WITHIN = 0.25;
/** Another load is another queue. */
const SAME_LOAD = 1.25;

/**
 * What a remedy did, against what was predicted: the share of the 95th percentile that it took away. Less than predicted by more than a quarter
 * is `short`; more than predicted is no reason to take it back.
 */
export function effectOf(predicted: Predicted, before: Sample | undefined, after: Sample | undefined): Effect {
  const not = (text: string): Effect => ({ is: 'not comparable', text });
  if (!before || before.requests < ENOUGH)
    return not(`too few requests came before it was applied (${before?.requests ?? 0} of ${ENOUGH})`);
  if (!after || after.requests < ENOUGH) return not(`too few requests have come since (${after?.requests ?? 0} of ${ENOUGH})`);
  const load = after.perSecond / before.perSecond;
  if (load > SAME_LOAD || load < 1 / SAME_LOAD)
    return not(`${rounded(after.perSecond)} requests a second come now, and ${rounded(before.perSecond)} came before`);
  const [wanted, had] = [1 - predicted.afterMs / predicted.beforeMs, 1 - after.p95Ms / before.p95Ms];
  const text = `p95 went from ${ms(before.p95Ms)} to ${ms(after.p95Ms)} (${percent(had)} less; ${percent(wanted)} less was predicted)`;
  if (had < 0) return { is: 'worse', text };
  if (had < (1 - WITHIN) * wanted) return { is: 'short', text };
  return { is: had > (1 + WITHIN) * wanted ? 'better' : 'as predicted', text };
}

/** Of values with their times, Unix ms; undefined where there are too few to tell a rate. */
export function sampleOf(values: readonly { readonly at: number; readonly ms: number }[]): Sample | undefined {
  if (values.length < 2) return undefined;
  const sorted = values.map((v) => v.ms).sort((a, b) => a - b);
  const times = values.map((v) => v.at);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  return {
    p95Ms: sorted[Math.ceil(0.95 * sorted.length) - 1] as number,
    requests: values.length,
    perSecond: seconds > 0 ? (values.length - 1) / seconds : 0,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(3));
const ms = (value: number): string => `${rounded(value)} ms`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;
