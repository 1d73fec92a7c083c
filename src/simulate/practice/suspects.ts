import type { CallFigures, ResourceFigures } from '../result/figures.ts';
import { FAILURE_MS } from '../scenario/defaults.ts';
import { type Call, callName, callsOf, type ModelledResource, serversOf } from '../scenario/scenario.ts';
import { meanOf } from '../scenario/serviceTime.ts';
import type { Case, Usual } from '../scenario/usual.ts';
import type { Law } from './practice.ts';

/** A resource or a call in which something is not as usual; what it costs an interaction on average, ms, an error counted as `FAILURE_MS`. */
export interface Suspect {
  /** A resource, or a call as `from → to`. */
  readonly of: string;
  readonly law: Law;
  readonly harmMs: number;
  readonly because: string;
  /** It is seen in the thing itself (its own work, errors, start, contents), or it may come from what it waits for. */
  readonly own: boolean;
  /** How long its servers are held for an interaction, ms, where it is a resource that others may hold up. */
  readonly heldMs?: number;
}

/** Busier than this, and waiting is what requests do. */
export const BUSY = 0.85;
const FEW_ERRORS = 0.002;
const HARMLESS = 1e-6;

/** All that could be a cause, victims and roots alike. */
export function suspectsOf(now: Case, usual: Usual): readonly Suspect[] {
  const { figures } = now.rehearsed;
  const models = new Map(now.scenario.resources.map((r) => [r.id, r]));
  const calls = new Map(callsOf(now.scenario).map((c) => [callName(c), c]));
  const seen = [
    ...figures.resources.flatMap((r) => {
      const look: Look<ResourceFigures, ModelledResource> = { now, usual, seen: r, model: models.get(r.id) as ModelledResource, of: r.id };
      return [slow(look) ?? crowded(look), failing(look), cold(look)];
    }),
    ...figures.calls.flatMap((c) => {
      const of = callName(c);
      const look: Look<CallFigures, Call> = { now, usual, seen: c, model: calls.get(of) as Call, of };
      return [missing(look), queueing(look), storm(look), hanging(look)];
    }),
  ];
  return seen.filter((s) => s !== undefined).filter((s) => s.harmMs > HARMLESS);
}

interface Look<F, M> {
  readonly now: Case;
  readonly usual: Usual;
  readonly seen: F;
  readonly model: M;
  readonly of: string;
}
type Resource = Look<ResourceFigures, ModelledResource>;
type Asked = Look<CallFigures, Call>;

/** Its own work takes longer. */
function slow({ now, usual, seen, model, of }: Resource): Suspect | undefined {
  const ownMs = zero(seen.ownMs.value);
  const usualMs = model.wholeUse ? undefined : usual.figure('own_ms', of);
  if (usualMs === undefined || ownMs <= usual.slack.times * usualMs) return undefined;
  const busy = seen.utilization.value >= BUSY;
  return {
    of,
    // Most of what holds its servers is its own work, and they are all held.
    law: busy && ownMs >= 0.5 * zero(seen.holdMs.value) ? 'saturation' : 'slow service',
    own: true,
    harmMs: visits(now, seen) * (ownMs - usualMs) + waited(now, of),
    because: `works ${said(ownMs)} ms for a request, and ${said(usualMs)} ms are usual${busy ? `; it is busy ${percent(seen.utilization.value)} of the time` : ''}`,
  };
}

/** All its servers are held, by itself or by what it waits for. */
function crowded({ now, usual, seen, model, of }: Resource): Suspect | undefined {
  const refused = zero(seen.turnedAwayRate.value);
  if ((seen.utilization.value < BUSY && refused <= 0.01) || !usual.crowded(seen, model)) return undefined;
  const share = visits(now, seen);
  const heldMs = share * zero(seen.holdMs.value);
  const slowedMs = model.processor ? Math.max(0, zero(seen.ownMs.value) - meanOf(model.time)) : 0;
  // Those who share a processor do not queue for it: their work takes longer. It is its own.
  if (slowedMs > zero(seen.waitMs.mean.value))
    return {
      of,
      law: 'saturation',
      own: true,
      harmMs: share * slowedMs + waited(now, of) + share * refused * FAILURE_MS,
      heldMs,
      because: `its processor is busy ${percent(seen.utilization.value)} of the time, so that work of ${said(meanOf(model.time))} ms takes ${said(zero(seen.ownMs.value))} ms`,
    };
  return {
    of,
    law: 'saturation',
    own: false,
    harmMs: waited(now, of) + share * refused * FAILURE_MS,
    heldMs,
    because: `busy ${percent(seen.utilization.value)} of the time; requests wait ${said(zero(seen.waitMs.mean.value))} ms for one of its ${serversOf(model)} servers${refused > 0 ? `, and ${percent(refused)} are turned away` : ''}`,
  };
}

function failing({ now, usual, seen, of }: Resource): Suspect | undefined {
  const [errors, usualErrors] = [zero(seen.ownErrorRate.value), usual.figure('own_error_rate', of) ?? 0.005];
  if (errors <= usual.slack.times * usualErrors + FEW_ERRORS) return undefined;
  const harmMs = visits(now, seen) * (errors - usualErrors) * FAILURE_MS;
  return { of, law: 'error amplification', own: true, harmMs, because: `${percent(errors)} of its answers are errors of its own` };
}

function cold({ now, usual, seen, of }: Resource): Suspect | undefined {
  const [coldMs, share] = [zero(seen.coldMs.value), zero(seen.coldShare.value)];
  if (share <= usual.slack.times * (usual.figure('cold_share', of) ?? 0.01)) return undefined;
  // Who comes during the start waits half of it on average.
  const harmMs = visits(now, seen) * share * coldMs * 0.5;
  return { of, law: 'cold start', own: true, harmMs, because: `its start takes ${said(coldMs / 1000)} s, and all who come meanwhile wait` };
}

/** A cache answers less, and what it does not answer falls on the callee. */
function missing({ now, usual, seen, model, of }: Asked): Suspect | undefined {
  const [hits, usualHits] = [zero(seen.hitRate.value), model.cache ? usual.figure('hit_rate', of) : undefined];
  if (usualHits === undefined || hits >= usualHits - usual.slack.hits) return undefined;
  const harmMs = wanted(now, seen) * (usualHits - hits) * zero(seen.latencyMs.mean.value) + waited(now, seen.to);
  return { of, law: 'cold cache', own: true, harmMs, because: `the cache answers ${percent(hits)}, and ${percent(usualHits)} are usual` };
}

function queueing({ now, usual, seen, model, of }: Asked): Suspect | undefined {
  const waitMs = zero(seen.pool?.waitMs.value ?? 0);
  if (model.pool === undefined || waitMs <= 0.1 * zero(seen.latencyMs.mean.value) || !usual.poolShort(of, model.pool)) return undefined;
  const because = `callers wait ${said(waitMs)} ms for one of ${model.pool} connections`;
  return { of, law: 'queueing', own: false, harmMs: begun(now, seen) * waitMs, because };
}

function storm({ now, usual, seen, model, of }: Asked): Suspect | undefined {
  const [attempts, usualAttempts] = [zero(seen.attempts.value), usual.figure('attempts', of) ?? 1.1];
  if (attempts <= Math.max(1.05, usual.slack.attempts * usualAttempts)) return undefined;
  const givenUp = zero(seen.timeoutRate.value);
  // Where nothing was answered in time, an attempt is taken to cost a tenth of a failure.
  const attemptMs = zero(seen.latencyMs.mean.value) || FAILURE_MS / 10;
  return {
    of,
    law: 'retry storm',
    own: false,
    harmMs: begun(now, seen) * ((attempts - 1) * attemptMs + givenUp * FAILURE_MS),
    because: `${said(attempts)} attempts for each call; ${percent(givenUp)} are given up after ${model.timeoutMs ?? '–'} ms`,
  };
}

function hanging({ now, usual, seen, model, of }: Asked): Suspect | undefined {
  if (!usual.hangs(seen)) return undefined;
  const { mean, p50, p99 } = seen.latencyMs;
  const patience = model.timeoutMs === undefined ? 'for ever' : `${model.timeoutMs} ms`;
  return {
    of,
    law: 'time-out',
    own: false,
    harmMs: begun(now, seen) * (zero(mean.value) - zero(p50.value)) + waited(now, seen.from),
    because: `the slowest hundredth takes ${said(zero(p99.value))} ms, ${said(p99.value / p50.value)} times the usual, and the caller waits ${patience}`,
  };
}

const perInteraction = (now: Case, perSecond: number): number => perSecond / Math.max(1e-9, now.rehearsed.offered.interactionsPerSecond);
const visits = (now: Case, r: ResourceFigures): number => perInteraction(now, zero(r.visitsPerSecond.value));
const wanted = (now: Case, c: CallFigures): number => perInteraction(now, zero(c.perSecond.value));
const begun = (now: Case, c: CallFigures): number => wanted(now, c) * (1 - zero(c.hitRate.value));

/** Waiting for a server of a resource, ms an interaction. */
function waited(now: Case, id: string): number {
  const r = now.rehearsed.figures.resources.find((x) => x.id === id);
  return r ? visits(now, r) * Math.max(0, zero(r.waitMs.mean.value)) : 0;
}

const zero = (value: number): number => (Number.isFinite(value) ? value : 0);
const said = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${said(100 * share)} %`;
