import { randomFrom } from '../../learn/random.ts';
import type { ForecastMethod } from './method.ts';
import { ridge } from './ridge.ts';
import { held, standardised } from './scale.ts';

const UNITS = 40;
/** How many of the other units each unit hears. */
const FAN_IN = 4;
/** Of the recurrent weights; below 1 the network forgets (Jaeger 2001, echo state property). */
const RADIUS = 0.8;
const LEAK = 0.5;
const PENALTY = 1;
const SEED = 7;

/**
 * A small recurrent network whose recurrent weights stay as they were drawn, and whose output alone is learnt, by ridge regression (echo
 * state network, Jaeger 2001). It hears the value before, those of a season before, and runs freely over the horizon.
 */
export const echoState: ForecastMethod = {
  name: 'echo state network',
  forecast(past, horizon, seasons) {
    const lags = [1, ...seasons.filter((s) => s > 1 && s * 3 <= past.length)];
    const longest = lags[lags.length - 1] as number;
    if (past.length - longest < 3 * (UNITS + lags.length + 1)) return undefined;
    const { scaled, back } = standardised(past);
    const all = new Float64Array(past.length + horizon);
    all.set(scaled);
    const network = reservoir(lags.length);
    const width = UNITS + lags.length + 1;
    const rows = new Float64Array((past.length - longest) * width);
    const inputs = new Float64Array(lags.length);
    const hear = (t: number): void => lags.forEach((lag, i) => void (inputs[i] = all[t - lag] as number));
    for (let t = longest, at = 0; t < past.length; t++, at += width) {
      hear(t);
      network.step(inputs);
      rows.set(network.state, at);
      rows.set(inputs, at + UNITS);
      rows[at + width - 1] = 1;
    }
    const out = ridge(rows, width, scaled.subarray(longest), PENALTY);
    for (let t = past.length; t < all.length; t++) {
      hear(t);
      network.step(inputs);
      let sum = out[width - 1] as number;
      for (let i = 0; i < UNITS; i++) sum += (out[i] as number) * (network.state[i] as number);
      for (let i = 0; i < inputs.length; i++) sum += (out[UNITS + i] as number) * (inputs[i] as number);
      all[t] = Math.max(-6, Math.min(6, sum));
    }
    return held(all.slice(past.length).map(back), past);
  },
};

function reservoir(inputs: number) {
  const random = randomFrom(SEED);
  const drawn = (): number => 2 * random() - 1;
  const from = Uint16Array.from({ length: UNITS * FAN_IN }, () => Math.floor(random() * UNITS));
  // A row of FAN_IN weights evenly from −1 to 1 has a radius of about √(FAN_IN / 3).
  const weight = Float64Array.from({ length: UNITS * FAN_IN }, () => (drawn() * RADIUS) / Math.sqrt(FAN_IN / 3));
  const entry = Float64Array.from({ length: UNITS * inputs }, () => drawn() * 0.5);
  let state = new Float64Array(UNITS);
  let next = new Float64Array(UNITS);
  return {
    get state(): Float64Array {
      return state;
    },
    step(input: Float64Array): void {
      for (let u = 0; u < UNITS; u++) {
        let sum = 0;
        for (let k = u * FAN_IN; k < (u + 1) * FAN_IN; k++) sum += (weight[k] as number) * (state[from[k] as number] as number);
        for (let i = 0; i < inputs; i++) sum += (entry[u * inputs + i] as number) * (input[i] as number);
        next[u] = (1 - LEAK) * (state[u] as number) + LEAK * Math.tanh(sum);
      }
      [state, next] = [next, state];
    },
  };
}
