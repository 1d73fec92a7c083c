import type { LedgerEntry } from '../domain/index.ts';
import { METRICS, type MetricName, metricsOf, type Outcome, type Stakes } from '../learn/experiment/metrics.ts';
import type { ExperimentPlan, MetricRule } from '../learn/experiment/verdict.ts';

/** With fewer sessions than these in the ledger, what is usual elsewhere is assumed. */
const ENOUGH_SESSIONS = 10;
/** Sessions after which a test that found nothing ends. */
const MOST_SESSIONS = 2000;
const ALPHA = 0.05;
/** What may be lost altogether, in sessions that are as bad as can be. */
const MOST_LOST = 20;

interface Usual {
  readonly limit: number;
  readonly least: number;
  readonly most: number;
  /** The margin as a share of the mean, and the least that anybody would notice. */
  readonly share: number;
  readonly noticed: number;
}

/** In each metric's own unit, a session. */
const USUAL: Readonly<Record<MetricName, Usual>> = {
  waitedMs: { limit: 60_000, least: 10_000, most: 30 * 60_000, share: 0.1, noticed: 500 },
  wastedWarmMinutes: { limit: 120, least: 30, most: 600, share: 0.25, noticed: 5 },
  falseWarms: { limit: 10, least: 3, most: 30, share: 0.25, noticed: 0.5 },
};

/**
 * All that decides a test, from what the ledger holds before it: a session counts for at most half as much again as what nineteen of twenty
 * stayed below, so that the tail moves nothing and the middle is all there. `idleMs` parts the sessions.
 */
export function planFrom(ledger: readonly LedgerEntry[], idleMs: number): ExperimentPlan {
  const stakes = stakesIn(ledger);
  const past = sessionsIn(ledger, idleMs).map((lines) => metricsOf(lines, stakes));
  const rules = METRICS.map(
    (name) =>
      [
        name,
        ruleOf(
          past.map((session) => session[name]),
          USUAL[name],
        ),
      ] as const,
  );
  const byName = Object.fromEntries(rules) as unknown as ExperimentPlan['rules'];
  return {
    primary: 'waitedMs',
    alpha: ALPHA,
    rules: byName,
    mostSessions: MOST_SESSIONS,
    stakes,
    share: shareOf(past, byName.waitedMs.limit),
  };
}

/** The median of each resource's cold starts. */
function stakesIn(ledger: readonly LedgerEntry[]): Stakes {
  const cold = new Map<string, number[]>();
  for (const { resource, coldMs } of ledger) cold.set(resource, [...(cold.get(resource) ?? []), coldMs]);
  return Object.fromEntries([...cold].map(([id, ms]) => [id, ms.sort((a, b) => a - b)[Math.floor(ms.length / 2)] ?? 0]));
}

/** Of what was at stake, how much was waited: the least squares through nothing. */
export function shareOf(past: readonly Outcome[], limit: number): number {
  if (past.length < ENOUGH_SESSIONS) return 0;
  const pairs = past.map(({ waitedMs, atStakeMs = 0 }) => [Math.min(waitedMs, limit), Math.min(atStakeMs, limit)] as const);
  const squares = pairs.reduce((sum, [, stake]) => sum + stake * stake, 0);
  return squares === 0 ? 0 : Math.min(1, pairs.reduce((sum, [waited, stake]) => sum + waited * stake, 0) / squares);
}

function ruleOf(values: readonly number[], { limit: usual, least, most, share, noticed }: Usual): MetricRule {
  const known = values.length >= ENOUGH_SESSIONS;
  const high = [...values].sort((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1] ?? 0;
  const limit = known ? Math.round(Math.min(most, Math.max(least, 1.5 * high))) : usual;
  const mean = known ? values.reduce((sum, v) => sum + Math.min(v, limit), 0) / values.length : 0;
  return { limit, margin: Math.max(noticed, share * mean), mostLost: MOST_LOST * limit };
}

function sessionsIn(ledger: readonly LedgerEntry[], idleMs: number): readonly (readonly LedgerEntry[])[] {
  const sessions: LedgerEntry[][] = [];
  for (const [i, line] of ledger.entries()) {
    const before = ledger[i - 1];
    if (before && line.at - before.at <= idleMs) sessions.at(-1)?.push(line);
    else sessions.push([line]);
  }
  return sessions;
}
