import { ok, type Result } from '../../domain/index.ts';
import { type Rehearsed, type RehearseOptions, rehearse } from '../model/rehearse.ts';
import type { Cause } from '../practice/causes.ts';
import type { Deviation } from '../practice/holdAgainst.ts';
import type { Law, Remedy } from '../practice/practice.ts';
import { FAILURE_MS, WAITING_HOUR } from '../scenario/defaults.ts';
import { callsOf, type Scenario } from '../scenario/scenario.ts';
import type { Case } from '../scenario/usual.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { type Change, changed } from './change.ts';

/** A recommendation and what simulating it showed, beside the same rehearsal without it. */
export interface Advice {
  readonly text: string;
  readonly changes: Candidate['changes'];
  readonly against: { readonly of: string; readonly law: Law };
  readonly assumes?: string;
  readonly before: Effect;
  readonly after: Effect;
  /**
   * Of waiting and failing, at `WAITING_HOUR`; more cost; and the first less the second. US dollars an hour. Where it assumes something, the
   * gain counts half: it may not come, and somebody has to work for it.
   */
  readonly gainPerHour: number;
  readonly costPerHour: number;
  readonly worthPerHour: number;
}

/** NaN where nothing ended. */
export interface Effect {
  readonly p95Ms: number;
  readonly errorRate: number;
  readonly throughput: number;
  /** Mean wait of an interaction, one that failed or did not end counted as `FAILURE_MS`. */
  readonly harmMs: number;
}

export interface Advised {
  /** Measured in each trial, ms: shorter than the rehearsal, so figures differ from its. */
  readonly trialMs: number;
  /** Best first: by what it is worth, its gain less its cost; of those that chance cannot tell from the best, what is the least to do. */
  readonly advice: readonly Advice[];
  /** The best of each cause, at once. */
  readonly together?: { readonly texts: readonly string[]; readonly before: Effect; readonly after: Effect };
  /** How many were simulated. */
  readonly tried: number;
  readonly scenario: Scenario;
}

const MOST_CAUSES = 4;
const MOST_CANDIDATES = 16;
/** Visits in a replication of a trial: enough to tell a few percent. */
const TRIAL_VISITS = 60_000;
const TRIAL_REPLICATIONS = 3;
/** What a gain counts that stands on an assumption. */
const ASSUMED = 0.5;
/** Less than this share of the harm, or of a millisecond, is no gain. */
const LEAST_GAIN = { share: 0.02, ms: 0.05 };

/** Tries what could be done about each cause by simulating it with the same chance, and ranks what helps. */
export async function advise(
  now: Case,
  causes: readonly Cause[],
  found: readonly Deviation[],
  options: RehearseOptions,
): Promise<Result<Advised>> {
  const candidates = chosen(now, causes, found);
  const none: Advised = { trialMs: 0, advice: [], tried: 0, scenario: now.scenario };
  if (candidates.length === 0) return ok(none);
  const visits = Math.max(1e-9, now.rehearsed.offered.visitsPerSecond);
  const trial: RehearseOptions = {
    ...options,
    replications: TRIAL_REPLICATIONS,
    durationMs: Math.max(1, Math.min(options.durationMs, Math.ceil((1000 * TRIAL_VISITS) / visits))),
  };
  const steps = candidates.length + 2;
  let done = 0;
  const tried = async (scenario: Scenario): Promise<Result<Effect>> => {
    const result = await rehearse(scenario, { ...trial, progress: (share) => options.progress?.((done + share) / steps) });
    done++;
    return result.ok ? ok(effectOf(result.value)) : result;
  };
  const before = await tried(now.scenario);
  if (!before.ok) return before;
  const all: Advice[] = [];
  for (const candidate of candidates) {
    const after = await tried(candidate.changes.reduce(changed, now.scenario));
    if (!after.ok) return after;
    // A start comes once in a rehearsal, however long it is, and the trial is shorter.
    const share = candidate.against.law === 'cold start' ? trial.durationMs / options.durationMs : 1;
    all.push(adviceOf(candidate, before.value, after.value, share * now.rehearsed.offered.interactionsPerSecond));
  }
  const advice = simplestFirst(all.filter((a) => helps(a)).sort((a, b) => b.worthPerHour - a.worthPerHour));
  const best = advice.filter((a, i) => advice.findIndex((b) => b.against.of === a.against.of) === i);
  const scenario = best.flatMap((a) => a.changes).reduce(changed, now.scenario);
  const { durationMs: trialMs } = trial;
  if (best.length < 2) return ok({ trialMs, advice, tried: all.length, scenario });
  const after = await tried(scenario);
  if (!after.ok) return after;
  return ok({
    trialMs,
    advice,
    tried: all.length + 1,
    scenario,
    together: { texts: best.map((a) => a.text), before: before.value, after: after.value },
  });
}

/** The worst causes' remedies, then those of practices that do not hold elsewhere. */
function chosen(now: Case, causes: readonly Cause[], found: readonly Deviation[]): readonly Candidate[] {
  const from = causes.slice(0, MOST_CAUSES).flatMap((cause) => {
    const more = found.filter((d) => d.of === cause.of).flatMap((d): readonly Remedy[] => d.practice.change);
    return candidatesOf(now, cause, more);
  });
  const near = consequences(now.scenario, causes);
  const others = found
    .filter((d) => !near.has(calleeOf(d.of)))
    .flatMap((d) => candidatesOf(now, { of: d.of, law: d.practice.law }, d.practice.change));
  const different = new Map<string, Candidate>();
  for (const c of [...from, ...others]) if (!different.has(c.text)) different.set(c.text, c);
  return [...different.values()].slice(0, MOST_CANDIDATES);
}

/** Where a cause may show without being there: at the ends of its call, and at all who wait for it. */
function consequences(scenario: Scenario, causes: readonly Cause[]): ReadonlySet<string> {
  const calls = callsOf(scenario);
  const near = new Set(causes.flatMap((c) => c.of.split(' → ')));
  for (const id of near) for (const c of calls) if (c.to === id) near.add(c.from);
  return near;
}

const calleeOf = (of: string): string => of.split(' → ').at(-1) as string;

function adviceOf(candidate: Candidate, before: Effect, after: Effect, interactionsPerSecond: number): Advice {
  const hoursPerHour = ((before.harmMs - after.harmMs) * interactionsPerSecond) / 1000;
  const gainPerHour = hoursPerHour * WAITING_HOUR;
  const { text, changes, against, assumes, costPerHour } = candidate;
  return {
    text,
    changes,
    against,
    ...(assumes === undefined ? {} : { assumes }),
    before,
    after,
    gainPerHour,
    costPerHour,
    worthPerHour: gainPerHour * (assumes === undefined ? 1 : ASSUMED) - costPerHour,
  };
}

/** Of the best: closer than that is chance. */
const AS_GOOD = 0.03;
/** What runs is only given more; a figure is set anew; something more runs. */
const EFFORT: Readonly<Record<Change['do'], number>> = {
  cpu: 0,
  concurrency: 1,
  pool: 1,
  timeout: 1,
  retries: 1,
  'queue-limit': 1,
  rung: 1,
  index: 2,
  time: 2,
  delay: 2,
  stall: 2,
  replicas: 3,
  cache: 3,
  errors: 3,
};

function simplestFirst(ranked: readonly Advice[]): readonly Advice[] {
  const [best] = ranked;
  if (!best) return ranked;
  const effort = (a: Advice): number => Math.max(0, ...a.changes.map((c) => EFFORT[c.do]));
  const asGood = ranked.filter((a) => a.worthPerHour >= (1 - AS_GOOD) * best.worthPerHour);
  const first = asGood.reduce((least, a) => (effort(a) < effort(least) ? a : least), best);
  return [first, ...ranked.filter((a) => a !== first)];
}

const helps = ({ before, after, worthPerHour }: Advice): boolean =>
  before.harmMs - after.harmMs > Math.max(LEAST_GAIN.ms, LEAST_GAIN.share * before.harmMs) && worthPerHour > 0;

export function effectOf({ figures: { total }, offered }: Rehearsed): Effect {
  const errorRate = known(total.errorRate.value);
  const ended = total.throughput.value / Math.max(1e-9, 1 - errorRate);
  // What is still inside when the time is over has waited in vain; small differences are chance.
  const share = offered.interactionsPerSecond > 0 ? ended / offered.interactionsPerSecond : 1;
  const unended = share < 0.95 ? 1 - share : 0;
  const latency = known(total.latencyMs.mean.value);
  return {
    p95Ms: total.latencyMs.p95.value,
    errorRate: total.errorRate.value,
    throughput: total.throughput.value,
    harmMs: (1 - unended) * ((1 - errorRate) * latency + errorRate * FAILURE_MS) + unended * FAILURE_MS,
  };
}

const known = (value: number): number => (Number.isFinite(value) ? value : 0);
