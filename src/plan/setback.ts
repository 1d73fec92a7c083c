import type { Action, Fault, UnixMs } from '../domain/index.ts';

/** What failed, and when it may be tried again by itself. Plain data; a person's word, a rescan or a success ends it. */
export interface Setback {
  readonly verb: Action['verb'];
  readonly fault: Fault;
  /** Times on end. */
  readonly times: number;
  /** Undefined: never by itself, since a person must act first. */
  readonly nextAt: UnixMs | undefined;
}

const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/** Exponential back-off: 10 s, twice as long after each further failure, at most 10 min. */
export function afterFailure(before: Setback | undefined, verb: Action['verb'], fault: Fault, now: UnixMs): Setback {
  const times = before?.verb === verb ? before.times + 1 : 1;
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (times - 1), LONGEST_WAIT_MS);
  return { verb, fault, times, nextAt: fault.retry === 'never' ? undefined : now + waitMs };
}

export function holdsBack(setback: Setback | undefined, verb: Action['verb'], now: UnixMs): setback is Setback {
  return setback?.verb === verb && (setback.nextAt === undefined || setback.nextAt > now);
}

/** In words, with the fault's own message last. */
export function setbackText({ times, nextAt, fault }: Setback, now: UnixMs): string {
  const often = times === 1 ? 'once' : `${times} times`;
  const next = nextAt === undefined ? 'not tried again until its declaration changes or you ask' : `next try in ${wait(nextAt - now)}`;
  return `Failed ${often}; ${next}. ${fault.message}`;
}

const wait = (ms: number): string => (ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`);
