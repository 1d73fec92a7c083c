import { failed, ok, type Result } from '../../domain/index.ts';
import { type Figures, figuresOf } from '../result/figures.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isSteady } from './arrivals.ts';
import { compile } from './compile.ts';
import { type Run, type RunFigures, start } from './engine.ts';
import { type Offered, offered } from './offered.ts';
import type { Program } from './program.ts';
import { warmUpShare } from './warmUp.ts';

export interface RehearseOptions {
  readonly durationMs: number;
  readonly seed: number;
  /** Undefined: 10, or fewer where each is long. */
  readonly replications?: number;
  /** Visits of resources in all replications together, about; where it takes more, time is cut. */
  readonly mostVisits?: number;
  /** Lets others have a turn; called every few hundredths of a second. */
  readonly pause: () => Promise<void>;
  readonly cancelled: () => boolean;
  /** Share that is done, 0–1. */
  readonly progress?: (done: number) => void;
}

export interface Rehearsed {
  readonly figures: Figures;
  readonly offered: Offered;
  readonly replications: number;
  /** Measured in each, ms. */
  readonly measuredMs: number;
  /** Left out at the begin of each, ms; 0 where the begin belongs to what is rehearsed. */
  readonly warmUpMs: number;
  readonly requests: number;
  readonly end: RunFigures['end'];
}

/** A chunk between two pauses: about 20 ms. */
const CHUNK = 50_000;
const MOST_VISITS = 60_000_000;
/** Events for one visit: arrival, service, handing on; retries and time-outs make more. */
const EVENTS_PER_VISIT = 8;
/** However few come: all the rest would be retries. An hour may have as many as a week has on average, hence so many. */
const MOST_EVENTS_PER_VISIT = 2000;
const [FEWEST, MOST] = [2, 10];
/** More than so many inside at once is a queue that nobody leaves. */
const MOST_INSIDE = 200_000;
const PILOTS = 3;
const PILOT_VISITS = 30_000;
const SAMPLES = 500;

/**
 * Independent replications of a scenario (Law, Simulation Modeling and Analysis, 5th ed., ch. 9). Where arrivals are steady and all is warm, the usual
 * state is what is asked for: the warm-up is found by MSER-5 in pilot runs and simulated besides. Else the begin is part of what is
 * rehearsed, and all of it counts (a terminating simulation).
 */
export async function rehearse(scenario: Scenario, options: RehearseOptions): Promise<Result<Rehearsed>> {
  const compiled = compile(scenario);
  const demand = offered(scenario);
  const mostVisits = options.mostVisits ?? MOST_VISITS;
  const visits = Math.max(1, (demand.visitsPerSecond * options.durationMs) / 1000);
  const replications = options.replications ?? Math.max(FEWEST, Math.min(MOST, Math.floor(mostVisits / visits)));
  const durationMs = Math.min(options.durationMs, Math.max(1, Math.floor((options.durationMs * mostVisits) / (replications * visits))));
  const steady = scenario.visitors.every(isSteady) && scenario.resources.every((r) => !r.coldStart);
  const warmUpMs = steady ? await warmUpOf(compiled.program, demand.visitsPerSecond, durationMs, options) : 0;
  if (warmUpMs === undefined) return cancelled();
  const runs: RunFigures[] = [];
  for (let replication = 0; replication < replications; replication++) {
    const run = start(compiled.program, {
      seed: options.seed,
      replication,
      durationMs: warmUpMs + durationMs,
      warmUpMs,
      mostInside: MOST_INSIDE,
      mostEvents: Math.ceil(Math.min((EVENTS_PER_VISIT * mostVisits) / replications, MOST_EVENTS_PER_VISIT * visits)) + MOST_INSIDE,
    });
    const whole = warmUpMs + durationMs;
    const done = await toTheEnd(run, options, (ms) => options.progress?.((replication + ms / whole) / replications));
    if (!done) return cancelled();
    runs.push(run.figures());
  }
  return ok({
    figures: figuresOf(scenario, compiled, runs),
    offered: demand,
    replications,
    measuredMs: Math.min(...runs.map((r) => r.measuredMs)),
    warmUpMs,
    requests: runs.reduce((sum, r) => sum + r.requestsEnded, 0),
    end: runs.find((r) => r.end !== 'done')?.end ?? 'done',
  });
}

const cancelled = (): Result<never> => failed('cancelled', 'now', 'The rehearsal was cancelled; nothing was kept of it.');

/** False: cancelled. */
async function toTheEnd(run: Run, { pause, cancelled }: RehearseOptions, progress: (doneMs: number) => void): Promise<boolean> {
  while (!run.advance(CHUNK)) {
    progress(run.doneMs);
    await pause();
    if (cancelled()) return false;
  }
  return true;
}

/** Undefined: cancelled. */
async function warmUpOf(
  program: Program,
  visitsPerSecond: number,
  durationMs: number,
  options: RehearseOptions,
): Promise<number | undefined> {
  const pilotMs = Math.min(durationMs, visitsPerSecond > 0 ? Math.ceil((1000 * PILOT_VISITS) / visitsPerSecond) : 0);
  if (pilotMs < SAMPLES) return 0;
  const samples: Float64Array[] = [];
  for (let pilot = 0; pilot < PILOTS; pilot++) {
    // Streams of their own, so that the cut does not depend on what is measured after it.
    const run = start(program, {
      seed: options.seed,
      replication: 1000 + pilot,
      durationMs: pilotMs,
      mostInside: MOST_INSIDE,
      mostEvents: EVENTS_PER_VISIT * PILOT_VISITS + MOST_INSIDE,
      samples: SAMPLES,
    });
    if (!(await toTheEnd(run, options, () => {}))) return undefined;
    samples.push(run.figures().inside);
  }
  return Math.ceil(warmUpShare(samples) * pilotMs);
}
