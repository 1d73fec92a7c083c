import { failed, ok, type Result } from '../../domain/index.ts';
import { compile } from '../model/compile.ts';
import { start } from '../model/engine.ts';
import { Random } from '../model/random.ts';
import { filledIn, type Request, usualRequest } from '../scenario/request.ts';
import type { Entry, Scenario, Step, Visitors } from '../scenario/scenario.ts';
import { type ServiceTime, samplerOf } from '../scenario/serviceTime.ts';

/** One request of a session. */
export interface Ask {
  /** After the answer before, or the begin of the session, ms. */
  readonly pauseMs: number;
  readonly resource: string;
  readonly request: Request;
}

/** Somebody who comes, and what they will ask one after the other. */
export interface Session {
  /** From the begin of the rehearsal, ms. */
  readonly at: number;
  /** Index of the scenario’s visitors. */
  readonly visitors: number;
  readonly asks: readonly Ask[];
}

export interface ScheduleOptions {
  readonly durationMs: number;
  readonly seed: number;
  readonly pause: () => Promise<void>;
  readonly cancelled: () => boolean;
}

/** What real requests are bounded by: this machine also plays them. */
export const MOST = { perSecond: 2000, durationMs: 3_600_000, requests: 500_000 } as const;
const CHUNK = 50_000;
/** Of chance for what somebody does; those of replications are below. */
const STREAMS = 2 ** 20;

/**
 * Who comes when, to the millisecond as the model’s first replication has it by the same seed: the model is run for it. What a session does is drawn
 * by the same laws from streams of its own, so that it does not hang on how fast the answers are.
 */
export async function scheduleOf(scenario: Scenario, options: ScheduleOptions): Promise<Result<readonly Session[]>> {
  const { durationMs, seed, pause, cancelled } = options;
  const bound = boundOf(scenario, durationMs);
  if (bound) return failed('wrong-usage', 'never', bound);
  const sessions: Session[] = [];
  let requests = 0;
  const plans = scenario.visitors.map((v, i) => planner(scenario, v, new Random(seed, STREAMS + i)));
  const came = (visitors: number, at: number): void => {
    if (requests > MOST.requests) return;
    const asks = (plans[visitors] as () => readonly Ask[])();
    requests += asks.length;
    if (asks.length > 0) sessions.push({ at, visitors, asks });
  };
  const run = start(compile(scenario).program, { seed, durationMs, came, mostInside: Number.POSITIVE_INFINITY });
  while (!run.advance(CHUNK)) {
    await pause();
    if (cancelled()) return failed('cancelled', 'now', 'The rehearsal was cancelled before it began.');
    if (requests > MOST.requests) break;
  }
  if (requests > MOST.requests)
    return failed(
      'wrong-usage',
      'never',
      `More than ${MOST.requests} real requests are too many for one rehearsal. Use a shorter time or a smaller scale.`,
    );
  return ok(sessions);
}

function boundOf(scenario: Scenario, durationMs: number): string | undefined {
  if (durationMs > MOST.durationMs)
    return `Real requests are played for an hour at most, not for ${Math.round(durationMs / 60_000)} minutes. Use a shorter --duration, or the model.`;
  const peak = scenario.visitors.reduce((sum, v) => sum + Math.max(...v.perSecond) * v.interactions * entered(v), 0);
  if (peak > MOST.perSecond)
    return `${Math.round(peak)} requests a second at the peak are more than can be played for real (${MOST.perSecond}). Use a smaller scale, or the model.`;
  return undefined;
}

const entered = ({ choose, entries }: Visitors): number => (choose === 'one' ? 1 : entries.reduce((sum, e) => sum + e.probability, 0));

/** What the next who comes does, by the rules of `compile`. */
function planner(scenario: Scenario, visitors: Visitors, random: Random): () => readonly Ask[] {
  const kinds = new Map(scenario.resources.map((r) => [r.id, r]));
  const steps = new Map<string, Step[]>();
  for (const link of scenario.links) if (link.how === 'step') steps.set(link.from, [...(steps.get(link.from) ?? []), link]);
  const { entries, interactions, choose } = visitors;
  const total = entries.reduce((sum, e) => sum + e.probability, 0);
  const drawn = (time: ServiceTime | undefined): number => (time ? samplerOf(time)(random) : 0);
  const entersAt = new Set(entries.map((e) => e.resource));

  function requestFor(resource: string): Request {
    const own = entersAt.has(resource) ? visitors.request : undefined;
    return filledIn(own ?? kinds.get(resource)?.request ?? usualRequest(kinds.get(resource)?.kind ?? ''), random);
  }

  function visit(asks: Ask[], resource: string, pauseMs: number): void {
    asks.push({ pauseMs, resource, request: requestFor(resource) });
    for (const step of steps.get(resource) ?? []) if (random.uniform() < step.probability) visit(asks, step.to, drawn(step.lag));
  }

  function one(): Entry {
    let left = random.uniform() * total;
    for (const e of entries) {
      left -= e.probability;
      if (left < 0) return e;
    }
    return entries.at(-1) as Entry;
  }

  return () => {
    const asks: Ask[] = [];
    if (entries.length === 0) return asks;
    let thinkMs = 0;
    do {
      if (choose === 'one') visit(asks, one().resource, thinkMs);
      else
        for (const e of entries)
          if (random.uniform() < e.probability) {
            visit(asks, e.resource, thinkMs + drawn(e.lag));
            thinkMs = 0;
          }
      thinkMs = drawn(visitors.think);
    } while (interactions > 1 && random.uniform() < 1 - 1 / interactions);
    return asks;
  };
}
