import { initSync, MSTL } from '@bsull/augurs/mstl';
import type { ForecastMethod } from '../../../predict/demand/method.ts';
import { held } from '../../../predict/demand/scale.ts';

/**
 * Seasonal-trend decomposition by LOESS for several seasons (MSTL, Bandara, Hyndman & Bergmeir 2021) with exponential smoothing chosen by
 * AICc (AutoETS) on what is left: by the `augurs` library, in WebAssembly.
 *
 * @param wasm the library’s WebAssembly; read when the method is first asked.
 */
export function mstl(wasm: () => Uint8Array): ForecastMethod {
  let state: 'unread' | 'ready' | 'broken' = 'unread';
  return {
    name: 'MSTL with ETS',
    forecast(past, horizon, seasons) {
      if (state === 'broken' || past.length < 2 * (seasons.at(-1) ?? 5)) return undefined;
      // A constant leaves nothing to decompose, and the library does not come back from that.
      if (past.every((v) => v === past[0])) return undefined;
      try {
        if (state === 'unread') initSync({ module: wasm() });
        state = 'ready';
        using model = MSTL.ets([...seasons]);
        model.fit(past);
        return held(Float64Array.from(model.predict(horizon).point), past);
      } catch (error) {
        // A panic leaves its memory as it was; an error that the library returns does not.
        if (error instanceof WebAssembly.RuntimeError) state = 'broken';
        return undefined;
      }
    },
  };
}
