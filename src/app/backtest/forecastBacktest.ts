import type { Series } from '../../domain/index.ts';
import type { Foreseen } from '../../predict/demand/forecast.ts';
import { type ForecastScores, type IntervalScores, intervalScores, pointScores, seasonalScale, withOwa } from './forecastScores.ts';

/** The name of what Prewarm uses. */
export const SHIPPED = 'blend';

export interface ForecastBacktest {
  /** Series that were scored. */
  readonly series: number;
  /** Named: too short, or nothing could be said of them. */
  readonly abstained: readonly string[];
  readonly shipped: typeof SHIPPED;
  /** Of the blend and of each method of the pool alone; `series` is how many it could foresee. */
  readonly models: Readonly<Record<string, ForecastScores & Partial<IntervalScores> & { readonly series: number }>>;
}

export interface HoldOut {
  /** The last values of each series, which are foreseen from those before. */
  readonly horizon: number;
  /** In steps, the shortest first; the first is that of MASE. */
  readonly seasons: readonly number[];
  readonly level: number;
  /** May be answered in any order. */
  readonly forecast: (past: Series) => Promise<Foreseen | undefined>;
  readonly progress?: (done: number, all: number) => void;
}

/** Holds out the end of each series and scores what was foreseen of it: means over the steps, then over the series. */
export async function backtestForecasts(all: readonly Series[], options: HoldOut): Promise<ForecastBacktest> {
  const { horizon, seasons, level, forecast, progress } = options;
  const abstained: string[] = [];
  const scores = new Map<string, ForecastScores[]>();
  const intervals: IntervalScores[] = [];
  let done = 0;
  const scored = (name: string, score: ForecastScores): void => void scores.set(name, [...(scores.get(name) ?? []), score]);
  await Promise.all(
    all.map(async (series) => {
      const past = series.values.subarray(0, Math.max(0, series.values.length - horizon));
      const actual = series.values.subarray(past.length);
      const scale = seasonalScale(past, seasons[0] ?? 1);
      const foreseen = scale > 0 && past.length > 0 ? await forecast({ ...series, values: past }) : undefined;
      progress?.(++done, all.length);
      if (!foreseen) return void abstained.push(series.id);
      const { point, lower, upper } = foreseen.forecast;
      scored(SHIPPED, pointScores(actual, point, scale));
      intervals.push(intervalScores(actual, lower, upper, level, scale));
      for (const alone of foreseen.alone) scored(alone.name, pointScores(actual, alone.point, scale));
    }),
  );
  const models = Object.fromEntries(
    [...scores].map(([name, list]) => {
      const own = withOwa(
        mean(list, (s) => s.smape),
        mean(list, (s) => s.mase),
      );
      const more = name === SHIPPED ? { coverage: mean(intervals, (s) => s.coverage), msis: mean(intervals, (s) => s.msis) } : {};
      return [name, { series: list.length, ...own, ...more }];
    }),
  );
  return { series: scores.get(SHIPPED)?.length ?? 0, abstained: abstained.sort(), shipped: SHIPPED, models };
}

const mean = <T>(list: readonly T[], of: (one: T) => number): number => list.reduce((sum, one) => sum + of(one), 0) / list.length;
