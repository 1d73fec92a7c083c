import type { Activity, Distribution, Match, Need, ResourceId, UnixMs } from '../domain/index.ts';
import { quantile } from '../domain/index.ts';
import { inWords } from '../learn/names.ts';
import type { Component, PersonaModel, Use } from '../learn/personaModel.ts';
import { evidenceFor } from './explain.ts';

/** What a persona's times may be wrong by: a use is smeared over this factor to both sides, so that late is not never. */
const LATE_SHARE = 0.25;

/**
 * Per resource: P(used within the horizon | session so far) and when, mixed over the personas by their posterior. A
 * resource that no likely persona ever uses is left out; with no personas nothing is said.
 */
export function need(
  model: PersonaModel,
  who: Match,
  session: readonly Activity[],
  resources: readonly ResourceId[],
  now: UnixMs,
  horizonMs: number,
): readonly Need[] {
  const begun = session[0]?.at ?? now;
  const elapsedMs = Math.max(0, now - begun);
  return resources.flatMap((resource) => {
    const lastUse = session.findLast((a) => a.resource === resource)?.at;
    const parts = model.components.map((component) => {
      const share = who.personas.find((p) => p.id === component.id)?.probability ?? 0;
      const use = component.uses.find((u) => u.resource === resource);
      const seen = lastUse === undefined ? undefined : now - lastUse;
      return { component, share, ...(use ? forecast(use, elapsedMs, seen, horizonMs) : { probability: 0, etaMs: horizonMs }) };
    });
    const probability = parts.reduce((sum, p) => sum + p.share * p.probability, 0);
    if (probability < 1e-4) return [];
    const etaMs = parts.reduce((sum, p) => sum + p.share * p.probability * p.etaMs, 0) / probability;
    const main = parts.reduce((a, b) => (b.share * b.probability > a.share * a.probability ? b : a));
    return [{ resource, probability, horizonMs, etaMs, because: because(model, main.component, session, resource) }];
  });
}

/** Given one persona: not used yet → its first use; used already → another use. */
function forecast(use: Use, elapsedMs: number, sinceLastMs: number | undefined, horizonMs: number): { probability: number; etaMs: number } {
  const [ever, times, atMs] =
    sinceLastMs === undefined ? [use.probability, use.firstUseMs, elapsedMs] : [use.again, use.gapMs, sinceLastMs];
  const late = LATE_SHARE * survival(times, 0);
  const after = (1 - LATE_SHARE) * survival(times, atMs) + late;
  const within =
    (1 - LATE_SHARE) * (survival(times, atMs) - survival(times, atMs + horizonMs)) +
    late * (1 - 0.5 ** (horizonMs / Math.max(60_000, quantile(times, 0.5) ?? 60_000)));
  const alive = ever * after + (1 - ever);
  const remaining = times.filter((p) => p.value > atMs).map((p) => ({ ...p, value: p.value - atMs }));
  const etaMs = remaining.length > 0 ? (quantile(scaled(remaining), 0.5) as number) : horizonMs / 4;
  return { probability: alive > 0 ? Math.min(1, (ever * within) / alive) : 0, etaMs: Math.min(etaMs, horizonMs) };
}

/** P(T > t). */
function survival(times: Distribution, t: number): number {
  return times.reduce((sum, p) => sum + (p.value > t || t === 0 ? p.probability : 0), 0);
}

function scaled(times: Distribution): Distribution {
  const all = times.reduce((sum, p) => sum + p.probability, 0);
  return times.map((p) => ({ ...p, probability: p.probability / all }));
}

function because(model: PersonaModel, persona: Component, session: readonly Activity[], resource: ResourceId): string {
  const evidence = evidenceFor(model, persona, session);
  const uses = persona.uses.find((u) => u.resource === resource)?.probability ?? 0;
  const said = `“${persona.name}” uses ${inWords(resource)} in ${Math.round(100 * uses)} % of its sessions`;
  return evidence.length > 0 ? `${said}; ${evidence.join(', ')} point to it.` : `${said}.`;
}
