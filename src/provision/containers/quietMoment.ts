import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';

const BETWEEN_LOOKS_MS = 150;
/** A health check of the engine's own is not about to begin for so long. */
const CLEAR_MS = 400;
/** Whoever starts programs in it without a pause keeps it from being paused no longer. */
const AT_MOST_MS = 40_000;

/**
 * Resolves at a moment when no program is being started in the container, by us or by the engine as its health check. One that is just
 * being started when the container is frozen leaves the engine hanging on that container until root thaws it: starting holds the
 * container's lock, which `unpause` waits for (seen with Docker Engine 20.10 and runc 1.1).
 */
export async function quietMoment(container: Docker.Container, signal: AbortSignal): Promise<void> {
  let before: string | undefined;
  for (const until = Date.now() + AT_MOST_MS; Date.now() < until && !signal.aborted; await sleep(BETWEEN_LOOKS_MS)) {
    const { State, Config, ExecIDs } = await container.inspect();
    // Of programs that run already nothing is to be feared.
    const programs = JSON.stringify(ExecIDs ?? []);
    if (!State.Running || (programs === before && msToHealthCheck(State, Config.Healthcheck, Date.now()) > CLEAR_MS)) return;
    before = programs;
  }
}

interface Checked {
  readonly StartedAt: string;
  readonly Health?: { readonly Log?: readonly { readonly End: string }[] } | undefined;
}

/** Till the engine's next check, which begins `Interval` (ns; 30 s where nothing is said) after the last one's end or the start; 0 where one may be under way. */
export function msToHealthCheck(
  { StartedAt, Health }: Checked,
  declared: { readonly Interval?: number | undefined; readonly StartInterval?: number | undefined } | undefined,
  now: number,
): number {
  if (!Health) return Number.POSITIVE_INFINITY;
  const since = Date.parse(Health.Log?.at(-1)?.End ?? StartedAt);
  if (Number.isNaN(since)) return 0;
  const every = Math.min(declared?.Interval || 30e9, declared?.StartInterval || Number.POSITIVE_INFINITY);
  return Math.max(0, since + every / 1e6 - now);
}
