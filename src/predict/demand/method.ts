/**
 * One way to foresee a series of even steps without gaps. It is given the past, oldest first, and the lengths of its seasons in steps,
 * ascending (may be none), and returns what it expects of the `horizon` steps to come; undefined where the past is too short for it.
 * Pure: the same past gives the same forecast.
 */
export interface ForecastMethod {
  readonly name: string;
  readonly forecast: (past: Float64Array, horizon: number, seasons: readonly number[]) => Float64Array | undefined;
}
