import type { DemandSubject, PlannedEvent, Quantity, UnixMs } from '../domain/index.ts';

/** The middle of a step is where it is drawn, its begin is how it is called. A gap has no value. */
export interface MeasuredPoint {
  readonly at: UnixMs;
  readonly value?: number;
}

export interface ForecastPoint {
  readonly at: UnixMs;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Mark {
  readonly at: UnixMs;
  readonly value: number;
  readonly expected: number;
  readonly because: string;
}

/** Sessions of a persona in all that is looked at, which a developer may say otherwise. */
export interface Expectation {
  readonly windowMs: number;
  readonly volume: number;
}

/** What was, what is foreseen, and what was not expected, of one subject. */
export interface Demand {
  /** Of kind, subject and series. */
  readonly key: string;
  readonly subject: DemandSubject;
  readonly quantity: Quantity;
  readonly stepMs: number;
  readonly from: UnixMs;
  /** Begin of the forecast. */
  readonly turn: UnixMs;
  readonly until: UnixMs;
  readonly history: readonly MeasuredPoint[];
  readonly forecast: readonly ForecastPoint[];
  readonly anomalies: readonly Mark[];
  /** Those that it shows a part of. */
  readonly events: readonly PlannedEvent[];
  readonly capacity?: number;
  readonly level: number;
  readonly model: string;
}

/** What one chart and its table draw. */
export interface DemandChart extends Demand {
  /** What the upright axis is of. */
  readonly measure: string;
  /** What the chart shows, in paragraphs. */
  readonly says: readonly string[];
  readonly expectation?: Expectation;
}

export const volumeOf = (points: readonly Pick<ForecastPoint, 'value'>[]): number => points.reduce((sum, { value }) => sum + value, 0);
