import type { Need, ResourceId, SeriesForecast, UnixMs } from '../../domain/index.ts';

/** Uses of a resource that a forecast of its volume makes likely. */
export type Foreseen = ReadonlyMap<ResourceId, Pick<Need, 'probability' | 'etaMs' | 'because'>>;

/** P(at least one use until the horizon) where so many are expected, and when half of that is reached. Undefined: nothing is foreseen of that time. */
export function useForeseen(
  forecast: SeriesForecast,
  now: UnixMs,
  horizonMs: number,
): { probability: number; etaMs: number; because: string } | undefined {
  const { startAt, stepMs, point, model } = forecast;
  let volume = 0;
  let etaMs = horizonMs;
  let seen = 0;
  for (const [h, expected] of point.entries()) {
    const [from, until] = [Math.max(now, startAt + h * stepMs), Math.min(now + horizonMs, startAt + (h + 1) * stepMs)];
    if (until <= from) continue;
    seen++;
    const own = Math.max(0, expected) * ((until - from) / stepMs);
    if (volume < Math.LN2 && volume + own >= Math.LN2) etaMs = from - now + ((Math.LN2 - volume) / own) * (until - from);
    volume += own;
  }
  if (seen === 0) return undefined;
  return { probability: -Math.expm1(-volume), etaMs, because: `${volume.toFixed(1)} uses are foreseen (${model}).` };
}

/**
 * Needs with what is foreseen: the likelier of both holds. So a forecast may warm something or keep it up, and never takes anything
 * down: what a session needs stays as likely as it was.
 */
export function withForeseen(needs: readonly Need[], foreseen: Foreseen, horizonMs: number): readonly Need[] {
  const raised = needs.map((need): Need => {
    const ahead = foreseen.get(need.resource);
    if (!ahead || ahead.probability <= need.probability) return need;
    return { ...need, probability: ahead.probability, etaMs: ahead.etaMs, because: `${need.because} ${ahead.because}`.trim() };
  });
  const known = new Set(needs.map((n) => n.resource));
  const fresh = [...foreseen].filter(([id]) => !known.has(id)).map(([resource, ahead]): Need => ({ resource, horizonMs, ...ahead }));
  return [...raised, ...fresh];
}
