import { failed, ok, type Quantity, type Result, type Series, type UnixMs } from '../../domain/index.ts';
import type { Deed, Entry } from '../importers/importer.ts';
import { MOST_STEPS, type Steps, seriesOf } from './evenSteps.ts';
import { interactionTypeOf } from './interactionType.ts';
import { createLogHistogram } from './logHistogram.ts';

export interface AccessLogOptions {
  readonly feed: string;
  readonly stepMs: number;
  /** Entries before and after are passed over. */
  readonly since: UnixMs;
  readonly until: UnixMs;
}

/** Of one step. Clients are told apart and then forgotten: only their number leaves here. */
interface Tally {
  readonly volumes: Map<string, number>;
  readonly durations: ReturnType<typeof createLogHistogram>;
  readonly clients: Set<string>;
  requests: number;
  judged: number;
  errors: number;
  timed: number;
  totalMs: number;
}

/** Beyond these in a step, a client is no longer told apart. */
const MOST_CLIENTS = 200_000;

/**
 * What a server's log tells of demand, as the importers read it: interactions by type, the share of errors (a status of 400 and
 * above), response times, and distinct clients. A step without an entry says that nobody came, from the first entry to the last.
 */
export async function readAccessLog(
  entries: AsyncIterable<readonly Entry[]>,
  options: AccessLogOptions,
): Promise<Result<readonly Series[]>> {
  const steps = new Map<number, Tally>();
  const seen = { requests: 0, misfits: 0 };
  const since = Math.max(options.since, options.until - MOST_STEPS * options.stepMs);
  for await (const batch of entries) {
    for (const entry of batch) {
      if (entry.is === 'misfit') seen.misfits++;
      if (entry.is !== 'deed') continue;
      seen.requests++;
      if (entry.at >= since && entry.at < options.until) count(entry, tallyAt(steps, Math.floor(entry.at / options.stepMs)));
    }
  }
  if (seen.requests === 0 && seen.misfits > 0)
    return failed('bad-file', 'never', `${options.feed}: this is no access log: none of its ${seen.misfits} lines fits. Check “format”.`);
  return ok(allSeries(steps, options));
}

function tallyAt(steps: Map<number, Tally>, step: number): Tally {
  let tally = steps.get(step);
  if (!tally) {
    tally = {
      volumes: new Map(),
      durations: createLogHistogram(),
      clients: new Set(),
      requests: 0,
      judged: 0,
      errors: 0,
      timed: 0,
      totalMs: 0,
    };
    steps.set(step, tally);
  }
  return tally;
}

function count({ name, ok: isOk, durationMs, client }: Deed, tally: Tally): void {
  const type = interactionTypeOf(name);
  tally.volumes.set(type, (tally.volumes.get(type) ?? 0) + 1);
  tally.requests++;
  if (isOk !== undefined) {
    tally.judged++;
    if (!isOk) tally.errors++;
  }
  if (durationMs !== undefined) {
    tally.timed++;
    tally.totalMs += durationMs;
    tally.durations.add(durationMs);
  }
  if (client !== undefined && tally.clients.size < MOST_CLIENTS) tally.clients.add(client);
}

function allSeries(steps: ReadonlyMap<number, Tally>, { feed, stepMs }: AccessLogOptions): readonly Series[] {
  const keys = [...steps.keys()];
  if (keys.length === 0) return [];
  const range = { from: keys.reduce((a, b) => Math.min(a, b)) * stepMs, until: (keys.reduce((a, b) => Math.max(a, b)) + 1) * stepMs };
  const types = [...new Set([...steps.values()].flatMap((tally) => [...tally.volumes.keys()]))].sort();
  const drawn = (name: string, quantity: Quantity, absent: 'gap' | 'zero', measured: (tally: Tally) => number): readonly Series[] => {
    const shape: Steps = { id: `accessLog:${feed}/${name}`, quantity, stepMs, combine: 'last', absent, ...range };
    const series = seriesOf(
      [...steps].map(([step, tally]) => ({ at: step * stepMs, value: measured(tally) })),
      shape,
    );
    return series.values.some((value) => !Number.isNaN(value)) ? [series] : [];
  };
  const some = [...steps.values()];
  return [
    ...drawn('volume', 'volume', 'zero', (tally) => tally.requests),
    ...types.flatMap((type) => drawn(`volume/${type}`, 'volume', 'zero', (tally) => tally.volumes.get(type) ?? 0)),
    ...(some.some((t) => t.clients.size > 0) ? drawn('concurrent_users', 'concurrent_users', 'zero', (tally) => tally.clients.size) : []),
    ...drawn('error_rate', 'error_rate', 'gap', (tally) => tally.errors / tally.judged),
    ...drawn('response_time/mean', 'response_time', 'gap', (tally) => tally.totalMs / tally.timed),
    ...drawn('response_time/p95', 'response_time', 'gap', (tally) => tally.durations.quantile(0.95)),
  ];
}
