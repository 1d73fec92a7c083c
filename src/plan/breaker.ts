import type { FaultCode, UnixMs } from '../domain/index.ts';

/** What is known of an engine's answers. Plain data; closed while it answers. */
export interface Breaker {
  /** Faults of the engine itself, on end. */
  readonly faults: number;
  /** Not asked until then; then one try says whether it is back. */
  readonly openUntil?: UnixMs;
  readonly openMs?: number;
}

export const CLOSED: Breaker = { faults: 0 };

const FAULTS_TO_OPEN = 3;
const FIRST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 5 * 60_000;

/** Faults of the engine, not of the thing that it was asked for. */
const OF_THE_ENGINE: ReadonlySet<FaultCode> = new Set(['engine-unreachable', 'timed-out']);
export const isEngineFault = (code: FaultCode): boolean => OF_THE_ENGINE.has(code);

export function breakerState({ openUntil }: Breaker, now: UnixMs): 'closed' | 'open' | 'half-open' {
  if (openUntil === undefined) return 'closed';
  return now < openUntil ? 'open' : 'half-open';
}

/** Three on end open it for 30 s; each try that fails then, for twice as long, up to 5 min. A probe that fails while it is open changes nothing. */
export function afterEngineFault(breaker: Breaker, now: UnixMs): Breaker {
  const faults = breaker.faults + 1;
  const state = breakerState(breaker, now);
  if (state === 'open') return breaker;
  if (state === 'closed' && faults < FAULTS_TO_OPEN) return { faults };
  const openMs = breaker.openMs === undefined ? FIRST_OPEN_MS : Math.min(2 * breaker.openMs, LONGEST_OPEN_MS);
  return { faults, openMs, openUntil: now + openMs };
}
