import type { Probability, Quantity, SeriesForecast, UnixMs } from '../../domain/index.ts';

/** What a forecast says of a use within a horizon. */
export interface Outlook {
  readonly probability: Probability;
  /** From now until the use comes that half of it lies before, ms. */
  readonly etaMs: number;
  /** Interactions within the horizon. */
  readonly volume: number;
}

/** Interactions in one step, where a quantity counts them; undefined: it says nothing of uses. */
function perStep(quantity: Quantity, stepMs: number): number | undefined {
  if (quantity === 'volume') return 1;
  if (quantity === 'rate') return stepMs / 1000;
  return undefined;
}

/**
 * P(at least one interaction within the horizon), taking them to come at random at the foreseen rate (Poisson), and when. Undefined where
 * the quantity does not count interactions, or the forecast does not reach so far.
 */
export function outlookOf(
  forecast: Pick<SeriesForecast, 'startAt' | 'stepMs' | 'point'>,
  quantity: Quantity,
  now: UnixMs,
  horizonMs: number,
): Outlook | undefined {
  const { startAt, stepMs, point } = forecast;
  const unit = perStep(quantity, stepMs);
  if (unit === undefined || now < startAt - stepMs || now + horizonMs > startAt + point.length * stepMs) return undefined;
  const parts = Array.from(point, (value, h) => {
    const from = Math.max(now, startAt + h * stepMs);
    const until = Math.min(now + horizonMs, startAt + (h + 1) * stepMs);
    return { from, until, volume: Math.max(0, value) * unit * (Math.max(0, until - from) / stepMs) };
  }).filter((p) => p.volume > 0);
  const volume = parts.reduce((sum, p) => sum + p.volume, 0);
  const probability = 1 - Math.exp(-volume);
  // The first use comes when the expected number has reached −ln(1 − P/2).
  let left = -Math.log(1 - probability / 2);
  for (const { from, until, volume: here } of parts) {
    if (here >= left) return { probability, volume, etaMs: from - now + ((until - from) * left) / here };
    left -= here;
  }
  return { probability, volume, etaMs: horizonMs };
}
