import type { Activity, Need, Probability, ResourceId, UnixMs } from '../domain/index.ts';
import { type CalibratedModel, type Calibration, calibrated } from './calibrate.ts';
import { type Compiled, compiled } from './compile.ts';
import { whyNeeded } from './explain.ts';
import { type Leading, leading } from './leading.ts';
import { type Live, observed, type Seen } from './live.ts';
import { POINTS, passed, reached, within } from './times.ts';
import type { Habits } from './uses.ts';

/** Of ten, five and nine: a tenth of all cases is below p10, half below p50. Unit of the field. */
export interface Quantiles {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** A need in full. */
export interface Forecast extends Need {
  /** Time to the next use from now, ms, given that there is one in this session. `etaMs` is its p50. */
  readonly etaQuantilesMs: Quantiles;
  /**
   * How long it is used, from the first use to the last, ms: all of it before the first use; what is left from now after
   * that. 0 is a single use. Undefined where nobody's was ever seen.
   */
  readonly lastsMs: Quantiles | undefined;
  /** Sessions behind it: the support of the personas by their probability. */
  readonly evidence: number;
}

export interface NeedOptions {
  readonly now: UnixMs;
  readonly horizonMs: number;
  /** The resource's own p95 time to ready, ms, where it is known: no horizon is shorter, or the warning would come too late. */
  readonly readyP95Ms?: ReadonlyMap<ResourceId, number>;
  /** Instead of the model's own. */
  readonly calibration?: Calibration;
}

/** Fewer sessions behind a need than this, and nothing is said. */
export const MIN_EVIDENCE = 1;
/** Below this a resource is left out: it is the same as nothing known. */
const LEAST = 1e-4;
/** A use that has not come in a week is not of this session, ms. */
const NEVER_MS = 7 * 24 * 3_600_000;

/**
 * Per resource: P(used within the horizon | session so far), when, and for how long, mixed over the personas by their
 * posterior, the likeliest need first. Says nothing without personas, before the first activity and on thin evidence; what
 * is hardly ever used is left out. Uses nothing later than `now`.
 */
export function need(
  model: CalibratedModel,
  session: readonly Activity[],
  resources: readonly ResourceId[],
  options: NeedOptions,
): readonly Forecast[] {
  const ready = compiled(model);
  const live = observed(ready, session);
  const { calibration } = model;
  return needOf(ready, live, resources, { ...(calibration ? { calibration } : {}), ...options }).map((forecast) => ({
    ...forecast,
    because: whyNeeded(
      ready,
      session,
      forecast.resource,
      options.now,
      byPersona(ready, live, forecast.resource, options.now, forecast.horizonMs),
    ),
  }));
}

/** The same from a session that was followed activity by activity, without the words. */
export function needOf(
  model: Compiled,
  live: Live,
  resources: readonly ResourceId[],
  { now, horizonMs, readyP95Ms, calibration }: NeedOptions,
): readonly Forecast[] {
  const evidence = evidenceFor(model, live);
  if (live.activities === 0 || evidence < MIN_EVIDENCE) return [];
  const who = leading(live.posterior.weights, model.count);
  return resources
    .flatMap((resource) => {
      const horizon = Math.max(horizonMs, readyP95Ms?.get(resource) ?? 0);
      const parts = partsOf(model, live, who, resource, now);
      const raw = chanceWithin(parts, horizon);
      const probability = calibration ? calibrated(calibration, live.seen.has(resource) ? 'again' : 'first', raw) : raw;
      if (raw < LEAST) return [];
      const etaQuantilesMs = quantilesOf((t) => chanceWithin(parts, t), NEVER_MS);
      const lastsMs = lasting(parts, live.seen.get(resource), now);
      return [{ resource, probability, horizonMs: horizon, etaMs: etaQuantilesMs.p50, because: '', etaQuantilesMs, lastsMs, evidence }];
    })
    .sort((a, b) => b.probability - a.probability || (a.resource < b.resource ? -1 : 1));
}

/** P(one resource is used within the horizon), known to a persona or not; not calibrated. */
export function chanceOfUse(model: Compiled, live: Live, resource: ResourceId, now: UnixMs, horizonMs: number): Probability {
  return chanceWithin(partsOf(model, live, leading(live.posterior.weights, model.count), resource, now), horizonMs);
}

/** Sessions that the personas were learnt from, by their probability. */
export function evidenceFor({ model, count }: Compiled, { posterior }: Live): number {
  let all = 0;
  for (let k = 0; k < count; k++) all += (posterior.weights[k] as number) * (model.components[k]?.support as number);
  return all;
}

/** Every resource at once. */
export interface Chances {
  /** P(used within the horizon), by resource number of `Compiled.uses`; not calibrated. */
  readonly probability: Float64Array;
  /** No probability differs by more than this from one that asks every persona. */
  readonly leftOut: number;
}

export interface ChanceOptions {
  /** Personas to ask at most. */
  readonly most?: number;
  /** Where the probabilities are written: a caller that asks at every activity saves the collector work. */
  readonly into?: Float64Array;
}

/** P(used within the horizon) for every resource that any persona uses: the live update, without the details. */
export function chances(model: Compiled, live: Live, now: UnixMs, horizonMs: number, { most, into }: ChanceOptions = {}): Chances {
  const { uses, scratch } = model;
  const { weights } = live.posterior;
  const who = leading(weights, model.count, most);
  const elapsed = sinceStart(live, now);
  const probability = into?.fill(0) ?? new Float64Array(uses.resources.length);
  scratch.heard.fill(0);
  scratch.count.fill(0);
  scratch.sinceMs.fill(elapsed);
  enterSeen(model, live, now);
  askPersonas(model, weights, who, horizonMs, probability);
  askCrowd(model, who.leftOut + (weights[model.count] as number), horizonMs, probability);
  return { probability, leftOut: who.leftOut };
}

/** These two are apart so that the compiler inlines all that they call: numbers that are handed around by the thousand are garbage. */
function askPersonas({ uses, scratch }: Compiled, weights: Float64Array, who: Leading, horizonMs: number, into: Float64Array): void {
  const { heard, count, sinceMs } = scratch;
  for (const k of who.personas) {
    const weight = weights[k] as number;
    const end = uses.start[k + 1] as number;
    for (let row = uses.start[k] as number; row < end; row++) {
      const r = uses.resource[row] as number;
      heard[r] = (heard[r] as number) + weight;
      into[r] = (into[r] as number) + weight * chance(uses.habits, row, count[r] as number, sinceMs[r] as number, horizonMs);
    }
  }
}

function askCrowd({ uses, scratch }: Compiled, unknown: number, horizonMs: number, into: Float64Array): void {
  const { heard, count, sinceMs } = scratch;
  for (let r = 0; r < into.length; r++) {
    const weight = (count[r] as number) > 0 ? 1 - (heard[r] as number) : unknown;
    const own = into[r] as number;
    into[r] = Math.min(1, own + weight * chance(uses.crowd, r, count[r] as number, sinceMs[r] as number, horizonMs));
  }
}

function enterSeen({ uses, scratch }: Compiled, { seen }: Live, now: UnixMs): void {
  for (const [resource, { count, lastAt }] of seen) {
    const r = uses.numberOf.get(resource);
    if (r === undefined) continue;
    scratch.count[r] = count;
    scratch.sinceMs[r] = Math.max(0, now - lastAt);
  }
}

const sinceStart = ({ begunAt }: Live, now: UnixMs): number => Math.max(0, now - (begunAt ?? now));

/** P(used within `spanMs`) by one row: not used yet → its first use; used already → one more. */
function chance(habits: Habits, row: number, count: number, waitedMs: number, spanMs: number): Probability {
  const ever = count === 0 ? habits.ever : count === 1 ? habits.again : habits.more;
  return within(ever[row] as number, count === 0 ? habits.first : habits.gap, row * POINTS, waitedMs, spanMs);
}

/** One voice on one resource: a persona by its posterior, or the crowd for all of which no persona says anything. */
interface Part {
  readonly persona: number | undefined;
  readonly weight: number;
  readonly habits: Habits;
  readonly row: number;
  /** Uses in this session, and ms since the last one or since the session's start. */
  readonly count: number;
  readonly waitedMs: number;
}

function partsOf(model: Compiled, live: Live, who: Leading, resource: ResourceId, now: UnixMs): readonly Part[] {
  const { uses } = model;
  const { weights } = live.posterior;
  const seen = live.seen.get(resource);
  const r = uses.numberOf.get(resource) ?? uses.resources.length;
  const common = { count: seen?.count ?? 0, waitedMs: seen ? Math.max(0, now - seen.lastAt) : sinceStart(live, now) };
  const asked = new Set(who.personas);
  const parts: Part[] = [];
  for (let i = uses.rowStart[r] ?? 0; i < (uses.rowStart[r + 1] ?? 0); i++) {
    const row = uses.rows[i] as number;
    const persona = uses.persona[row] as number;
    if (asked.has(persona)) parts.push({ persona, weight: weights[persona] as number, habits: uses.habits, row, ...common });
  }
  const heard = parts.reduce((sum, p) => sum + p.weight, 0);
  const unknown = seen ? 1 - heard : who.leftOut + (weights[model.count] as number);
  return [...parts, { persona: undefined, weight: unknown, habits: uses.crowd, row: r, ...common }];
}

const chanceOf = (p: Part, spanMs: number): Probability => chance(p.habits, p.row, p.count, p.waitedMs, spanMs);

function chanceWithin(parts: readonly Part[], spanMs: number): Probability {
  return Math.min(
    1,
    parts.reduce((sum, p) => sum + p.weight * chanceOf(p, spanMs), 0),
  );
}

/** What each persona says, "none" last: for the explanation. */
function byPersona(model: Compiled, live: Live, resource: ResourceId, now: UnixMs, horizonMs: number): Float64Array {
  const values = new Float64Array(model.count + 1);
  const parts = partsOf(model, live, { personas: [...Array(model.count).keys()], leftOut: 0 }, resource, now);
  const crowd = chanceOf(parts.at(-1) as Part, horizonMs);
  if (live.seen.has(resource)) values.fill(crowd);
  else values[model.count] = crowd;
  for (const part of parts) if (part.persona !== undefined) values[part.persona] = chanceOf(part, horizonMs);
  return values;
}

function lasting(parts: readonly Part[], seen: Seen | undefined, now: UnixMs): Quantiles | undefined {
  const usedMs = seen ? Math.max(0, now - seen.firstAt) : 0;
  const known = parts
    .filter((p) => !Number.isNaN(p.habits.span[p.row * POINTS] as number))
    .map((p) => ({ ...p, weight: p.weight * chanceOf(p, NEVER_MS) }));
  const over = (t: number): number =>
    known.reduce(
      (sum, { weight, habits, row }) =>
        sum + weight * (seen ? within(1, habits.span, row * POINTS, usedMs, t) : passed(habits.span, row * POINTS, t)),
      0,
    );
  return known.some((p) => p.weight > 0) ? quantilesOf(over, NEVER_MS) : undefined;
}

/** Of a rising share that need not end at 1. */
function quantilesOf(share: (t: number) => number, mostMs: number): Quantiles {
  const all = share(mostMs);
  const at = (q: number): number => reached(share, q * all, mostMs);
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}
