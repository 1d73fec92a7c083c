import { parentPort, workerData } from 'node:worker_threads';
import { type ForecastWork, forecasted } from '../../../app/demand/forecasts.ts';
import { METHODS } from '../../../predict/demand/forecast.ts';
import { mstl } from './mstl.ts';
import { packedMstl } from './packed.ts';

/** The program of a forecasting thread: one series after the other. */
if (parentPort) {
  const port = parentPort;
  const methods = [...METHODS, mstl(packedMstl((workerData as { bundles: string }).bundles))];
  port.on('message', (work: ForecastWork) => port.postMessage(forecasted(work, methods)));
}
