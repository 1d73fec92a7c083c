import type { Activity, Feedback, Match, Persona, ResourceId } from '../domain/index.ts';
import { personasOf } from '../learn/personasOf.ts';
import { decide, type Plan, type Situation } from '../plan/decide.ts';
import type { CalibratedModel } from '../predict/calibrate.ts';
import { match } from '../predict/match.ts';
import { type Forecast, need } from '../predict/need.ts';
import { pooled } from '../predict/pool.ts';
import type { Outlooks } from './demand/outlooks.ts';
import type { Rhythms } from './rhythms.ts';

export interface View {
  readonly personas: readonly Persona[];
  readonly match: Match;
  /** The most probable persona where it is likelier than not belonging to any. */
  readonly active: Persona | undefined;
  readonly needs: readonly Forecast[];
  readonly plan: Plan;
}

/** What one pass is made from: what was learnt, what happened in this session, and how the world stands. */
export interface Look extends Omit<Situation, 'needs'> {
  readonly model: CalibratedModel | undefined;
  /** The model's personas, where they were told lately: naming them takes longer than all the rest of a pass. */
  readonly personas?: readonly Persona[];
  readonly session: readonly Activity[];
  readonly horizonMs: number;
  readonly rhythms?: Pick<Rhythms, 'within'>;
  /** What is measured outside and named as asking for a resource. */
  readonly outlooks?: Outlooks;
  /** p95 of the time to ready per resource, ms, where climbs were measured: the least horizon of its need. */
  readonly readyP95Ms?: ReadonlyMap<ResourceId, number>;
  /** The developer's words while this persona is under way; `feedback` where nothing is said. */
  readonly feedbackIn?: (active: Persona | undefined) => ReadonlyMap<ResourceId, Feedback>;
  /** Put into this persona or taken out of it by hand: the rhythm has no say in it. */
  readonly decidedByHand?: (active: Persona | undefined) => ReadonlySet<ResourceId>;
}

/** One pass of the loop (DESIGN §1), pure: activity → match → need → plan. */
export function look(at: Look): View {
  const personas = at.personas ?? (at.model ? personasOf(at.model, at.now) : []);
  const who: Match = at.model ? match(at.model, at.session) : { personas: [], none: 1 };
  const resources = at.resources.map((r) => r.id);
  const active = mostProbable(who, personas);
  const byHand = at.decidedByHand?.(active);
  const opinion = (forecast: Forecast): Forecast => (byHand?.has(forecast.resource) ? forecast : withRhythm(forecast, at));
  const learnt = at.model ? need(at.model, at.session, resources, at).map(opinion) : [];
  const needs = withOutlooks(learnt, resources, at);
  const feedback = at.feedbackIn?.(active) ?? at.feedback;
  const plan = decide({ ...at, feedback, needs: new Map(needs.map((n) => [n.resource, n])) });
  return { personas, match: who, active, needs, plan };
}

/** The second opinion, by what it was worth so far. */
function withRhythm(forecast: Forecast, { model, rhythms, now }: Look): Forecast {
  const weight = model?.rhythmWeight ?? 0;
  const rhythm = weight > 0 ? rhythms?.within(forecast.resource, now, forecast.horizonMs) : undefined;
  if (rhythm === undefined) return forecast;
  const because = `${forecast.because} By its rhythm alone it is ${Math.round(100 * rhythm)} % likely.`.trim();
  return { ...forecast, probability: pooled(forecast.probability, rhythm, weight), because };
}

/**
 * What the developer named as asking for a resource has the last word where it is surer, and only there: a forecast may warm something or
 * keep it up, and takes nothing down. A resource of which nothing else is known gets its need from it alone.
 */
function withOutlooks(
  learnt: readonly Forecast[],
  resources: readonly ResourceId[],
  { outlooks, now, horizonMs, readyP95Ms }: Look,
): readonly Forecast[] {
  if (!outlooks) return learnt;
  const needs = new Map(learnt.map((n) => [n.resource, n]));
  for (const resource of resources) {
    const before = needs.get(resource);
    const horizon = before?.horizonMs ?? Math.max(horizonMs, readyP95Ms?.get(resource) ?? 0);
    const said = outlooks.within(resource, now, horizon);
    if (!said || said.probability <= (before?.probability ?? 0)) continue;
    const { probability, etaMs, because } = said;
    const etaQuantilesMs =
      before && before.etaMs <= etaMs ? before.etaQuantilesMs : { p10: etaMs / 6, p50: etaMs, p90: Math.min(horizon, 3 * etaMs) };
    const more = `${before?.because ?? ''} ${because}`.trim();
    const base = before ?? { resource, horizonMs: horizon, lastsMs: undefined, evidence: 1 };
    needs.set(resource, { ...base, probability, etaMs: etaQuantilesMs.p50, etaQuantilesMs, because: more });
  }
  return [...needs.values()].sort((a, b) => b.probability - a.probability);
}

function mostProbable(who: Match, personas: readonly Persona[]): Persona | undefined {
  const best = [...who.personas].sort((a, b) => b.probability - a.probability)[0];
  return best && best.probability > who.none ? personas.find((p) => p.id === best.id) : undefined;
}
