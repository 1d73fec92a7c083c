import { parentPort, workerData } from 'node:worker_threads';
import type { PlannedEvent, Series } from '../../../domain/index.ts';
import { type Foreseen, forecastSeries, METHODS } from '../../../predict/demand/forecast.ts';
import { offsetsOf } from '../../../predict/demand/wallClock.ts';
import { mstl } from './mstl.ts';
import { packedMstl } from './packed.ts';

/** One series to foresee. */
export interface ForecastWork {
  readonly series: Series;
  /** Steps. */
  readonly horizon: number;
  readonly level?: number;
  readonly seasons?: readonly number[];
  readonly events?: readonly PlannedEvent[];
  /** IANA name. */
  readonly timeZone?: string;
}

export interface ForecastAnswer {
  readonly foreseen?: Foreseen;
}

/** The program of a forecasting thread: one series after the other. */
if (parentPort) {
  const port = parentPort;
  const methods = [...METHODS, mstl(packedMstl((workerData as { bundles: string }).bundles))];
  port.on('message', ({ timeZone, series, ...options }: ForecastWork) => {
    const foreseen = forecastSeries(series, { ...options, methods, ...(timeZone ? { offsetAt: offsetsOf(timeZone) } : {}) });
    port.postMessage(foreseen ? { foreseen } : ({} satisfies ForecastAnswer));
  });
}
