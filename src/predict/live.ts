import type { Activity, UnixMs } from '../domain/index.ts';
import { tokensOf } from '../learn/personaModel.ts';
import type { Compiled } from './compile.ts';
import { type AdvanceOptions, advance, type Posterior, priorOf } from './posterior.ts';

/** How a resource was used in this session so far. */
export interface Seen {
  readonly count: number;
  readonly firstAt: UnixMs;
  readonly lastAt: UnixMs;
}

/** A session under way: all that match and need ask of it. State in, state out: never written to again. */
export interface Live {
  readonly posterior: Posterior;
  readonly begunAt: UnixMs | undefined;
  /** Activities that count: starts, not ends. */
  readonly activities: number;
  readonly seen: ReadonlyMap<string, Seen>;
}

export const begin = (model: Compiled): Live => ({ posterior: priorOf(model), begunAt: undefined, activities: 0, seen: new Map() });

/** One activity further. The end of a command or a connection moves nothing. */
export function observe(model: Compiled, live: Live, activity: Activity, options: AdvanceOptions = {}): Live {
  if (tokensOf([activity]).length === 0) return { ...live, begunAt: live.begunAt ?? activity.at };
  const { resource, at } = activity;
  const before = live.seen.get(resource);
  return {
    posterior: advance(model, live.posterior, resource, options),
    begunAt: live.begunAt ?? at,
    activities: live.activities + 1,
    seen: new Map(live.seen).set(resource, { count: (before?.count ?? 0) + 1, firstAt: before?.firstAt ?? at, lastAt: at }),
  };
}

export const observed = (model: Compiled, session: readonly Activity[]): Live =>
  session.reduce((live, activity) => observe(model, live, activity), begin(model));
