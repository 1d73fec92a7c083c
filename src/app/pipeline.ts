import type { Activity, Feedback, Match, Persona, ResourceId } from '../domain/index.ts';
import { personasOf } from '../learn/personasOf.ts';
import { type Foreseen, withForeseen } from '../plan/capacity/foreseen.ts';
import { decide, type Plan, type Situation } from '../plan/decide.ts';
import type { CalibratedModel } from '../predict/calibrate.ts';
import { match } from '../predict/match.ts';
import { type Forecast, need } from '../predict/need.ts';
import { pooled } from '../predict/pool.ts';
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
  /** p95 of the time to ready per resource, ms, where climbs were measured: the least horizon of its need. */
  readonly readyP95Ms?: ReadonlyMap<ResourceId, number>;
  /** The developer's words while this persona is under way; `feedback` where nothing is said. */
  readonly feedbackIn?: (active: Persona | undefined) => ReadonlyMap<ResourceId, Feedback>;
  /** What forecasts of volume make likely: it may warm or keep up, and takes nothing down. Absent: needs alone decide. */
  readonly foreseen?: Foreseen;
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
  const needs = at.model ? need(at.model, at.session, resources, at).map(opinion) : [];
  const feedback = at.feedbackIn?.(active) ?? at.feedback;
  const expected = at.foreseen ? withForeseen(needs, at.foreseen, at.horizonMs) : needs;
  const plan = decide({ ...at, feedback, needs: new Map(expected.map((n) => [n.resource, n])) });
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

function mostProbable(who: Match, personas: readonly Persona[]): Persona | undefined {
  const best = [...who.personas].sort((a, b) => b.probability - a.probability)[0];
  return best && best.probability > who.none ? personas.find((p) => p.id === best.id) : undefined;
}
