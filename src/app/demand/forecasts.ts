import type { Anomaly, PlannedEvent, Series } from '../../domain/index.ts';
import { createDetector } from '../../predict/demand/anomaly/detector.ts';
import { type Foreseen, forecastSeries } from '../../predict/demand/forecast.ts';
import type { ForecastMethod } from '../../predict/demand/method.ts';
import { offsetsOf } from '../../predict/demand/wallClock.ts';

/** One series to foresee; plain data, for a thread. */
export interface ForecastWork {
  readonly series: Series;
  /** Steps. */
  readonly horizon: number;
  /** Of the interval; 0.95 unless told. */
  readonly level?: number;
  /** In steps, ascending; unless told, the day and the week. */
  readonly seasons?: readonly number[];
  readonly events?: readonly PlannedEvent[];
  /** IANA name of the zone whose wall clock people keep to; unless told, UTC. */
  readonly timeZone?: string;
  /** Whether its past is looked through for anomalies, too. */
  readonly anomalies?: boolean;
}

export interface Forecasted {
  /** Undefined: nothing can be said. */
  readonly foreseen?: Foreseen;
  /** Oldest first; none where they were not asked for. */
  readonly anomalies: readonly Anomaly[];
}

/** Who forecasts: threads of the host. Rejects where that was ended. */
export interface Forecasts {
  forecast(work: ForecastWork): Promise<Forecasted>;
  dispose(): Promise<void>;
}

export function forecasted({ timeZone, series, anomalies, ...options }: ForecastWork, methods: readonly ForecastMethod[]): Forecasted {
  const foreseen = forecastSeries(series, { ...options, methods, ...(timeZone ? { offsetAt: offsetsOf(timeZone) } : {}) });
  return { ...(foreseen ? { foreseen } : {}), anomalies: anomalies ? anomaliesOf(series) : [] };
}

function anomaliesOf({ id, startAt, stepMs, values }: Series): readonly Anomaly[] {
  const detector = createDetector(id);
  return Array.from(values, (value, i) => detector.update(startAt + i * stepMs, value).anomaly).filter((a) => a !== undefined);
}
