/** Faults of the world are values; bugs throw. */

export type FaultCode =
  | 'engine-unreachable'
  | 'image-missing'
  | 'pull-failed'
  | 'port-taken'
  | 'start-failed'
  | 'not-ready'
  | 'probe-failed'
  | 'in-use'
  | 'bad-file'
  | 'not-found'
  | 'tool-missing'
  | 'fetch-failed'
  | 'not-trusted'
  | 'forbidden'
  | 'held-by-other'
  | 'failed-over'
  | 'cancelled'
  | 'timed-out'
  | 'unsupported'
  | 'storage-failed'
  | 'wrong-usage';

/** Whether trying again helps: `now` (a race), `later` (with back-off), `never` (a person must act first). */
export type Retry = 'now' | 'later' | 'never';

export interface Fault {
  readonly code: FaultCode;
  readonly retry: Retry;
  /** One sentence for people: what failed, with which value, and what to do. No stack, no secret. */
  readonly message: string;
  /** The long form for the log. */
  readonly detail?: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const failed = (code: FaultCode, retry: Retry, message: string, detail?: string): { ok: false; fault: Fault } => ({
  ok: false,
  fault: detail === undefined ? { code, retry, message } : { code, retry, message, detail },
});
